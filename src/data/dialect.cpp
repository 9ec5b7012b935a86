// Splits the sample's lines by each delimiter and keeps the one whose lines agree best on the
// number of cells and hold the most numbers and times. Then searches the header from the top, and
// the lines of text under it.
#include "data/dialect.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/time_forms.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr std::size_t kMostLines = 1000;  // lines to look at
constexpr std::size_t kMostPreamble = 100;
constexpr double kAlike = 0.75;    // share of the lines that have the most common number of cells
constexpr double kClearly = 0.05;  // margin, in shares of cells and lines, for a clear winner
constexpr std::size_t kMostTextLines = 4;

// A physical line of the sample.
struct Line {
  std::string_view text;
  std::size_t number;  // index of the line in the file, from 0
};

// The end of the line that begins there. Continues over line ends inside a quoted cell if the quote
// is closed within kMostQuotedLines.
std::size_t line_end(std::string_view sample, std::size_t begin, std::size_t& ends_inside) {
  constexpr std::size_t kMostQuotedLines = 50;
  const std::size_t plain = std::min(sample.find_first_of("\r\n", begin), sample.size());
  bool quoted = false, may_open = true;
  ends_inside = 0;
  for (std::size_t at = begin; at < sample.size(); ++at) {
    const char ch = sample[at];
    if (quoted) {
      if (ch == '\n' && ++ends_inside > kMostQuotedLines) break;
      quoted = ch != '"';
      may_open = !quoted;
    } else if (ch == '"' && may_open) {
      quoted = true;
    } else if (ch == '\n' || ch == '\r') {
      return at;
    } else {
      may_open = std::string_view(",;\t| ").find(ch) != std::string_view::npos;
    }
  }
  if (!quoted) return sample.size();
  ends_inside = 0;
  return plain;
}

std::vector<Line> lines_of(std::string_view sample, bool whole) {
  std::vector<Line> lines;
  std::size_t begin = 0, number = 0;
  while (begin < sample.size() && lines.size() < kMostLines) {
    std::size_t inside = 0;
    const std::size_t stop = line_end(sample, begin, inside);
    if (stop == sample.size() && !whole && !lines.empty()) break;  // truncated by the sample
    lines.push_back({sample.substr(begin, stop - begin), number});
    number += inside + 1;
    begin = stop + (sample.substr(stop, 2) == "\r\n" ? 2 : 1);
  }
  return lines;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

// What a cell looks like, whatever its exact form.
enum class Seems { missing, number, time, text };

Seems kind_of(std::string_view cell) {
  switch (parse_cell(cell).kind) {
    case CellKind::missing:
      return Seems::missing;
    case CellKind::number:
    case CellKind::infinite:
      return Seems::number;
    case CellKind::text:
      break;
  }
  if (!time_forms(cell).empty() || read_clock(cell)) return Seems::time;
  if (has_separators(cell) || has_signs(cell)) return Seems::number;
  const std::size_t exponent = cell.find_first_of("eE");  // 1,5e3
  const bool scaled = exponent != std::string_view::npos && exponent > 0 &&
                      has_separators(cell.substr(0, exponent)) &&
                      parse_cell(cell.substr(exponent + 1)).kind == CellKind::number;
  return scaled ? Seems::number : Seems::text;
}

bool has_value(const std::vector<std::string>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
    const Seems kind = kind_of(cell);
    return kind == Seems::number || kind == Seems::time;
  });
}

// The table as split by one delimiter.
struct Cut {
  char delimiter = ',';
  std::size_t width = 1;
  double alike = 0.0;  // share of the lines with that width
  double typed = 0.0;  // share of the cells that are numbers, times or missing
};

Cut cut_by(const std::vector<Line>& lines, char delimiter) {
  std::map<std::size_t, std::size_t> widths;
  std::vector<std::vector<std::string>> all;
  for (const Line& line : lines) {
    if (!is_blank(line.text) && line.text[0] != '#')
      all.push_back(split_line(line.text, delimiter));
  }
  // Lines above the header may belong to another table: only the second half of the lines counts.
  constexpr std::size_t kFewLines = 6;
  const std::size_t from = all.size() <= kFewLines ? 0 : all.size() / 2;
  for (std::size_t n = from; n < all.size(); ++n) ++widths[all[n].size()];
  const std::size_t counted = all.size() - from;
  Cut cut{.delimiter = delimiter};
  std::size_t most = 0;
  for (const auto& [width, count] : widths) {
    if (count >= most) cut.width = width, most = count;
  }
  if (counted == 0) return cut;
  cut.alike = static_cast<double>(most) / static_cast<double>(counted);
  std::size_t cells = 0, typed = 0;
  constexpr std::size_t kTyped = 50;  // lines whose cells are examined
  for (std::size_t n = all.size(); n-- > 0 && n + kTyped >= all.size();) {
    if (all[n].size() != cut.width) continue;
    cells += cut.width;
    typed += static_cast<std::size_t>(
        std::count_if(all[n].begin(), all[n].end(),
                      [](const std::string& c) { return kind_of(c) != Seems::text; }));
  }
  cut.typed = cells == 0 ? 0.0 : static_cast<double>(typed) / static_cast<double>(cells);
  return cut;
}

