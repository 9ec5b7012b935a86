// The cells of a file's first rows, column by column: what all cells of one have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "data/cell.hpp"
#include "data/time_format.hpp"

namespace sluice::data {

class ColumnSample {
 public:
  /// `rows`, not all as wide as others, must outlive it.
  explicit ColumnSample(const std::vector<std::vector<std::string>>& rows) : rows_(rows) {}

  /// Whether a column has cells that are not missing and take(cell) is true for all of them.
  template <class Take>
  bool all_cells(std::size_t column, const Take& take) const {
    bool any = false;
    for (const std::vector<std::string>& row : rows_) {
      if (column >= row.size()) continue;
      const std::string& cell = row[column];
      if (cell.empty() || parse_cell(cell).kind == CellKind::missing) continue;
      any = true;
      if (!take(cell)) return false;
    }
    return any;
  }

  /// The forms of the first cell that the other cells have too; forms_of(cell) gives a cell's.
  std::vector<TimeFormat> common_forms(std::size_t column, const auto& forms_of) const {
    std::vector<TimeFormat> forms;
    bool first = true;
    const bool all = all_cells(column, [&](const std::string& cell) {
      if (std::exchange(first, false)) forms = forms_of(cell);
      forms.erase(
          std::remove_if(forms.begin(), forms.end(),
                         [&cell](const TimeFormat& form) { return !read_time(cell, form); }),
          forms.end());
      return !forms.empty();
    });
    return all ? forms : std::vector<TimeFormat>();
  }

  /// The forms of the first cell.
  std::vector<TimeFormat> first_forms(std::size_t column, const auto& forms_of) const {
    std::vector<TimeFormat> forms;
    all_cells(column, [&](const std::string& cell) {
      forms = forms_of(cell);
      return false;
    });
    return forms;
  }

  /// Whether nine of ten cells have a form: the others are at fault.
  bool nearly_all(std::size_t column, const auto& forms_of) const {
    std::size_t cells = 0, times = 0;
    all_cells(column, [&](const std::string& cell) {
      ++cells;
      if (!forms_of(cell).empty()) ++times;
      return true;
    });
    return times * 10 >= cells * 9 && times > 0;
  }

  /// Whether the cells are times of day such as 13:30.
  bool is_clock(std::size_t column) const;
  /// Whether they are whole numbers in a range.
  bool is_whole(std::size_t column, int least, int most) const;
  /// Whether some neighbours are alike.
  bool repeats(std::size_t column) const;
  /// Whether not all are alike; a single row differs.
  bool differs(std::size_t column) const;
  /// Whether numbers rise by one difference, to a thousandth of it.
  bool counts_evenly(std::size_t column) const;
  /// Whether numbers never turn round, repeated ones allowed.
  bool is_monotonic(std::size_t column) const;

 private:
  const std::vector<std::vector<std::string>>& rows_;
};

}  // namespace sluice::data
