// A forecasting model row by row: each new row of data to the forecast from it, the same that
// forecasting::forecast gives for that row of a whole table. The state is that of the LSTM and the
// rows that the linear part looks back on.
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

/// When a row was.
struct RowTime {
  data::Timestamp time;     ///< UTC, or on the data's own clock where it states no offset.
  std::int64_t offset = 0;  ///< Microseconds ahead of UTC that the row states: where the model does
                            ///< not say which clock it is on.
};

class ForecastStream {
 public:
  /// The model must outlive it. Throws Error(usage) where it has columns known ahead: a row's
  /// forecast needs those of later rows.
  /// `trace`: sees the network's step of each row, and must outlive this.
  explicit ForecastStream(const forecasting::ForecastModel& model, TraceSink* trace = nullptr);

  /// Of each row, by name, in this order.
  std::vector<std::string> columns() const { return model_.features.columns(); }

  /// values [columns()] in the data's units, NaN where missing. With a time, as the model's
  /// training data had: where it lies several steps behind the last row's, the rows between are
  /// missing ones. Without, which a model that reads the calendar does not allow, each row is the
  /// next. The forecast is valid until the next call. Throws Error(data) where the time does not
  /// rise by whole steps, leaves more than longest_gap() rows out, is on another clock, or a value
  /// is too large; then nothing is changed.
  const forecasting::Forecasts& push(std::span<const double> values,
                                     const std::optional<RowTime>& time = {});

  /// Rows still missing before a forecast has behind it all that the model looks back on
  /// (forecasting::ForecastModel::rows_needed). Until there are none forecasts can be far off.
  std::size_t rows_missing() const;
  bool warm() const { return rows_missing() == 0; }
  /// When the last row was; nothing before the first, and where rows come without times.
  const std::optional<RowTime>& last() const { return last_; }
  /// Missing rows that a row at this time would leave behind it. Throws as push().
  std::size_t missing_before(const RowTime& time) const;
  /// More missing rows than this at once are refused: the state would have forgotten all that it
  /// knew, and a wrong time could not be taken back.
  std::size_t longest_gap() const { return std::max<std::size_t>(1000, 10 * look_back_); }
  /// The clock of its rows' times.
  data::Clock clock() const { return clock(last_.value_or(RowTime{0})); }

  /// All that the next rows depend on, and back. Throws Error(model) as Session::restore.
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
  std::optional<data::Clock> clock_;           // that the model remembers
  std::optional<RowTime> last_;                // of the last row
  std::vector<float> x_, y_;
  std::vector<std::vector<double>> linear_;  // [K][N]
  std::vector<double> now_;                  // room for forecasting::linear_inputs
  forecasting::Forecasts forecast_;
  std::uint64_t fingerprint_;
};

}  // namespace sluice::forecasting
