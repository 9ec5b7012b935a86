// Writes and strictly reads the JSON of a forecasting model. Fields that older files lack are
// optional; any unknown field is an error.
#include "formats/forecast_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "data/time_forms.hpp"
#include "formats/named.hpp"
#include "formats/table_json.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<data::Calendar, const char*>, 3> kCalendar{
    {{data::Calendar::hour, "hour"},
     {data::Calendar::weekday, "weekday"},
     {data::Calendar::day_of_year, "day_of_year"}}};
constexpr std::array<std::pair<forecasting::LinearBase, const char*>, 3> kBases{
    {{forecasting::LinearBase::plain, "plain"},
     {forecasting::LinearBase::minus_last, "minus_last"},
     {forecasting::LinearBase::minus_seasonal, "minus_seasonal"}}};

json to_json(const data::ScaledColumn& column) {
  const data::Scaler& scaler = column.scaler;
  json out = {{"name", column.name}, {"mean", scaler.mean},   {"deviation", scaler.deviation},
              {"log", scaler.log},   {"shift", scaler.shift}, {"lowest", scaler.lowest},
              {"mask", column.mask}};
  const auto bound = [](const std::optional<double>& at) { return at ? json(*at) : json(nullptr); };
  if (column.bounds.any()) out["bounds"] = {bound(column.bounds.low), bound(column.bounds.high)};
  if (column.counts) out["counts"] = true;
  return out;
}

// [LO, HI], null for no bound; absent in files of models without bounds.
data::Bounds bounds_from(JsonFields& fields) {
  if (!fields.has("bounds")) return {};
  const json& pair = fields.at("bounds");
  const auto fits = [](const json& at) { return at.is_null() || at.is_number(); };
  if (!pair.is_array() || pair.size() != 2 || !fits(pair[0]) || !fits(pair[1]))
    fields.refuse("bounds", "two numbers or null", pair.dump());
  data::Bounds bounds;
  if (!pair[0].is_null()) bounds.low = pair[0].get<double>();
  if (!pair[1].is_null()) bounds.high = pair[1].get<double>();
  if (bounds.low && bounds.high && !(*bounds.low < *bounds.high))
    fields.refuse("bounds", "the lower one first", pair.dump());
  return bounds;
}

data::ScaledColumn column_from(JsonFields fields) {
  data::ScaledColumn column{fields.get<std::string>("name"), {}, fields.get<bool>("mask")};
  column.scaler = {.mean = fields.get<double>("mean"),
                   .deviation = fields.get<double>("deviation"),
                   .log = fields.get<bool>("log"),
                   .shift = fields.get<double>("shift"),
                   .lowest = fields.get<double>("lowest")};
  column.bounds = bounds_from(fields);
  column.counts = fields.has("counts") && fields.get<bool>("counts");
  fields.finish();
  return column;
}

json to_json(const std::vector<data::ScaledColumn>& columns) {
  json list = json::array();
  for (const data::ScaledColumn& column : columns) list.push_back(to_json(column));
  return list;
}

std::vector<data::ScaledColumn> columns_from(JsonFields& fields, const std::string& key) {
  std::vector<data::ScaledColumn> columns;
  const json& list = fields.at(key);
  if (!list.is_array()) fields.refuse(key, "a list", list.type_name());
  for (const json& one : list) columns.push_back(column_from({one, fields.where() + "." + key}));
  return columns;
}

json linear_json(const forecasting::LinearModel& linear) {
  // A validation error that was not measured (NaN) becomes null: JSON has no NaN.
  json mae = std::isnan(linear.validation_mae) ? json(nullptr) : json(linear.validation_mae);
  return {{"lags", linear.lags},
          {"now_width", linear.now_width},
          {"known_width", linear.known_width},
          {"base", name_in(kBases, linear.base)},
          {"strength", linear.strength},
          {"validation_mae", mae}};
}

