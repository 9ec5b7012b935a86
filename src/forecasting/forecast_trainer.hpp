// Trains a ForecastModel on a table: the linear part, then the LSTM on its residuals, then alpha on
// the validation set; finally refits both on training and validation rows together.
#pragma once

#include <optional>
#include <utility>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "forecasting/forecast_options.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {

/// Thrown if a training was stopped, or its time was up, before there was a model.
class Stopped : public Error {
 public:
  explicit Stopped(ErrorParts parts) : Error(ErrorCode::usage, std::move(parts)) {}
};

struct TrainingResult {
  ForecastModel model;
  /// Set if the loss or gradient became NaN or infinite: the step and the cause. `model` is the
  /// last good one.
  std::optional<Error> failure;
  bool stopped = false;  ///< Stopped by ForecastOptions::stop; `model` is the best so far.
};

/// Throws Error(data) for a table that cannot be used (too few rows to split, a constant target,
/// ..), Error(usage) for options out of range, and Stopped.
TrainingResult train_forecast(const data::Table& table, const ForecastOptions& options);

}  // namespace sluice::forecasting
