// The validation rows as a judge: what the linear part does on them, how far off it is, and what a
// share of the LSTM changes. Errors are in the data's units; of several targets, relative to the
// linear part's.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "data/features.hpp"
#include "forecasting/forecast_model.hpp"

namespace sluice::forecasting {

class Validation {
 public:
  Validation() = default;
  /// `model` has features, horizon, quantiles and split; `linear`: its linear part's forecasts,
  /// [K][rows, N], fitted on the training rows alone.
  Validation(const ForecastModel& model, const data::Frame& frame,
             const std::vector<std::vector<double>>& linear);

  std::size_t first() const { return first_; }  ///< Row of the first origin: the last training row.
  std::size_t horizon() const { return horizon_; }
  std::size_t count() const { return count_; }  ///< Origins whose targets are all validation rows.

  /// Mean absolute error of the linear part, in units, mean over targets.
  double linear_mae() const;
  /// [count] its errors relative to its mean; NaN where an origin has no target.
  const std::vector<double>& linear_errors() const { return linear_errors_; }

  /// The same for linear part + alpha * LSTM, alpha = 1/candidates .. 1: [candidates][count].
  /// `outputs`: the network's for the origins, [count, outputs].
  std::vector<std::vector<double>> mixed_errors(const ForecastModel& model,
                                                const std::vector<float>& outputs,
                                                std::size_t candidates,
                                                Pulse pulse = kNoPulse) const;
  /// The mean of such errors of the origins first .. last-1, in units.
  double mae(const std::vector<double>& errors, std::size_t first, std::size_t last) const;

  /// The quantiles of the linear part's errors, which it has not been fitted on: [K][N, Q] in the
  /// model's units, 0 for the median. Where origins are few, all steps ahead share.
  std::vector<std::vector<double>> linear_spread(const ForecastModel& model,
                                                 Pulse pulse = kNoPulse) const;

 private:
  double error_sum(const data::Scaler& scaler, std::size_t target, std::size_t origin,
                   double& terms) const;

  std::size_t first_ = 0, count_ = 0, horizon_ = 0;
  std::vector<std::vector<double>> truth_;  // [K][count, N] in units, NaN where missing
  std::vector<std::vector<double>> base_;   // [K][count, N] the linear part, in the model's units
  std::vector<double> linear_mae_;          // [K] in units
  std::vector<double> linear_errors_;       // [count]
};

/// Keeps choosing and judging apart: who is chosen because its errors on some rows are small must
/// not be judged by them. The validation origins are cut in two halves; for each half it keeps the
/// errors of the LSTM that was best on the other.
class CrossFit {
 public:
  /// Starts from the linear part's errors. `validation` must outlive this.
  CrossFit(const Validation& validation, std::size_t candidates);

  /// The errors of the LSTM as it is now, Validation::mixed_errors.
  void observe(const std::vector<std::vector<double>>& errors);

  /// [candidates][count]; NaN for the origins whose targets reach into the second half from the
  /// first.
  std::vector<std::vector<double>> errors() const;

 private:
  struct Half {
    std::size_t first = 0, last = 0;
    double best = 0.0;
    std::vector<std::vector<double>> errors;
  };
  const Validation& validation_;
  std::array<Half, 2> halves_;
};

/// The deviation of each target's linear forecasts from what came true in the training part, [K],
/// in the model's units.
std::vector<double> residual_scales(const ForecastModel& model, const data::Frame& frame,
                                    const std::vector<std::vector<double>>& linear,
                                    Pulse pulse = kNoPulse);

}  // namespace sluice::forecasting