forecasting::LinearModel linear_from(JsonFields fields, std::size_t horizon) {
  forecasting::LinearModel linear;
  linear.lags = fields.get<std::size_t>("lags");
  linear.horizon = horizon;
  linear.now_width = fields.get<std::size_t>("now_width");
  linear.known_width = fields.get<std::size_t>("known_width");
  linear.base = named_in<forecasting::LinearBase>(kBases, fields.get<std::string>("base"), fields);
  linear.strength = fields.get<double>("strength");
  linear.validation_mae =
      fields.at("validation_mae").is_null() ? std::nan("") : fields.get<double>("validation_mae");
  fields.finish();
  return linear;
}

json provenance_json(const forecasting::Provenance& from) {
  json out = {{"data_file", from.data_file},
              {"data_rows", from.data_rows},
              {"seed", from.seed},
              {"members", from.members},
              {"steps", from.steps},
              {"fitted_rows", from.fitted_rows},
              {"ended", from.ended},
              {"alpha_reason", from.alpha_reason},
              {"validation_mae", from.validation_mae},
              {"linear_validation_mae", from.linear_validation_mae}};
  if (!from.choice.empty()) out["choice"] = from.choice;
  return out;
}

forecasting::Provenance provenance_from(JsonFields fields) {
  forecasting::Provenance to{
      .data_file = fields.get<std::string>("data_file"),
      .data_rows = fields.get<std::size_t>("data_rows"),
      .seed = fields.get<std::uint64_t>("seed"),
      .members = fields.get<std::size_t>("members"),
      .steps = fields.get<std::size_t>("steps"),
      .fitted_rows = fields.get<std::size_t>("fitted_rows"),
      .ended = fields.get<std::string>("ended"),
      .alpha_reason = fields.get<std::string>("alpha_reason"),
      .choice = fields.has("choice") ? fields.get<std::string>("choice") : "",
      .validation_mae = fields.get<double>("validation_mae"),
      .linear_validation_mae = fields.get<double>("linear_validation_mae")};
  fields.finish();
  return to;
}

json split_json(const forecasting::ForecastModel& model) {
  json out = {{"train_end", model.split.train_end},
              {"validation_end", model.split.validation_end},
              {"train_end_time", model.train_end_time},
              {"validation_end_time", model.validation_end_time}};
  for (const std::vector<double>& target : model.last_rows) {
    json values = json::array();
    for (const double value : target)
      values.push_back(std::isnan(value) ? json(nullptr) : json(value));
    out["last_rows"].push_back(values);
  }
  return out;
}

// Equally long for all targets, null if missing; absent in older files and in models with times.
void read_last_rows(JsonFields& fields, forecasting::ForecastModel& model) {
  if (!fields.has("last_rows")) return;
  const json& targets = fields.at("last_rows");
  const auto refuse = [&] {
    fields.refuse("last_rows", "as many values or null for each target", targets.dump());
  };
  if (!targets.is_array() || targets.size() != model.targets()) refuse();
  for (const json& values : targets) {
    if (!values.is_array() || values.size() != targets[0].size() || values.empty() ||
        values.size() > model.split.validation_end)
      refuse();
    std::vector<double>& to = model.last_rows.emplace_back();
    for (const json& value : values) {
      if (!value.is_null() && !value.is_number()) refuse();
      to.push_back(value.is_null() ? std::nan("") : value.get<double>());
    }
  }
}

void read_split(JsonFields fields, forecasting::ForecastModel& model) {
  model.split = {fields.get<std::size_t>("train_end"), fields.get<std::size_t>("validation_end")};
  model.train_end_time = fields.get<std::string>("train_end_time");
  model.validation_end_time = fields.get<std::string>("validation_end_time");
  read_last_rows(fields, model);
  fields.finish();
}

constexpr std::size_t kLongestPeriod = 1000000;

bool sizes_fit(const forecasting::ForecastModel& model) {
  return model.targets() > 0 && model.linear.size() == model.targets() &&
         model.residual_scale.size() == model.targets() && model.horizon > 0 &&
         model.horizon <= 10000 && model.period > 0 && model.season > 0 &&
         model.period <= kLongestPeriod && model.season <= kLongestPeriod &&
         model.split.train_end <= model.split.validation_end &&
         model.split.validation_end <= model.provenance.data_rows;
}

