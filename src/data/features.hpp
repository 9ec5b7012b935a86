// The inputs of a forecasting model: which columns of a table, how they are scaled, which calendar
// and mask inputs are added. See frame.hpp for their values row by row.
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
  bool mask = false;    ///< Values were missing at training time: a mask input marks them.
  Bounds bounds = {};   ///< Bounds of a target's forecasts.
  bool counts = false;  ///< A target whose values were whole numbers, none negative.

  /// Converts from the model's units to a forecast in the data's units.
  double to_forecast(double scaled) const { return bounds.apply(scaler.to_units(scaled)); }
};

enum class Calendar { hour, weekday, day_of_year };

/// The description stored in a model file.
struct FeatureSpec {
  std::vector<ScaledColumn> targets;
  std::vector<ScaledColumn> past;   ///< Known up to now.
  std::vector<ScaledColumn> known;  ///< Known ahead, for the whole horizon.
  std::vector<Calendar> calendar;   ///< Each gives a sine and a cosine.
  std::string time_name;            ///< Empty if the table has no times.
  TimeStep step;
  TableForm form;         ///< The user's TableForm, and the time columns.
  std::string time_form;  ///< The format of the times, as in --time-format; or empty.
  std::string clock;      ///< Clock::name() of its times; empty in models from before this field.

  /// Width of the inputs beside the targets, in this order: past, known, calendar (sine and cosine
  /// each), masks.
  std::size_t shared_width() const;
  /// Names of the table columns it reads: targets, past, known.
  std::vector<std::string> columns() const;
  /// Options for reading another table for the same model.
  TableOptions table_options() const;
};

struct FeatureRequest {
  std::vector<std::string> targets;  ///< At least one.
  std::vector<std::string> past;     ///< Named past covariates; used if `all_past` is false.
  bool all_past = true;              ///< Every column not named otherwise is a past covariate.
  std::vector<std::string> known;
  LogChoice log = LogChoice::automatic;  ///< For the targets.
  std::optional<Bounds> bounds = {};     ///< For the targets; if unset, find_bounds().
};

/// Chooses the inputs and fits the scalers on the rows before `train_end` alone. Throws Error(data)
/// if a column is missing or named twice, or a target is constant or empty there.
FeatureSpec describe_features(const Table& table, const FeatureRequest& request,
                              std::size_t train_end);

/// Sets the targets' bounds and `counts` from their values before row `end`. Throws Error(data) if
/// one of these lies outside the requested bounds.
void set_bounds(const Table& table, const FeatureRequest& request, std::size_t end,
                FeatureSpec& spec);

/// "y at least 0 (counts), z 0 to 100" for the targets that have bounds; empty if none has.
std::string describe_bounds(const std::vector<ScaledColumn>& targets);

/// The seasonal periods, in rows, that the step suggests: day, week and year, if they are whole
/// numbers of steps above one.
std::vector<std::size_t> calendar_periods(const TimeStep& step);

}  // namespace sluice::data
