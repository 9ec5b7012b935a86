// Errors on the validation set: those of the linear part, and how a share of the LSTM changes them.
// In the data's units; with several targets, relative to the linear part's.
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
  /// `model` has features, horizon, quantiles and split; `linear`: forecasts of its linear part,
  /// [K][rows, N], fitted on the training rows alone.
  Validation(const ForecastModel& model, const data::Frame& frame,
             const std::vector<std::vector<double>>& linear);

  std::size_t first() const { return first_; }  ///< Row of the first origin: the last training row.
  std::size_t horizon() const { return horizon_; }
  std::size_t count() const { return count_; }  ///< Origins whose targets are all validation rows.

  /// Mean absolute error of the linear part, in units, averaged over targets.
  double linear_mae() const;
  /// [count] errors of the linear part relative to their mean; NaN for an origin without a target.
  const std::vector<double>& linear_errors() const { return linear_errors_; }

  /// The same for linear part + alpha * LSTM, alpha = 1/candidates .. 1: [candidates][count].
  /// `outputs`: the network's outputs at the origins, [count, outputs].
  std::vector<std::vector<double>> mixed_errors(const ForecastModel& model,
                                                const std::vector<float>& outputs,
                                                std::size_t candidates,
                                                Pulse pulse = kNoPulse) const;
  /// The mean of such errors over origins first .. last-1, in units.
  double mae(const std::vector<double>& errors, std::size_t first, std::size_t last) const;

  /// Out-of-sample quantiles of the linear part's errors: [K][N, Q] in the model's units, 0 for the
  /// median. With few origins, all steps ahead share them.
  std::vector<std::vector<double>> linear_spread(const ForecastModel& model,
                                                 Pulse pulse = kNoPulse) const;

 private:
  double error_sum(const data::Scaler& scaler, std::size_t target, std::size_t origin,
                   double& terms) const;

  std::size_t first_ = 0, count_ = 0, horizon_ = 0;
  std::vector<std::vector<double>> truth_;  // [K][count, N] in units, NaN if missing
  // [K][count, N] forecasts of the linear part, in the model's units
  std::vector<std::vector<double>> base_;
  std::vector<double> linear_mae_;     // [K] in units
  std::vector<double> linear_errors_;  // [count]
};

/// Two-fold cross-fitting: selects the best LSTM on one half of the validation origins and keeps
/// its errors on the other, so that selection does not bias the score.
class CrossFit {
 public:
  /// Starts from the linear part's errors. `validation` must outlive this.
  CrossFit(const Validation& validation, std::size_t candidates);

  /// Takes the errors of the current LSTM, Validation::mixed_errors.
  void observe(const std::vector<std::vector<double>>& errors);

  /// [candidates][count]; NaN for origins of the first half whose targets reach into the second.
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

/// Standard deviation of each target's linear forecast errors in the training part, [K], in the
/// model's units.
std::vector<double> residual_scales(const ForecastModel& model, const data::Frame& frame,
                                    const std::vector<std::vector<double>>& linear,
                                    Pulse pulse = kNoPulse);

}  // namespace sluice::forecasting
