// What a forecasting model sees of a table: which columns, how they are scaled, which calendar and
// mask inputs stand beside them. Their values, row by row, are in frame.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/bounds.hpp"
#include "data/scaler.hpp"
#include "data/split.hpp"
#include "data/table.hpp"

namespace sluice::data {

struct ScaledColumn {
  std::string name;
  Scaler scaler;
  bool mask = false;    ///< Values were missing when the model was made: an input tells where.
  Bounds bounds = {};   ///< Of a target's forecasts.
  bool counts = false;  ///< A target whose values were whole numbers, none negative.

  /// From the model's units to a forecast in the data's.
  double to_forecast(double scaled) const { return bounds.apply(scaler.to_units(scaled)); }
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
  TableForm form;         ///< How the table was said to be written, and its columns of times.
  std::string time_form;  ///< The form in which its times were read, as --time-format; or empty.
  std::string clock;      ///< Of its times, as Clock::name(); empty: an older model does not say.

  /// Inputs beside the targets, in this order: past, known, calendar (sine, cosine each), masks.
  std::size_t shared_width() const;
  /// Columns of a table that it reads, by name: targets, past, known.
  std::vector<std::string> columns() const;
  /// How another table for the same model is to be read.
  TableOptions table_options() const;
};

struct FeatureRequest {
  std::vector<std::string> targets;  ///< At least one.
  std::vector<std::string> past;     ///< As named; used where `all_past` is false.
  bool all_past = true;              ///< Every column not named otherwise is a past covariate.
  std::vector<std::string> known;
  LogChoice log = LogChoice::automatic;  ///< For the targets.
  std::optional<Bounds> bounds = {};     ///< For the targets; unset: find_bounds().
};

/// Chooses the inputs and fits the scalers on the rows before `train_end` alone. Throws Error(data)
/// where a column is missing, named twice, or a target is constant or empty there.
FeatureSpec describe_features(const Table& table, const FeatureRequest& request,
                              std::size_t train_end);

/// Sets the targets' bounds and counts by their values before row `end`. Throws Error(data) where
/// one of these lies beyond a bound that was asked for.
void set_bounds(const Table& table, const FeatureRequest& request, std::size_t end,
                FeatureSpec& spec);

/// "y at least 0 (counts), z 0 to 100": of each target that has bounds; empty where none has.
std::string describe_bounds(const std::vector<ScaledColumn>& targets);

/// The seasonal periods, in rows, that the clock suggests: the day, the week and the year, as far
/// as they are whole numbers of steps and more than one.
std::vector<std::size_t> calendar_periods(const TimeStep& step);

}  // namespace sluice::data
