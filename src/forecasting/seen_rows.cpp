#include "forecasting/seen_rows.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/time_forms.hpp"

namespace sluice::forecasting {
namespace {

/// The first row of the table at or after a time stored as text in the model's file; the number of
/// rows if all are earlier.
std::size_t row_at(const data::Table& table, const std::string& text) {
  const data::Timestamp time = data::stored_time(text).value_or(0);
  return static_cast<std::size_t>(std::lower_bound(table.times.begin(), table.times.end(), time) -
                                  table.times.begin());
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// Whether the table's rows before `end` are the model's last rows.
bool end_at(const forecasting::ForecastModel& model, const data::Table& table, std::size_t end) {
  const std::size_t count = model.last_rows[0].size();
  if (end < count || end > table.rows()) return false;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const std::vector<double>& values = table.at(model.features.targets[k].name).values;
    if (!std::equal(model.last_rows[k].begin(), model.last_rows[k].end(),
                    values.begin() + static_cast<std::ptrdiff_t>(end - count), same))
      return false;
  }
  return true;
}

}  // namespace

std::optional<data::Split> find_split(const forecasting::ForecastModel& model,
                                      const data::Table& table) {
  if (!model.train_end_time.empty())
    return data::Split{row_at(table, model.train_end_time),
                       row_at(table, model.validation_end_time)};
  const data::Split& split = model.split;
  if (model.last_rows.empty() || end_at(model, table, split.validation_end)) return split;
  const std::size_t validation = split.validation_end - split.train_end;
  // Take the last match, so that no seen row counts as unseen.
  for (std::size_t end = table.rows(); end > 0; --end) {
    if (end_at(model, table, end)) return data::Split{end - std::min(end, validation), end};
  }
  return std::nullopt;
}

}  // namespace sluice::forecasting
