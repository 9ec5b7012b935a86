// Reads the header with the widths that the dialect found, reconciles it with the width of the
// rows, and checks that the names are names and not the first row.
#include "data/table_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/utf8.hpp"
#include "data/cell.hpp"
#include "data/table.hpp"
#include "data/time_forms.hpp"
#include "data/time_search.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

[[noreturn]] void fail(ErrorParts parts) { throw Error(ErrorCode::data, std::move(parts)); }

class HeaderReader {
 public:
  HeaderReader(CsvReader& csv, const Dialect& dialect) : csv_(csv), dialect_(dialect) {}

  TableHeader read() {
    find_line();
    header_.line = csv_.line();
    std::vector<std::string>& names = header_.names;
    names.assign(csv_.cells().begin(), csv_.cells().end());
    if (dialect_.hash_header) {
      std::string& first = names.front();
      first.erase(0, std::min(first.find_first_not_of("# \t"), first.size()));
    }
    if (names.size() + 1 == dialect_.width) add_unnamed();
    take_text_lines();
    name_first();
    check_names();
    check_header_is_names();
    return std::move(header_);
  }

 private:
  std::string where(std::size_t line) const { return fmt::format("{}:{}", csv_.path(), line); }

  void find_line() {
    csv_.skip_lines(dialect_.skipped);
    if (csv_.next()) return;
    fail({.where = csv_.path(),
          .what = "the file is empty",
          .expected = "a header line and rows",
          .got = "",
          .hint = ""});
  }

  // Accounts for row names without a column name, or a delimiter at the end of each row.
  void add_unnamed() {
    const auto& rows = dialect_.rows;
    const bool trailing =
        !rows.empty() && std::all_of(rows.begin(), rows.end(), [this](const auto& row) {
          return row.size() == dialect_.width && row.back().empty();
        });
    if (!trailing) check_first_column();
    // A date and its time of day, split by a blank, share one name.
    const bool dates =
        dialect_.delimiter == kBlanks && !rows.empty() && !time_forms(rows[0][0]).empty();
    std::vector<std::string>& names = header_.names;
    names.insert(trailing ? names.end() : names.begin() + (dates ? 1 : 0), "");
  }

  // The extra cell of the rows must be the first, a number or a row name: in a comma-separated
  // file, 3,14 gives an extra cell as well.
  void check_first_column() const {
    const auto& rows = dialect_.rows;
    const bool times_named =
        std::any_of(header_.names.begin(), header_.names.end(), may_be_called_time);
    std::size_t numbered = 0, times = 0, names = 0;
    double first = 0.0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const CellValue cell = parse_cell(rows[row][0]);
      if (row == 0) first = cell.value;
      const bool time = !time_forms(rows[row][0]).empty();
      if (time) ++times;
      if (!time && cell.kind == CellKind::text) ++names;
      if (cell.value == first + static_cast<double>(row) && (first == 0.0 || first == 1.0))
        ++numbered;
    }
    const bool blanks = dialect_.delimiter == kBlanks;  // a date and its time of day share one name
    const bool known = numbered == rows.size() || names == rows.size() ||
                       (times == rows.size() && (blanks || !times_named));
    if (known) return;
    fail({.where = where(header_.line),
          .what =
              fmt::format("{} names above rows of {} cells", header_.names.size(), dialect_.width),
          .expected = "a name for each cell",
          .got = rows.empty() ? "" : fmt::format("a first row of {}", fmt::join(rows[0], " | ")),
          .hint = "name the first column if it holds the rows' names; a decimal comma needs "
                  "another delimiter or quotes"});
  }

  // Reads the lines under the header that are not rows: units, the second half of the names, the
  // name of the row names.
  void take_text_lines() {
    std::vector<std::vector<std::string>> texts;
    std::string name_of_rows;
    std::size_t first = 0, last = 0;
    for (std::size_t n = 0; n < dialect_.text_lines && csv_.next(); ++n) {
      std::vector<std::string> cells(csv_.cells().begin(), csv_.cells().end());
      last = csv_.line();
      if (first == 0) first = last;
      const bool one_cell = cells.size() > 1 && !cells[0].empty() &&
                            std::all_of(cells.begin() + 1, cells.end(),
                                        [](const std::string& c) { return c.empty(); });
      if (one_cell && n + 1 == dialect_.text_lines) {
        name_of_rows = cells[0];
      } else {
        texts.push_back(std::move(cells));
      }
    }
    if (texts.size() > 1) {
      fail({.where = where(last),
            .what = "several lines of text under the header",
            .expected = "one line of names, perhaps one of units",
            .got = fmt::format("text in lines {} to {}", first, last),
            .hint = fmt::format(
                "say --skip {} to take the last of them for the header, or write one line of names",
                last - 1)});
    }
    if (!texts.empty()) take_units_or_names(texts[0]);
    if (!name_of_rows.empty()) header_.names[0] = name_of_rows;
  }

  void take_units_or_names(const std::vector<std::string>& texts) {
    std::vector<std::string>& names = header_.names;
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    header_.joined =
        std::adjacent_find(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
          return a == b && !a.empty();
        }) != sorted.end();
    header_.units = !header_.joined;
    for (std::size_t n = 0; header_.joined && n < std::min(names.size(), texts.size()); ++n) {
      if (!texts[n].empty()) names[n] += (names[n].empty() ? "" : " ") + texts[n];
    }
  }

  void name_first() {
    std::vector<std::string>& names = header_.names;
    for (const std::string& name : names) header_.unnamed.push_back(name.empty());
    if (!names[0].empty()) return;
    const bool taken = std::find(names.begin(), names.end(), kUnnamed) != names.end();
    names[0] = taken ? "unnamed" : kUnnamed;
  }

  void check_names() const {
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < header_.names.size(); ++i) {
      const std::string& name = header_.names[i];
      if (!is_utf8(name)) {
        fail({.where = fmt::format("{}, column {}", where(header_.line), i + 1),
              .what = "the name is not UTF-8",
              .expected = "a file saved as CSV UTF-8",
              .got = "",
              .hint = "say --encoding latin1, or save the file as CSV UTF-8"});
      }
      if (!name.empty() && !seen.insert(name).second) {
        fail({.where = where(header_.line),
              .what = fmt::format("two columns are called {}", shown_cell(name)),
              .expected = "a name of its own for each",
              .got = fmt::format("the same name in column {}", i + 1),
              .hint = "rename or remove one"});
      }
    }
  }

  // Whole numbers may be names (0,1,2); a header of decimals or times is the first row.
  void check_header_is_names() const {
    bool has_value = false;
    for (std::size_t i = 0; i < header_.names.size(); ++i) {
      if (header_.unnamed[i]) continue;
      const CellValue cell = parse_cell(header_.names[i]);
      const bool time = !time_forms(header_.names[i]).empty();
      if (!time && cell.kind != CellKind::number) return;
      has_value = has_value || time || cell.value != std::floor(cell.value);
    }
    if (!has_value) return;
    fail({.where = where(header_.line),
          .what = "no header",
          .expected = "the names of the columns",
          .got = shown_cell(header_.names.front()),
          .hint = "put a line of names above the first row"});
  }

  CsvReader& csv_;
  const Dialect& dialect_;
  TableHeader header_;
};

}  // namespace

TableHeader read_header(CsvReader& csv, const Dialect& dialect) {
  return HeaderReader(csv, dialect).read();
}

}  // namespace sluice::data
