// From a CSV to a forecast: the library's side of `sluice train` and `sluice forecast`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// What the forecasts of a target lie between, in the data's units; empty: no bound.
struct ForecastBounds {
  std::optional<double> low, high;
};

/// What most users choose. Everything else has the measured defaults of `sluice train`.
struct ForecasterOptions {
  std::vector<std::string> targets;  ///< Columns to forecast; at least one.
  std::vector<std::string> known;  ///< Columns known ahead for the whole horizon, such as holidays.
  std::size_t horizon = 1;         ///< Rows to forecast ahead.
  std::vector<double> quantiles = {0.1, 0.5,
                                   0.9};  ///< 0.5, the point forecast, is always among them.
  std::uint64_t seed = 1;                 ///< Same data, options and seed: same bits.
  std::size_t threads = 1;                ///< Does not change the result.
  bool refit_on_all_rows =
      false;  ///< Also fit on the last 20 %, which are otherwise kept for evaluation.
  /// Of all targets. Unset: 0 below for each that was never negative in the rows that train; set
  /// and empty: none.
  std::optional<ForecastBounds> bounds = {};
};

/// What is done with a file of fewer rows than the model looks back on (Forecaster::rows_needed).
/// Allow it where a rough answer is better than none, and look at ForecastRow::short_history.
enum class ShortHistory { refuse, allow };

/// The forecast of one target for one row.
struct ForecastRow {
  std::string time;     ///< As the file writes times; the row's number from 1 where it has none.
  std::size_t horizon;  ///< Rows ahead, from 1.
  std::string target;
  std::vector<double>
      quantiles;  ///< Rising, in the data's units, one per level of Forecaster::levels().
  bool short_history = false;  ///< Made from fewer rows than the model looks back on.
};

/// Moves, does not copy.
class Forecaster {
 public:
  /// Throws Error(data) for a file that cannot be used, naming line and column, and Error(diverged)
  /// where training met a NaN.
  static Forecaster train(const std::string& csv_path, const ForecasterOptions& options);
  /// Throws Error(file) or Error(model).
  static Forecaster load(const std::string& model_path);
  /// Writes the file whole or not at all. Throws Error(file).
  void save(const std::string& model_path) const;

  Forecaster(Forecaster&&) noexcept;
  Forecaster& operator=(Forecaster&&) noexcept;
  ~Forecaster();

  const std::vector<double>& levels() const noexcept;  ///< The quantiles' levels, rising.
  double alpha()
      const noexcept;  ///< The share that the LSTM earned beside the linear part, 0 to 1.

  /// Rows that a forecast looks back on, from the first in which every target has had a value.
  std::size_t rows_needed() const noexcept;

  /// The rows after the last one with a target: all steps of the first target, then of the next.
  /// Throws Error(data) for a file that does not fit, one of fewer than rows_needed() rows included
  /// unless that is allowed.
  std::vector<ForecastRow> forecast(const std::string& csv_path,
                                    ShortHistory short_history = ShortHistory::refuse) const;

 private:
  struct Parts;
  explicit Forecaster(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
