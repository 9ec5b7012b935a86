// An upper bound on the size of a model file, known before training.
#pragma once

#include <cstdint>

#include "data/table.hpp"
#include "forecasting/forecast_options.hpp"

namespace sluice::cli {

/// Upper bound in bytes for the model that these options train on this table. Lets the program
/// report a full disk or a file size limit before hours of training.
std::uint64_t most_model_bytes(const forecasting::ForecastOptions& options,
                               const data::Table& table);

}  // namespace sluice::cli
