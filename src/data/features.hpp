// What a forecasting model sees of a table: which columns, how they are scaled, which calendar and
// mask inputs stand beside them. Nothing here looks at a row later than the one it fills,
// known-ahead columns excepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/scaler.hpp"
#include "data/split.hpp"
#include "data/table.hpp"

namespace sluice::data {

struct ScaledColumn {
  std::string name;
  Scaler scaler;
  bool mask = false;  ///< Values were missing when the model was made: an input tells where.
};

enum class Calendar { hour, weekday, day_of_year };

/// The description that a model file keeps.
struct FeatureSpec {
  std::vector<ScaledColumn> targets;
  std::vector<ScaledColumn> past;   ///< Known up to now.
  std::vector<ScaledColumn> known;  ///< Known ahead, for the whole horizon.
  std::vector<Calendar> calendar;   ///< Each a sine and a cosine.
  std::string time_name;            ///< Empty where the table has no times.
  TimeStep step;

  /// Inputs beside the targets, in this order: past, known, calendar (sine, cosine each), masks.
  std::size_t shared_width() const;
};

struct FeatureRequest {
  std::vector<std::string> targets;  ///< At least one.
  std::vector<std::string> past;     ///< As named; used where `all_past` is false.
  bool all_past = true;              ///< Every column not named otherwise is a past covariate.
  std::vector<std::string> known;
  LogChoice log = LogChoice::automatic;  ///< For the targets.
};

/// Chooses the inputs and fits the scalers on the rows before `train_end` alone. Throws Error(data)
/// where a column is missing, named twice, or a target is constant or empty there.
FeatureSpec describe_features(const Table& table, const FeatureRequest& request,
                              std::size_t train_end);

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
  std::size_t filled = 0;  ///< Missing cells of columns that have no mask input: filled, and
                           ///< nothing tells the model.
};

/// The seasonal periods, in rows, that the clock suggests: the day, the week and the year, as far
/// as they are whole numbers of steps and more than one.
std::vector<std::size_t> calendar_periods(const TimeStep& step);

/// Throws Error(data) where the table lacks a column, has another step, or has no target at all.
Frame make_frame(const FeatureSpec& spec, const Table& table);

}  // namespace sluice::data
