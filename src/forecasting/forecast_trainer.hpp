// Trains a ForecastModel on a table: the linear part first, then the LSTM on what that leaves over,
// then the alpha that the LSTM earned on validation, then both once more on training and validation
// rows together.
#pragma once

#include <optional>
#include <utility>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "forecasting/forecast_options.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {

/// Thrown where a training was stopped, or its time was over, before there was a model.
class Stopped : public Error {
 public:
  explicit Stopped(ErrorParts parts) : Error(ErrorCode::usage, std::move(parts)) {}
};

struct TrainingResult {
  ForecastModel model;
  /// Set where the loss or gradient became NaN or infinite: the step and the cause. `model` is the
  /// last good one.
  std::optional<Error> failure;
  bool stopped = false;  ///< By ForecastOptions::stop: the best so far.
};

/// Throws Error(data) for a table that cannot be used (fewer rows than a split needs, constant
/// target ..), Error(usage) for options out of range, and Stopped.
TrainingResult train_forecast(const data::Table& table, const ForecastOptions& options);

}  // namespace sluice::forecasting