// Blanks also occur inside names and thousands. Accept them as the delimiter only if the header
// splits like the rows, or is one name short (R writes none over the row names), or if dates are
// followed by a blank and a time of day.
bool cut_by_blanks(const std::vector<Line>& lines, const Cut& blanks) {
  if (blanks.width < 2 || blanks.alike < kAlike) return false;
  const auto row = std::find_if(lines.begin(), lines.end(), [&blanks](const Line& line) {
    return split_line(line.text, kBlanks).size() == blanks.width;
  });
  if (row == lines.end()) return false;
  const std::vector<std::string> cells = split_line(row->text, kBlanks);
  if (!has_value(cells)) return true;
  if (row == lines.begin()) return false;
  const std::string_view header = std::prev(row)->text;
  const std::vector<std::string> names = split_line(header, kBlanks);
  if (names.size() + 1 != blanks.width || has_value(names)) return false;
  const bool named_rows = header.front() == '"' && row->text.front() == '"';
  return named_rows || (!time_forms(cells[0]).empty() && read_clock(cells[1]));
}

Cut choose_delimiter(const std::vector<Line>& lines, char given) {
  if (given != 0) return cut_by(lines, given);
  Cut best = cut_by(lines, ',');
  const auto better = [](const Cut& a, const Cut& b) {
    const bool a_table = a.width > 1 && a.alike >= kAlike,
               b_table = b.width > 1 && b.alike >= kAlike;
    if (a_table != b_table) return a_table;
    if (!a_table) return false;
    if (std::abs(a.typed - b.typed) > kClearly) return a.typed > b.typed;
    return a.alike > b.alike + kClearly;
  };
  for (const char delimiter : {';', '\t', '|'}) {
    const Cut cut = cut_by(lines, delimiter);
    if (better(cut, best)) best = cut;
  }
  const Cut blanks = cut_by(lines, kBlanks);
  const bool table = best.width > 1 && best.alike >= kAlike;
  // Tabs and blanks may be mixed: then splitting by tabs alone gives a header narrower than the
  // rows.
  const auto widest = std::find_if(lines.begin(), lines.end(), [&best](const Line& line) {
    return split_line(line.text, best.delimiter).size() == best.width;
  });
  const bool mixed = best.delimiter == '\t' && blanks.width >= best.width &&
                     widest != lines.end() && has_value(split_line(widest->text, best.delimiter));
  if ((!table || mixed) && cut_by_blanks(lines, blanks) && blanks.typed >= best.typed - kClearly)
    return blanks;
  return best;
}

// Whether a line under the header has only text or empty cells, and text in columns whose rows hold
// numbers or times.
bool is_text_line(const std::vector<std::string>& line,
                  const std::vector<std::vector<std::string>>& rows) {
  if (has_value(line) || rows.empty()) return false;
  bool any = false;
  for (std::size_t n = 0; n < line.size(); ++n) {
    if (kind_of(line[n]) == Seems::missing) continue;
    const auto first = std::find_if(rows.begin(), rows.end(), [n](const auto& row) {
      return n < row.size() && kind_of(row[n]) != Seems::missing;
    });
    if (first == rows.end()) continue;
    if (kind_of((*first)[n]) == Seems::text) return false;
    any = true;
  }
  return any;
}

std::string_view without_hash(std::string_view line) {
  const std::size_t name = line.find_first_not_of("# \t");
  return name == std::string_view::npos ? std::string_view() : line.substr(name);
}

// The delimiter of a first line such as "sep=;", or 0.
char sep_line(std::string_view line) {
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
    line = line.substr(1, line.size() - 2);
  if (line.size() != 5 || lower_case(line.substr(0, 4)) != "sep=") return 0;
  return line[4];
}

}  // namespace

std::vector<std::string> split_line(std::string_view line, char delimiter) {
  std::vector<std::string> cells;
  std::size_t at = 0;
  const auto blank = [delimiter](char ch) {
    return ch == ' ' || (ch == '\t' && delimiter != '\t');
  };
  const auto skip_blanks = [&] {
    while (at < line.size() && blank(line[at])) ++at;
  };
  while (true) {
    skip_blanks();
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      for (++at; at < line.size(); ++at) {
        if (line[at] == '"' && (at + 1 == line.size() || line[at + 1] != '"')) break;
        if (line[at] == '"') ++at;
        cell += line[at];
      }
      ++at;
    }
    while (at < line.size() && (delimiter == kBlanks ? !blank(line[at]) : line[at] != delimiter))
      cell += line[at++];
    while (!cell.empty() && blank(cell.back())) cell.pop_back();
    if (delimiter == kBlanks) skip_blanks();
    cells.push_back(std::move(cell));
    if (at >= line.size()) return cells;
    if (delimiter != kBlanks) ++at;
  }
}

