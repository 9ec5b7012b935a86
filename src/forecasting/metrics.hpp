// Forecast scores, by horizon and overall. Sums are double and added in the order of the calls, so
// results are bit-reproducible. A missing truth (NaN) is not scored; a forecast of NaN makes the
// score NaN. A score of nothing is NaN.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::forecasting {

struct PointScore {
  double mae = 0.0;    ///< mean |y - f|
  double rmse = 0.0;   ///< root of mean (y - f)^2
  double smape = 0.0;  ///< 0 .. 200 %: mean of 200 |y - f| / (|y| + |f|), 0 where y = f = 0
  double mase = 0.0;   ///< mae / scale; NaN if the scale is 0 or NaN
  std::size_t count = 0;
};

/// The scale of MASE: the mean |y_t - y_{t-period}| over the training part, without pairs that hold
/// a NaN. NaN if there is no pair, 0 if the part repeats itself exactly.
double mase_scale(std::span<const double> training, std::size_t period);

class PointScores {
 public:
  /// `scale`: mase_scale of the series' training part.
  PointScores(std::size_t horizon, double scale);

  /// Adds one origin: `truth` [N], NaN if missing, and `forecast` [N].
  void add(std::span<const double> truth, std::span<const double> forecast);

  /// The score of step h, 0 for one step ahead.
  PointScore at(std::size_t h) const;

  /// The score over all steps; every scored value has the same weight.
  PointScore all() const;

 private:
  struct Sums {
    double absolute = 0.0;
    double squared = 0.0;
    double relative = 0.0;
    std::size_t count = 0;
  };
  PointScore score(const Sums& sums) const;

  double scale_;
  std::vector<Sums> sums_;  // [N]
  Sums all_;
};

struct QuantileScore {
  std::vector<double> pinball;  ///< [Q]: mean of max(q (y - f), (q - 1) (y - f))
  double mean_pinball = 0.0;    ///< over the levels
  double coverage = 0.0;        ///< share of truths in [lowest level, highest level], inclusive
  std::size_t count = 0;
};

class QuantileScores {
 public:
  /// `levels` [Q], ascending, each in (0, 1).
  QuantileScores(std::size_t horizon, std::vector<double> levels);

  /// Adds one origin: `truth` [N], NaN if missing, and `forecast` [N, Q].
  void add(std::span<const double> truth, std::span<const double> forecast);

  QuantileScore at(std::size_t h) const;
  QuantileScore all() const;

  /// The expected coverage: highest minus lowest level.
  double nominal_coverage() const { return levels_.back() - levels_.front(); }

 private:
  struct Sums {
    std::vector<double> pinball;  // [Q]
    std::size_t inside = 0;
    bool broken = false;  // an interval bound was NaN
    std::size_t count = 0;
  };
  void add_one(Sums& sums, double truth, std::span<const double> forecast) const;
  QuantileScore score(const Sums& sums) const;

  std::vector<double> levels_;
  std::vector<Sums> sums_;  // [N]
  Sums all_;
};

}  // namespace sluice::forecasting
