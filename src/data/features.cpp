// Chooses columns, scalers, bounds and calendar inputs from the training rows. Nothing here reads
// the validation or test rows, except set_bounds() up to the row it is given.
#include "data/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
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

void refuse_repeats(const Table& table, const FeatureRequest& request) {
  std::set<std::string> seen;
  for (const auto* names : {&request.targets, &request.past, &request.known}) {
    for (const std::string& name : *names) {
      if (seen.insert(name).second) continue;
      throw Error(ErrorCode::usage, {.where = table.path,
                                     .what = "column '" + name + "' is named twice",
                                     .hint = "each column is only one of target, past or known"});
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

// Seconds in a cycle of each calendar input; the Gregorian mean year.
constexpr double kDaySeconds = 86400.0;
double cycle_seconds(Calendar calendar) {
  switch (calendar) {
    case Calendar::hour:
      return kDaySeconds;
    case Calendar::weekday:
      return 7 * kDaySeconds;
    case Calendar::day_of_year:
      return 365.2425 * kDaySeconds;
  }
  throw Error(ErrorCode::internal, {.what = "a calendar input without a cycle"});
}

double step_seconds(const TimeStep& step) {
  return step.months > 0 ? static_cast<double>(step.months) * 365.2425 / 12 * kDaySeconds
                         : static_cast<double>(step.micros) / static_cast<double>(kSecond);
}

// A cycle helps if it spans several steps and the training part holds it at least twice: a cycle
// seen once cannot be told from a trend.
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

TableOptions FeatureSpec::table_options() const {
  TableOptions options{.form = form,
                       .remembered_form = time_form,
                       .remembered_clock = clock,
                       .remembered_step = step};
  if (form.time_columns.empty() && !time_name.empty()) options.form.time_columns = {time_name};
  return options;
}

std::vector<std::string> FeatureSpec::columns() const {
  std::vector<std::string> names;
  for (const auto* group : {&targets, &past, &known}) {
    for (const ScaledColumn& one : *group) names.push_back(one.name);
  }
  return names;
}

namespace {

// Rows in a day, a week and a year, counting only the days and hours that have rows.
std::vector<std::size_t> calendar_periods_of_rows(const TimeStep& step) {
  std::int64_t day = step.sessions.empty() ? kDay / step.micros : 0;
  for (const Session& session : step.sessions)
    day += (session.end - session.begin) / step.micros + 1;
  const auto days = static_cast<std::int64_t>(std::popcount(step.weekdays));
  std::vector<std::size_t> periods;
  for (const std::int64_t period : {day, day * days, day * days * 52}) {
    if (period > 1 && (periods.empty() || static_cast<std::size_t>(period) > periods.back()))
      periods.push_back(static_cast<std::size_t>(period));
  }
  return periods;
}

}  // namespace

std::vector<std::size_t> calendar_periods(const TimeStep& step) {
  std::vector<std::size_t> periods;
  if (step.months > 0 && step.months < 12 && 12 % step.months == 0) {
    periods.push_back(static_cast<std::size_t>(12 / step.months));
  }
  if (step.micros > 0 && step.has_calendar()) return calendar_periods_of_rows(step);
  for (const std::int64_t days : {1, 7, 365}) {
    const std::int64_t micros = days * kDay;
    if (step.micros > 0 && step.micros < micros && micros % step.micros == 0) {
      periods.push_back(static_cast<std::size_t>(micros / step.micros));
    }
  }
  return periods;
}

void set_bounds(const Table& table, const FeatureRequest& request, std::size_t end,
                FeatureSpec& spec) {
  for (ScaledColumn& target : spec.targets) {
    const auto values = std::span(table.at(target.name).values).first(end);
    target.counts = are_counts(values);
    target.bounds = request.bounds.value_or(find_bounds(values));
    const auto beyond = std::find_if(values.begin(), values.end(), [&](double v) {
      return target.bounds.apply(v) < v || v < target.bounds.apply(v);
    });
    if (beyond == values.end()) continue;
    throw Error(ErrorCode::data,
                {.where = table.where(static_cast<std::size_t>(beyond - values.begin())) +
                          ", column '" + target.name + "'",
                 .what = "a value of the target lies beyond the requested bounds",
                 .expected = describe(target.bounds),
                 .got = fmt::format("{:g}", *beyond),
                 .hint = "give bounds that hold for the data, or --bounds none"});
  }
}

std::string describe_bounds(const std::vector<ScaledColumn>& targets) {
  std::string text;
  for (const ScaledColumn& target : targets) {
    if (!target.bounds.any()) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", target.name, describe(target.bounds),
                        target.counts ? " (counts)" : "");
  }
  return text;
}

FeatureSpec describe_features(const Table& table, const FeatureRequest& request,
                              std::size_t train_end) {
  refuse_repeats(table, request);
  FeatureSpec spec;
  spec.time_name = table.time_name;
  spec.step = table.step;
  spec.form = table.form;
  if (!table.times.empty()) {
    spec.time_form = table.time_form;
    spec.clock = table.clock.name();
  }
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
    // A column that is constant during training carries no information; keep it only if it was
    // asked for by name.
    if (column.scaler.deviation > 0 || contains(request.past, name))
      spec.past.push_back(std::move(column));
  }
  spec.calendar = choose_calendar(table, train_end);
  return spec;
}

}  // namespace sluice::data
