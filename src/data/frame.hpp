// The rows of a table as inputs of a forecasting model, all at once or as they arrive. No row uses
// later rows, except in known-ahead columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/features.hpp"
#include "data/table.hpp"

namespace sluice::data {

/// A table in the model's units. Only `raw` holds NaN: elsewhere a missing value repeats the last
/// one seen (0 before the first).
struct Frame {
  std::size_t rows = 0;                  ///< Rows of history: up to the last row with a target.
  std::size_t future = 0;                ///< Rows after those, which hold known-ahead columns only.
  std::vector<std::vector<double>> raw;  ///< [K][rows] in the data's units, NaN if missing
  std::vector<std::vector<double>> target;          ///< [K][rows] filled
  std::vector<std::vector<std::uint8_t>> observed;  ///< [K][rows] 1 if observed, 0 if filled
  std::vector<double> shared;                       ///< [rows, shared_width]
  std::vector<double> known;                        ///< [rows + future, known columns]
  std::vector<std::size_t> since_seen;  ///< [K] rows from a target's first value to the last row
  /// Missing cells of columns without a mask input: filled, invisible to the model.
  std::size_t filled = 0;

  /// Rows of history available to a forecast from `row`, counting `row`: from the first row by
  /// which every target has had a value. Later gaps are filled and count.
  std::size_t history(std::size_t row) const;
};

/// Builds a frame row by row.
class FrameBuilder {
 public:
  /// The description must outlive it.
  explicit FrameBuilder(const FeatureSpec& spec);

  /// Appends a row of history: the values of spec.columns() in the data's units, NaN if missing,
  /// and its time on the file's own clock (not read without calendar inputs).
  void add(std::span<const double> values, Timestamp time);
  /// Appends a row after the history: the known-ahead columns alone.
  void add_ahead(std::span<const double> known);
  /// Drops the first rows; the values that fill gaps stay.
  void forget(std::size_t rows);

  /// Everything that later rows and forecasts depend on, without raw values. Only for a description
  /// without known-ahead columns.
  std::vector<double> state() const;
  /// Returns false and changes nothing if it is not a state of this description.
  bool set_state(std::span<const double> state);

  const Frame& frame() const { return frame_; }
  Frame take() { return std::move(frame_); }

 private:
  double fill(std::size_t column, double value);

  const FeatureSpec& spec_;
  std::vector<const ScaledColumn*> columns_;
  std::vector<double> last_;  // last value of each column, scaled; 0 before the first
  Frame frame_;
};

/// Throws Error(data) if the table lacks a column or the times, or has another step.
void check_table(const FeatureSpec& spec, const Table& table);

/// Throws Error(data) as check_table, or if the table has no target at all.
Frame make_frame(const FeatureSpec& spec, const Table& table);

}  // namespace sluice::data
