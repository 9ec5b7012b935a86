#include "data/features.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/utf8.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

bool any_missing(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A model file keeps the names in JSON: better said before the training than after it.
void refuse_other_encodings(const Table& table, const FeatureSpec& spec) {
  std::vector<std::string> names = {spec.time_name};
  for (const auto* group : {&spec.targets, &spec.past, &spec.known}) {
    for (const ScaledColumn& one : *group) names.push_back(one.name);
  }
  for (const std::string& name : names) {
    if (is_utf8(name)) continue;
    throw Error(ErrorCode::data, {.where = table.path + ":1, column '" + name + "'",
                                  .what = "the name is not UTF-8",
                                  .hint = "save the file as CSV UTF-8"});
  }
}

void refuse_repeats(const Table& table, const FeatureRequest& request) {
  std::set<std::string> seen;
  for (const auto* names : {&request.targets, &request.past, &request.known}) {
    for (const std::string& name : *names) {
      if (seen.insert(name).second) continue;
      throw Error(ErrorCode::usage,
                  {.where = table.path,
                   .what = "column '" + name + "' is named twice",
                   .hint = "a column is a target, past or known, only one of them"});
    }
  }
}

ScaledColumn scaled(const Table& table, const std::string& name, LogChoice log,
                    std::size_t train_end) {
  const std::span<const double> values(table.at(name).values.data(), train_end);
  return {name, fit_scaler(values, log), any_missing(values)};
}

void check_target(const Table& table, const ScaledColumn& target, std::size_t train_end) {
  const Column& column = table.at(target.name);
  const auto part = std::span(column.values).first(train_end);
  const std::string where = table.path + ", column '" + target.name + "'";
  if (std::all_of(part.begin(), part.end(), [](double v) { return std::isnan(v); })) {
    throw Error(ErrorCode::data,
                {.where = where,
                 .what = "the target has no value in the training part",
                 .hint = "its first " + std::to_string(train_end) + " rows are all missing"});
  }
  if (target.scaler.deviation == 0) {
    throw Error(ErrorCode::data, {.where = where,
                                  .what = "the target is constant in the training part",
                                  .hint = "there is nothing to forecast; is it the right column?"});
  }
}

// Seconds in a cycle of each calendar input, by the Gregorian mean year.
constexpr double kDay = 86400.0;
double cycle_seconds(Calendar calendar) {
  switch (calendar) {
    case Calendar::hour:
      return kDay;
    case Calendar::weekday:
      return 7 * kDay;
    default:
      return 365.2425 * kDay;
  }
}

double step_seconds(const TimeStep& step) {
  return step.months > 0 ? static_cast<double>(step.months) * 365.2425 / 12 * kDay
                         : static_cast<double>(step.seconds);
}

// A cycle helps where the step divides it into several, and the training part holds it at least
// twice: seen once, it cannot be told from a trend.
std::vector<Calendar> choose_calendar(const Table& table, std::size_t train_end) {
  std::vector<Calendar> chosen;
  if (!table.step.known()) return chosen;
  const double step = step_seconds(table.step);
  for (const Calendar calendar : {Calendar::hour, Calendar::weekday, Calendar::day_of_year}) {
    const double cycle = cycle_seconds(calendar);
    if (2 * step <= cycle && 2 * cycle <= step * static_cast<double>(train_end))
      chosen.push_back(calendar);
  }
  return chosen;
}

}  // namespace

std::size_t FeatureSpec::shared_width() const {
  std::size_t masks = 0;
  for (const auto* group : {&targets, &past, &known}) {
    masks += static_cast<std::size_t>(std::count_if(
        group->begin(), group->end(), [](const ScaledColumn& one) { return one.mask; }));
  }
  return past.size() + known.size() + 2 * calendar.size() + masks;
}

std::vector<std::string> FeatureSpec::columns() const {
  std::vector<std::string> names;
  for (const auto* group : {&targets, &past, &known}) {
    for (const ScaledColumn& one : *group) names.push_back(one.name);
  }
  return names;
}

std::vector<std::size_t> calendar_periods(const TimeStep& step) {
  std::vector<std::size_t> periods;
  if (step.months > 0 && step.months < 12 && 12 % step.months == 0) {
    periods.push_back(static_cast<std::size_t>(12 / step.months));
  }
  for (const std::int64_t days : {1, 7, 365}) {
    const std::int64_t seconds = days * 86400;
    if (step.seconds > 0 && step.seconds < seconds && seconds % step.seconds == 0) {
      periods.push_back(static_cast<std::size_t>(seconds / step.seconds));
    }
  }
  return periods;
}

FeatureSpec describe_features(const Table& table, const FeatureRequest& request,
                              std::size_t train_end) {
  refuse_repeats(table, request);
  FeatureSpec spec;
  spec.time_name = table.time_name;
  spec.step = table.step;
  for (const std::string& name : request.targets) {
    spec.targets.push_back(scaled(table, name, request.log, train_end));
    check_target(table, spec.targets.back(), train_end);
  }
  for (const std::string& name : request.known)
    spec.known.push_back(scaled(table, name, LogChoice::off, train_end));
  std::vector<std::string> past = request.past;
  for (const Column& column : table.columns) {
    if (request.all_past && !contains(request.targets, column.name) &&
        !contains(request.known, column.name) && !contains(past, column.name)) {
      past.push_back(column.name);
    }
  }
  for (const std::string& name : past) {
    ScaledColumn column = scaled(table, name, LogChoice::off, train_end);
    // A column that never changes while training says nothing; one that was asked for by name
    // stays.
    if (column.scaler.deviation > 0 || contains(request.past, name))
      spec.past.push_back(std::move(column));
  }
  spec.calendar = choose_calendar(table, train_end);
  refuse_other_encodings(table, spec);
  return spec;
}

}  // namespace sluice::data
