// Streaming forecasts: each new row of data gives the forecast that forecasting::forecast computes
// for that row of a whole table. The state is the LSTM's state and the rows that the linear part
// needs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/frame.hpp"
#include "forecasting/forecast_model.hpp"
#include "streaming/session.hpp"

namespace sluice::forecasting {

/// The time of a row.
struct RowTime {
  data::Timestamp time;  ///< UTC, or the data's own clock if they state no offset.
  /// The UTC offset that the row states, in microseconds; used if the model does not store its
  /// clock.
  std::int64_t offset = 0;
};

class ForecastStream {
 public:
  /// The model must outlive it. Throws Error(usage) if the model has known-ahead columns: a row's
  /// forecast would need those of later rows. `trace` receives the network's step of each row and
  /// must outlive this.
  explicit ForecastStream(const forecasting::ForecastModel& model, TraceSink* trace = nullptr);

  /// Names of the values of each row, in this order.
  std::vector<std::string> columns() const { return model_.features.columns(); }

  /// values [columns()] in the data's units, NaN if missing. Give a time if the training data had
  /// times: if it is several steps after the last row's, the rows in between count as missing.
  /// Without a time (not allowed if the model reads the calendar) each row is the next. The
  /// forecast is valid until the next call. Throws Error(data), and changes nothing, if the time
  /// does not rise by whole steps, skips more than longest_gap() rows or is on another clock, or if
  /// a value is too large.
  const forecasting::Forecasts& push(std::span<const double> values,
                                     const std::optional<RowTime>& time = {});

  /// Rows still needed before the history is complete (ForecastModel::rows_needed). Until then
  /// forecasts can be far off.
  std::size_t rows_missing() const;
  bool warm() const { return rows_missing() == 0; }
  /// The last row's time; nullopt before the first row and without times.
  const std::optional<RowTime>& last() const { return last_; }
  /// Number of missing rows that a row at this time would leave. Throws as push().
  std::size_t missing_before(const RowTime& time) const;
  /// Larger gaps are rejected: the state would have forgotten everything, and a wrong time could
  /// not be undone.
  std::size_t longest_gap() const { return std::max<std::size_t>(1000, 10 * look_back_); }
  /// The clock of its rows' times.
  data::Clock clock() const { return clock(last_.value_or(RowTime{0})); }

  /// Saves and restores everything that the next rows depend on. Throws Error(model) as
  /// Session::restore.
  std::vector<std::byte> save();
  void restore(std::span<const std::byte> saved);

 private:
  std::size_t steps_to(const RowTime& time, data::Timestamp& on_grid) const;
  data::Clock clock(const RowTime& time) const;
  void check_values(std::span<const double> values) const;
  void take(std::span<const double> values, data::Timestamp local_time);

  const forecasting::ForecastModel& model_;
  std::size_t look_back_;  // rows that a forecast reads
  data::FrameBuilder rows_;
  std::optional<streaming::Session> session_;  // set if the LSTM runs
  std::optional<data::Clock> clock_;           // as stored in the model
  std::optional<RowTime> last_;                // time of the last row
  std::vector<float> x_, y_;
  std::vector<std::vector<double>> linear_;  // [K][N]
  std::vector<double> now_;                  // buffer for forecasting::linear_inputs
  forecasting::Forecasts forecast_;
  std::uint64_t fingerprint_;
};

}  // namespace sluice::forecasting