Dialect find_dialect(std::string_view sample, bool whole, const TableForm& form) {
  Dialect dialect;
  std::vector<Line> lines = lines_of(sample, whole);
  std::size_t at = std::min(form.skip, lines.size());
  char given = form.delimiter;
  if (form.skip == 0 && !lines.empty() && sep_line(lines[0].text) != 0) {
    if (given == 0) given = sep_line(lines[0].text);
    at = 1;
    dialect.sep_line = true;
  }
  if (form.comment != 0) {
    lines.erase(std::remove_if(lines.begin() + static_cast<std::ptrdiff_t>(at), lines.end(),
                               [&form](const Line& line) {
                                 return !line.text.empty() && line.text[0] == form.comment;
                               }),
                lines.end());
  }
  const std::vector<Line> body(lines.begin() + static_cast<std::ptrdiff_t>(at), lines.end());
  const Cut cut = choose_delimiter(body, given);
  dialect.delimiter = cut.delimiter;
  dialect.width = cut.width;

  // The header is the first line as wide as most lines, or one cell narrower if the next line is
  // that wide (the row names have no column name).
  const auto cells_at = [&](std::size_t n) { return split_line(lines[n].text, cut.delimiter); };
  const auto is_comment = [&](std::size_t n) {
    return !lines[n].text.empty() && lines[n].text[0] == '#';
  };
  const auto next_line = [&](std::size_t n) {
    for (++n; n < lines.size() && (is_blank(lines[n].text) || is_comment(n));) ++n;
    return n;
  };
  const std::size_t first = at;
  const bool searched = form.skip == 0 && cut.alike >= kAlike;
  for (; searched && at < lines.size() && at < first + kMostPreamble; ++at) {
    if (is_blank(lines[at].text) && cut.width > 1) continue;
    const std::size_t next = next_line(at);
    if (is_comment(at)) {
      // A header may begin with # if the rows follow at once,
      const std::vector<std::string> names =
          split_line(without_hash(lines[at].text), cut.delimiter);
      // or after one more such line with the units.
      if (names.size() == cut.width && next <= at + 2 && next < lines.size() && !has_value(names) &&
          cells_at(next).size() == cut.width && has_value(cells_at(next))) {
        dialect.hash_header = true;
        break;
      }
      continue;
    }
    const std::size_t width = cells_at(at).size();
    if (width == cut.width) break;
    if (width + 1 == cut.width && next < lines.size() && cells_at(next).size() == cut.width &&
        has_value(cells_at(next)) && !has_value(cells_at(at)))
      break;
  }
  const bool found = at < std::min(lines.size(), first + kMostPreamble);
  if (!found || !searched) {
    at = first;
    while (form.skip == 0 && at < lines.size() && is_comment(at)) ++at;
    if (at == lines.size()) at = first;
  }
  if (at >= lines.size()) return dialect;
  dialect.skipped = lines[at].number;
  dialect.header = split_line(dialect.hash_header ? without_hash(lines[at].text) : lines[at].text,
                              cut.delimiter);
  std::vector<std::vector<std::string>> below;
  std::vector<std::size_t> numbers;
  for (std::size_t n = at + 1; n < lines.size(); ++n) {
    if (is_blank(lines[n].text)) continue;
    below.push_back(cells_at(n));
    numbers.push_back(lines[n].number + 1);
  }
  std::size_t texts = 0;
  while (texts < std::min(kMostTextLines, below.size()) && below[texts].size() == cut.width) {
    const std::vector<std::vector<std::string>> rows(
        below.begin() + static_cast<std::ptrdiff_t>(texts) + 1,
        below.begin() + static_cast<std::ptrdiff_t>(std::min(below.size(), texts + 20)));
    // Lines of text are skipped to reach the rows behind them.
    std::vector<std::vector<std::string>> valued;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(valued), has_value);
    if (!is_text_line(below[texts], valued)) break;
    ++texts;
  }
  dialect.text_lines = texts;
  const auto first_row = below.begin() + static_cast<std::ptrdiff_t>(texts);
  dialect.texts.assign(below.begin(), first_row);
  dialect.rows.assign(first_row, below.end());
  dialect.row_lines.assign(numbers.begin() + static_cast<std::ptrdiff_t>(texts), numbers.end());
  return dialect;
}

void check(const TableForm& form) {
  const auto refuse = [](const std::string& where, const std::string& what,
                         const std::string& expected) {
    throw Error(ErrorCode::usage,
                {.where = where, .what = what, .expected = expected, .got = "", .hint = ""});
  };
  const std::string decimal(1, form.numbers().decimal);
  if (decimal != "." && decimal != ",") refuse("--decimal", "not a decimal mark", "'.' or ','");
  if (!form.thousands.empty() && form.thousands != "." && form.thousands != "," &&
      form.thousands != "'" && form.thousands != "space") {
    refuse("--thousands", "not a separator of thousands", "'.', ',', \"'\" or space");
  }
  if (form.thousands == decimal)
    refuse("--thousands", "the same as the decimal mark", "another one, or --decimal as well");
  if (!form.encoding.empty()) encoding_named(form.encoding);
}

}  // namespace sluice::data
