// Tries a fixed list of date patterns and number units on a cell.
#include "data/time_forms.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "data/time_pattern.hpp"

namespace sluice::data {
namespace {

// Date formats; what follows the date is parsed separately.
constexpr std::array kDates{
    // year first
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%y-%m-%d", "%y/%m/%d", "%Y-%j", "%Y-%b-%d", "%Y %b %d",
    // day first
    "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y",
    // month first
    "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y",
    // names
    "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d-%b-%y", "%d %b %y", "%d%b%Y", "%d. %b %Y", "%b %d, %Y",
    "%b %d %Y", "%d %B %Y", "%d-%B-%Y", "%d. %B %Y", "%B %d, %Y", "%B %d %Y", "%a, %d %b %Y",
    "%a %d %b %Y", "%a %b %d %Y", "%a, %b %d, %Y", "%A, %d %B %Y", "%A %d %B %Y", "%A, %B %d, %Y",
    // months, quarters, weeks
    "%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%m.%Y", "%YM%m", "%b %Y", "%b-%Y", "%b/%Y", "%b-%y",
    "%b %y", "%Y-%b", "%Y %b", "%B %Y", "%B-%Y", "%B-%y", "%Y %B", "%Y-Q%q", "%YQ%q", "%Y Q%q",
    "%Y:Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y", "%qQ%Y", "%G-W%V-%u", "%G-W%V", "%GW%V", "%GW%V%u"};

// Formats of digits alone that make up the whole cell. The year must be plausible.
constexpr std::array kStamps{"%Y%m%d",       "%Y%m%d%H",   "%Y%m%d%H%M",
                             "%Y%m%d%H%M%S", "%y%m%d%H%M", "%y%m%d%H%M%S"};
constexpr std::array kCoarseStamps{"%Y%m", "%Y"};
constexpr int kFirstYear = 1700, kLastYear = 2199;

bool is_digits(std::string_view cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789") == std::string_view::npos;
}

void add_stamp(std::string_view cell, const char* pattern, std::vector<TimeFormat>& forms) {
  const std::optional<CellTime> read = read_time(cell, {.date = pattern, .whole = true});
  if (!read) return;
  const int year = calendar_time(read->wall).year;
  if (year >= kFirstYear && year <= kLastYear) forms.push_back(read->form);
}

// The unit of a count since 1970 that lies between 1973 and 2286.
std::optional<TimeUnit> unit_of(std::string_view cell) {
  if (!cell.empty() && cell[0] == '-') cell.remove_prefix(1);  // before 1970
  const std::size_t digits = std::min(cell.find('.'), cell.size());
  if (digits < 9 || !is_digits(cell.substr(0, digits))) return std::nullopt;
  if (digits < cell.size() && !is_digits(cell.substr(digits + 1))) return std::nullopt;
  if (digits <= 10) return cell[0] == '0' ? std::nullopt : std::optional(TimeUnit::seconds);
  if (digits >= 12 && digits <= 13) return TimeUnit::milliseconds;
  if (digits >= 15 && digits <= 16) return TimeUnit::microseconds;
  if (digits >= 18 && digits <= 19) return TimeUnit::nanoseconds;
  return std::nullopt;
}

}  // namespace

std::vector<TimeFormat> time_forms(std::string_view cell) {
  std::vector<TimeFormat> forms;
  if (cell.size() < 6 || cell.size() > 64 || is_digits(cell)) return forms;
  for (const char* const date : kDates) {
    const std::optional<CellTime> read = read_time(cell, {.date = date});
    if (read) forms.push_back(read->form);
  }
  // 20160701T1330 and 20160701 13:30
  if (Cursor{cell}.digits() == 8) {
    const std::optional<CellTime> read = read_time(cell, {.date = "%Y%m%d"});
    if (read) forms.push_back(read->form);
  }
  return forms;
}

std::vector<TimeFormat> number_forms(std::string_view cell, bool years) {
  std::vector<TimeFormat> forms;
  if (is_digits(cell)) {
    for (const char* const stamp : kStamps) add_stamp(cell, stamp, forms);
    for (const char* const stamp : kCoarseStamps) {
      if (years) add_stamp(cell, stamp, forms);
    }
  }
  if (const std::optional<TimeUnit> unit = unit_of(cell)) {
    const std::optional<CellTime> read = read_time(cell, {.date = "", .unit = *unit});
    // A number that is also a date is hardly a count: 2023010223 would be 2034 as seconds.
    const int year = read ? calendar_time(read->wall).year : 0;
    if (read && (forms.empty() || (year >= 1990 && year < 2033))) forms.push_back(read->form);
  }
  return forms;
}

bool resembles_time(std::string_view cell) {
  std::size_t groups = 0, letters = 0;
  bool year = false;
  for (Cursor cursor{cell}; !cursor.rest.empty();) {
    const std::size_t digits = cursor.digits();
    if (digits > 0) {
      year = year || (digits == 4 && cursor.rest >= "1700" && cursor.rest < "2200");
      ++groups;
      cursor.rest.remove_prefix(digits);
      continue;
    }
    const char ch = cursor.rest[0];
    const bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch < 0;
    letters += letter ? 1 : 0;
    if (!letter && std::string_view(" -/.:,'+").find(ch) == std::string_view::npos) return false;
    cursor.rest.remove_prefix(1);
  }
  return year && groups <= 12 && (letters == 0 ? groups >= 2 : letters <= 12);
}

std::optional<Timestamp> stored_time(std::string_view text) {
  for (const char* const date : {"%Y-%m-%d", "%Y-%m"}) {
    const std::optional<CellTime> read = read_time(text, {.date = date});
    if (read) return read->wall - read->offset;
  }
  const std::optional<CellTime> read = read_time(text, {.date = "", .unit = TimeUnit::seconds});
  if (read) return read->wall;
  return std::nullopt;
}

}  // namespace sluice::data
