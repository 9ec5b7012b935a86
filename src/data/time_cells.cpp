#include "data/time_cells.hpp"

#include <fmt/format.h>

#include <cmath>

#include "data/cell.hpp"
#include "data/table.hpp"
#include "data/time_forms.hpp"
#include "sluice/error.hpp"

namespace sluice::data {

std::string TimeCells::name() const { return fmt::format("{}", fmt::join(names, ",")); }

std::string TimeCells::text(const std::vector<std::string_view>& cells) const {
  std::string text;
  for (const std::size_t column : columns)
    text += (text.empty() ? "" : " ") + std::string(cells[column]);
  return text;
}

TimeFormat TimeCells::parts_form() const {
  return columns.size() == 2 ? TimeFormat{.date = "%Y-%m"} : TimeFormat{};
}

void TimeCells::add_to(TimeReader& reader, const std::vector<std::string_view>& cells,
                       const std::string& path, std::size_t line) const {
  if (!parts) {
    const std::string_view clock = columns.size() == 2 ? cells[columns[1]] : std::string_view();
    return reader.add(cells[columns[0]], clock, line);
  }
  constexpr std::string_view kBefore = "Y-- :";
  std::string text;
  for (std::size_t part = 0; part < columns.size(); ++part) {
    const std::string_view cell = cells[columns[part]];
    const CellValue value = parse_cell(cell);
    if (value.kind != CellKind::number || value.value != std::floor(value.value) ||
        value.value < 0 || value.value > 9999) {
      throw Error(ErrorCode::data,
                  {.where = fmt::format("{}:{}, column {}", path, line, shown_cell(names[part])),
                   .what = "not a part of a time",
                   .expected = "a whole number in every row",
                   .got = shown_cell(cell),
                   .hint = "correct it, or name the columns of times: --time"});
    }
    if (part > 0) text += kBefore[part];
    text += fmt::format("{:0{}}", static_cast<int>(value.value), part == 0 ? 4 : 2);
  }
  if (columns.size() == 4) text += ":00";
  reader.add(text, {}, line);
}

TimeReading stream_reading(const TimeCells& where, const std::vector<std::string_view>& first_row,
                           const TableOptions& options) {
  TimeReading reading;
  const std::string_view cell = first_row[where.columns[0]];
  const TableForm& form = options.form;
  if (where.parts) {
    reading.forms = {where.parts_form()};
  } else if (!form.time_format.empty()) {
    reading.forms = {time_format_named(form.time_format)};
  } else {
    reading.forms = time_forms(cell);
    if (reading.forms.empty()) reading.forms = number_forms(cell, true);
    if (reading.forms.empty()) reading.forms = {TimeFormat{}};
  }
  reading.preferred = options.remembered_form;
  if (!form.zone.empty()) reading.zone = Zone::load(form.zone);
  reading.wall_clock =
      options.remembered_clock == "local" && options.remembered_step.on_wall_clock();
  reading.clock_column = !where.parts && where.columns.size() == 2;
  reading.hours =
      reading.clock_column && first_row[where.columns[1]].find(':') == std::string_view::npos;
  return reading;
}

}  // namespace sluice::data
