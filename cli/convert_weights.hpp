// `sluice convert --weights`: a model with smaller weights, what that costs, and whether it may.
#pragma once

#include <optional>
#include <string>

#include "formats/model_file.hpp"

namespace sluice::cli {

struct WeightsOptions {
  std::string weights;    ///< "f16", "int8"; empty: as they are.
  std::string calibrate;  ///< Rows for the model: what its inputs are like, and to judge it on.
  bool force = false;     ///< Also where the model has changed too much.
};

/// The options alone: throws Error(usage) where one lacks another.
void check(const WeightsOptions& options);

/// The model with smaller weights; with rows to judge it on, what has changed is printed. None
/// where that is too much, and nobody forces it.
std::optional<formats::StoredModel> with_weights(const formats::StoredModel& model,
                                                 const WeightsOptions& options);

}  // namespace sluice::cli
