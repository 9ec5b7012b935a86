// The rows of a table as a forecasting model sees them, all at once or as they come in. Nothing
// here looks at a row later than the one it fills, known-ahead columns excepted.
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

/// A table in the model's units. No NaN but in `raw`: a missing value is the last one seen (0
/// before the first).
struct Frame {
  std::size_t rows = 0;                  ///< Rows of history: up to the last row that has a target.
  std::size_t future = 0;                ///< Rows after those, which hold known-ahead columns only.
  std::vector<std::vector<double>> raw;  ///< [K][rows] in the data's units, NaN where missing
  std::vector<std::vector<double>> target;          ///< [K][rows] filled
  std::vector<std::vector<std::uint8_t>> observed;  ///< [K][rows] 1 where really seen
  std::vector<double> shared;                       ///< [rows, shared_width]
  std::vector<double> known;                        ///< [rows + future, known columns]
  std::vector<std::size_t> since_seen;  ///< [K] rows from a target's first value to the last row
  std::size_t filled = 0;  ///< Missing cells of columns that have no mask input: filled, and
                           ///< nothing tells the model.

  /// Rows that a forecast from `row` can look back on, itself among them: from the first row by
  /// which every target has had a value. Later gaps are filled and count.
  std::size_t history(std::size_t row) const;
};

/// Makes a frame row by row.
class FrameBuilder {
 public:
  /// The description must outlive it.
  explicit FrameBuilder(const FeatureSpec& spec);

  /// A row of history: the values of spec.columns() in the data's units, NaN where missing; its
  /// time on the file's own clock, not read where there are no calendar inputs.
  void add(std::span<const double> values, Timestamp time);
  /// A row behind history: the known columns alone.
  void add_ahead(std::span<const double> known);
  /// Drops the first rows; what missing values are filled with stays.
  void forget(std::size_t rows);

  /// All that later rows and forecasts from them depend on, where there are no columns known ahead;
  /// raw values are not kept.
  std::vector<double> state() const;
  /// False where it is not a state of this description; then nothing is changed.
  bool set_state(std::span<const double> state);

  const Frame& frame() const { return frame_; }
  Frame take() { return std::move(frame_); }

 private:
  double fill(std::size_t column, double value);

  const FeatureSpec& spec_;
  std::vector<const ScaledColumn*> columns_;
  std::vector<double> last_;  // of each column, scaled; 0 before the first
  Frame frame_;
};

/// Throws Error(data) where the table lacks a column or the times, or has another step.
void check_table(const FeatureSpec& spec, const Table& table);

/// Throws Error(data) as check_table, or where the table has no target at all.
Frame make_frame(const FeatureSpec& spec, const Table& table);

}  // namespace sluice::data
