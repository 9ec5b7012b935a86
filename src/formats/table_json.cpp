// Writes and strictly reads the JSON of a table's times and options. Fields that older files lack
// are optional.
#include "formats/table_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "data/time_format.hpp"
#include "formats/named.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<data::MonthDay, const char*>, 4> kMonthDays{
    {{data::MonthDay::same, "same"},
     {data::MonthDay::last, "last"},
     {data::MonthDay::first_weekday, "first_weekday"},
     {data::MonthDay::last_weekday, "last_weekday"}}};

// Seconds with a fraction, so that microseconds are restored exactly.
json seconds_json(std::int64_t micros) {
  if (micros % data::kSecond == 0) return micros / data::kSecond;
  return static_cast<double>(micros) / static_cast<double>(data::kSecond);
}
std::int64_t micros_from(double seconds, const JsonFields& fields) {
  constexpr double kMost = 1e11;
  if (!(std::abs(seconds) < kMost))
    fields.refuse("", "seconds below 1e11", std::to_string(seconds));
  return std::llround(seconds * static_cast<double>(data::kSecond));
}

void read_calendar(JsonFields& fields, data::TimeStep& step) {
  if (fields.has("month_day")) {
    step.month_day =
        named_in<data::MonthDay>(kMonthDays, fields.get<std::string>("month_day"), fields);
    step.day = static_cast<int>(fields.get<std::int64_t>("day"));
  }
  if (fields.has("weekdays"))
    step.weekdays = static_cast<unsigned>(fields.get<std::size_t>("weekdays"));
  if (fields.has("sessions")) {
    for (const auto& [begin, end] : fields.get<std::vector<std::pair<double, double>>>("sessions"))
      step.sessions.push_back({micros_from(begin, fields), micros_from(end, fields)});
  }
  if (fields.has("holidays")) {
    for (const std::string& text : fields.get<std::vector<std::string>>("holidays")) {
      const std::optional<data::CellTime> day = data::read_time(text, {});
      if (!day) fields.refuse("holidays", "ISO dates", "'" + text + "'");
      step.holidays.push_back(data::day_of(day->wall));
    }
  }
}

// Limits the step so that counting steps terminates.
bool step_fits(const data::TimeStep& step) {
  if (step.micros < 0 || step.months < 0 || (step.micros > 0 && step.months > 0)) return false;
  if (step.weekdays == 0 || step.weekdays > data::kEveryDay) return false;
  if (step.months > 0 && step.month_day == data::MonthDay::same && (step.day < 0 || step.day > 31))
    return false;
  if (step.has_calendar() && (step.micros == 0 || step.micros > data::kDay)) return false;
  std::int64_t last = -1;
  for (const data::Session& session : step.sessions) {
    if (session.begin <= last || session.end < session.begin || session.end >= data::kDay ||
        step.micros == 0 || (session.end - session.begin) % step.micros != 0)
      return false;
    last = session.end;
  }
  constexpr std::size_t kMostHolidays = 20000;
  return step.holidays.size() <= kMostHolidays &&
         std::is_sorted(step.holidays.begin(), step.holidays.end());
}

}  // namespace

json time_json(const data::FeatureSpec& features) {
  const data::TimeStep& step = features.step;
  json time = {
      {"column", features.time_name}, {"step_seconds", seconds_json(step.micros)},
      {"step_months", step.months},   {"month_end", step.month_day == data::MonthDay::last},
      {"form", features.time_form},   {"clock", features.clock}};
  if (step.months > 0 && step.month_day != data::MonthDay::last) {
    time["month_day"] = name_in(kMonthDays, step.month_day);
    time["day"] = step.day;
  }
  if (step.weekdays != data::kEveryDay) time["weekdays"] = step.weekdays;
  for (const data::Session& session : step.sessions)
    time["sessions"].push_back({seconds_json(session.begin), seconds_json(session.end)});
  for (const std::int64_t day : step.holidays)
    time["holidays"].push_back(data::iso_text(day * data::kDay).substr(0, 10));
  return time;
}

void read_time(JsonFields fields, data::FeatureSpec& features) {
  features.time_name = fields.get<std::string>("column");
  data::TimeStep& step = features.step;
  step.micros = micros_from(fields.get<double>("step_seconds"), fields);
  step.months = fields.get<std::int64_t>("step_months");
  if (fields.get<bool>("month_end")) step.month_day = data::MonthDay::last;
  // Older models store neither form nor clock; their day of the month follows from their rows.
  if (fields.has("form")) features.time_form = fields.get<std::string>("form");
  if (fields.has("clock")) features.clock = fields.get<std::string>("clock");
  read_calendar(fields, step);
  fields.finish();
  if (!step_fits(step)) fields.refuse("", "a step that can be counted", data::describe(step));
  if (!features.clock.empty() && features.clock.size() > 64)
    fields.refuse("clock", "a clock", "a long text");
}

json form_json(const data::TableForm& form) {
  json said = json::object();
  const auto text = [&said](const char* key, const std::string& value) {
    if (!value.empty()) said[key] = value;
  };
  const auto letter = [&text](const char* key, char value) {
    if (value != 0) text(key, std::string(1, value));
  };
  letter("delimiter", form.delimiter);
  letter("comment", form.comment);
  letter("decimal", form.decimal);
  text("thousands", form.thousands);
  text("strip", form.strip);
  text("encoding", form.encoding);
  text("time_format", form.time_format);
  text("zone", form.zone);
  if (form.skip > 0) said["skip"] = form.skip;
  if (form.no_times) said["no_times"] = true;
  if (!form.time_columns.empty()) said["time_columns"] = form.time_columns;
  return said;
}

data::TableForm form_from(JsonFields fields) {
  data::TableForm form;
  const auto text = [&fields](const char* key, std::string& value) {
    if (fields.has(key)) value = fields.get<std::string>(key);
  };
  const auto letter = [&](const char* key, char& value) {
    std::string said;
    text(key, said);
    if (said.size() > 1) fields.refuse(key, "one character", "'" + said + "'");
    if (!said.empty()) value = said[0];
  };
  letter("delimiter", form.delimiter);
  letter("comment", form.comment);
  letter("decimal", form.decimal);
  text("thousands", form.thousands);
  text("strip", form.strip);
  text("encoding", form.encoding);
  text("time_format", form.time_format);
  text("zone", form.zone);
  if (fields.has("skip")) form.skip = fields.get<std::size_t>("skip");
  if (fields.has("no_times")) form.no_times = fields.get<bool>("no_times");
  if (fields.has("time_columns"))
    form.time_columns = fields.get<std::vector<std::string>>("time_columns");
  fields.finish();
  return form;
}

}  // namespace sluice::formats
