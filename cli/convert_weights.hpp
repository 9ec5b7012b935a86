// `sluice convert --weights`: quantises a model, measures the error and rejects one that is too
// large.
#pragma once

#include <optional>
#include <string>

#include "formats/model_file.hpp"

namespace sluice::cli {

struct WeightsOptions {
  std::string weights;    ///< "f16", "int8"; empty: unchanged.
  std::string calibrate;  ///< File of rows: calibrates int8 inputs and measures the error.
  bool force = false;     ///< Accept any error.
};

/// Throws Error(usage) where an option needs another that is missing.
void check(const WeightsOptions& options);

/// The quantised model. With calibration rows it prints the error, and returns nothing where the
/// error is too large and `force` is not set.
std::optional<formats::StoredModel> with_weights(const formats::StoredModel& model,
                                                 const WeightsOptions& options);

}  // namespace sluice::cli
