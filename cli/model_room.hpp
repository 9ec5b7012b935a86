// How large the file of a model that is about to be trained can become.
#pragma once

#include <cstdint>

#include "data/table.hpp"
#include "forecasting/forecast_options.hpp"

namespace sluice::cli {

/// Bytes that the file of a training with these options on this table takes at most, so that a disk
/// or a limit that is too small is told before the training.
std::uint64_t most_model_bytes(const forecasting::ForecastOptions& options,
                               const data::Table& table);

}  // namespace sluice::cli
