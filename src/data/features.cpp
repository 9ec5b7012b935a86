#include "data/features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <string_view>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

bool any_missing(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (int more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3; more > 0; --more) {
      const unsigned next = at < text.size() ? static_cast<unsigned char>(text[at++]) : 0;
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
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
  if (!std::isfinite(target.scaler.deviation) || !std::isfinite(target.scaler.mean)) {
    throw Error(ErrorCode::data, {.where = where,
                                  .what = "the target's values are too large to compute with",
                                  .hint = "write it in a larger unit"});
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

// The turn of the cycle, in [0, 1), at a time on the file's clock.
double phase(Calendar calendar, const CalendarTime& time) {
  const double day = (time.hour + (time.minute + time.second / 60.0) / 60.0) / 24.0;
  switch (calendar) {
    case Calendar::hour:
      return day;
    case Calendar::weekday:
      return (time.weekday + day) / 7.0;
    default:
      return (time.day_of_year + day) / 366.0;
  }
}

// The column in the model's units, missing values filled with the last one seen. Answers how many
// were missing.
std::size_t fill(const Column& column, const Scaler& scaler, std::size_t rows, double* to,
                 std::size_t stride) {
  double last = 0.0;
  std::size_t missing = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const double value = scaler.to_model(column.values[row]);
    if (std::isnan(value)) {
      ++missing;
    } else {
      last = value;
    }
    to[row * stride] = last;
  }
  return missing;
}

void fill_calendar(const FeatureSpec& spec, const Table& table, Frame& frame, std::size_t column) {
  const std::size_t width = spec.shared_width();
  for (std::size_t row = 0; row < frame.rows && !spec.calendar.empty(); ++row) {
    const CalendarTime time = calendar_time(table.time_at(row) + table.format.offset);
    double* to = frame.shared.data() + row * width + column;
    for (const Calendar calendar : spec.calendar) {
      const double angle = 2 * std::numbers::pi * phase(calendar, time);
      *to++ = std::sin(angle);
      *to++ = std::cos(angle);
    }
  }
}

void fill_masks(const FeatureSpec& spec, const Table& table, Frame& frame, std::size_t column) {
  const std::size_t width = spec.shared_width();
  for (const auto* group : {&spec.targets, &spec.past, &spec.known}) {
    for (const ScaledColumn& one : *group) {
      if (!one.mask) continue;
      const Column& values = table.at(one.name);
      for (std::size_t row = 0; row < frame.rows; ++row) {
        frame.shared[row * width + column] = std::isnan(values.values[row]) ? 1.0 : 0.0;
      }
      ++column;
    }
  }
}

// Rows up to the last that has a value of any target.
std::size_t history_rows(const FeatureSpec& spec, const Table& table) {
  std::size_t rows = 0;
  for (const ScaledColumn& target : spec.targets) {
    const Column& column = table.at(target.name);
    for (std::size_t row = column.values.size(); row > rows; --row) {
      if (!std::isnan(column.values[row - 1])) rows = row;
    }
  }
  return rows;
}

void check_table(const FeatureSpec& spec, const Table& table) {
  for (const auto* group : {&spec.targets, &spec.past, &spec.known}) {
    for (const ScaledColumn& one : *group) table.at(one.name);
  }
  if (spec.step.known() && table.step.known() && !(spec.step == table.step)) {
    throw Error(ErrorCode::data,
                {.where = table.path,
                 .what = "the rows have another step than the model's training data",
                 .expected = describe(spec.step),
                 .got = describe(table.step)});
  }
  if (!spec.time_name.empty() && table.times.empty()) {
    throw Error(ErrorCode::data,
                {.where = table.path,
                 .what = "no time column",
                 .expected = "times in '" + spec.time_name + "', as in the training data"});
  }
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

Frame make_frame(const FeatureSpec& spec, const Table& table) {
  check_table(spec, table);
  Frame frame;
  frame.rows = history_rows(spec, table);
  if (frame.rows == 0) {
    throw Error(ErrorCode::data,
                {.where = table.path + ", column '" + spec.targets.front().name + "'",
                 .what = "all values of the target are missing",
                 .hint = "there must be at least one row to forecast from"});
  }
  frame.future = table.rows() - frame.rows;
  for (const ScaledColumn& target : spec.targets) {
    const Column& column = table.at(target.name);
    frame.raw.emplace_back(column.values.begin(),
                           column.values.begin() + static_cast<std::ptrdiff_t>(frame.rows));
    frame.target.emplace_back(frame.rows);
    frame.observed.emplace_back(frame.rows);
    const std::size_t missing =
        fill(column, target.scaler, frame.rows, frame.target.back().data(), 1);
    if (!target.mask) frame.filled += missing;
    for (std::size_t row = 0; row < frame.rows; ++row)
      frame.observed.back()[row] = !std::isnan(column.values[row]);
  }
  const std::size_t width = spec.shared_width();
  frame.shared.resize(frame.rows * width);
  frame.known.resize(table.rows() * spec.known.size());
  std::size_t column = 0;
  for (const auto* group : {&spec.past, &spec.known}) {
    for (const ScaledColumn& one : *group) {
      const std::size_t missing =
          fill(table.at(one.name), one.scaler, frame.rows, frame.shared.data() + column, width);
      if (!one.mask) frame.filled += missing;
      ++column;
    }
  }
  for (std::size_t k = 0; k < spec.known.size(); ++k) {
    fill(table.at(spec.known[k].name), spec.known[k].scaler, table.rows(), frame.known.data() + k,
         spec.known.size());
  }
  fill_calendar(spec, table, frame, column);
  fill_masks(spec, table, frame, column + 2 * spec.calendar.size());
  return frame;
}

}  // namespace sluice::data