bool values_fit(const forecasting::ForecastModel& model) {
  const std::vector<double>& levels = model.quantiles;
  const auto scaled = [](const data::ScaledColumn& one) { return one.scaler.deviation >= 0; };
  const data::FeatureSpec& features = model.features;
  return !levels.empty() && levels.size() <= 64 && std::is_sorted(levels.begin(), levels.end()) &&
         std::adjacent_find(levels.begin(), levels.end()) == levels.end() && levels.front() > 0 &&
         levels.back() < 1 && model.median() < levels.size() && model.alpha >= 0 &&
         model.alpha <= 1 &&
         std::all_of(features.targets.begin(), features.targets.end(),
                     [](const data::ScaledColumn& one) { return one.scaler.deviation > 0; }) &&
         std::all_of(features.past.begin(), features.past.end(), scaled) &&
         std::all_of(features.known.begin(), features.known.end(), scaled);
}

}  // namespace

json to_json(const forecasting::ForecastModel& model) {
  json calendar = json::array(), linear = json::array();
  for (const data::Calendar one : model.features.calendar)
    calendar.push_back(name_in(kCalendar, one));
  for (const forecasting::LinearModel& one : model.linear) linear.push_back(linear_json(one));
  return {{"targets", to_json(model.features.targets)},
          {"past", to_json(model.features.past)},
          {"known", to_json(model.features.known)},
          {"calendar", calendar},
          {"time", time_json(model.features)},
          {"reading", form_json(model.features.form)},
          {"horizon", model.horizon},
          {"period", model.period},
          {"season", model.season},
          {"quantiles", model.quantiles},
          {"loss", {{"name", std::string(name(model.loss.kind))}, {"delta", model.loss.delta}}},
          {"linear", linear},
          {"residual_scale", model.residual_scale},
          {"alpha", model.alpha},
          {"split", split_json(model)},
          {"provenance", provenance_json(model.provenance)}};
}

forecasting::ForecastModel forecast_from(JsonFields fields) {
  forecasting::ForecastModel model;
  model.features.targets = columns_from(fields, "targets");
  model.features.past = columns_from(fields, "past");
  model.features.known = columns_from(fields, "known");
  for (const std::string& name : fields.get<std::vector<std::string>>("calendar")) {
    model.features.calendar.push_back(named_in<data::Calendar>(kCalendar, name, fields));
  }
  read_time(fields.object("time"), model.features);
  if (fields.has("reading")) model.features.form = form_from(fields.object("reading"));
  model.horizon = fields.get<std::size_t>("horizon");
  model.period = fields.get<std::size_t>("period");
  model.season = fields.get<std::size_t>("season");
  model.quantiles = fields.get<std::vector<double>>("quantiles");
  JsonFields loss = fields.object("loss");
  model.loss = {training::loss_named(loss.get<std::string>("name")),
                static_cast<float>(std::clamp(loss.get<double>("delta"), 0.0, 1e6))};
  loss.finish();
  const json& linear = fields.at("linear");
  if (!linear.is_array()) fields.refuse("linear", "a list", linear.type_name());
  for (const json& one : linear)
    model.linear.push_back(linear_from({one, fields.where() + ".linear"}, model.horizon));
  model.residual_scale = fields.get<std::vector<double>>("residual_scale");
  model.alpha = fields.get<double>("alpha");
  read_split(fields.object("split"), model);
  // Older files lack the day of the month: take it from the times that end their parts.
  data::TimeStep& step = model.features.step;
  const std::optional<data::Timestamp> end = data::stored_time(model.train_end_time);
  if (step.months > 0 && step.month_day == data::MonthDay::same && step.day == 0)
    step.day = end ? data::calendar_time(*end).day : 1;
  model.provenance = provenance_from(fields.object("provenance"));
  fields.finish();
  if (!sizes_fit(model) || !values_fit(model)) {
    fields.refuse("", "targets, horizon, period, quantiles, split and alpha that go together",
                  "others");
  }
  return model;
}

}  // namespace sluice::formats
