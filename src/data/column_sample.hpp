// The first rows of a file by column: properties that all cells of a column share.
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
  /// `rows` may differ in width and must outlive this object.
  explicit ColumnSample(const std::vector<std::vector<std::string>>& rows) : rows_(rows) {}

  /// Whether the column has cells that are not missing and take(cell) is true for all of them.
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

  /// The forms of the first cell that all other cells share; forms_of(cell) lists those of one
  /// cell.
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

  /// Whether nine of ten cells have a form: then the others are errors.
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
  /// Whether they are whole numbers in the range.
  bool is_whole(std::size_t column, int least, int most) const;
  /// Whether two neighbouring cells are equal.
  bool repeats(std::size_t column) const;
  /// Whether the cells are not all equal; true for a single row.
  bool differs(std::size_t column) const;
  /// Whether the numbers rise by a constant difference, to a thousandth of it.
  bool counts_evenly(std::size_t column) const;
  /// Whether the numbers are monotonic, repeats allowed.
  bool is_monotonic(std::size_t column) const;

 private:
  const std::vector<std::vector<std::string>>& rows_;
};

}  // namespace sluice::data
