// Collects a column of a data file while its cells are read: numbers, or text, which is left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/cell.hpp"

namespace sluice::data {

class NumberColumn {
 public:
  /// `doubt`: points may be thousands separators; check_points() and the like then look for
  /// evidence.
  NumberColumn(std::string path, std::string name, NumberFormat format = {}, bool doubt = false);

  /// Reads the next row's cell. Throws Error(data), naming line and column, if it is infinite, if
  /// the column mixes numbers and text, or if text is a number in another form (3,14).
  void add(std::string_view cell, std::size_t line);
  void reserve(std::size_t rows) { values_.reserve(rows); }
  /// Throws Error(data) if a point may be a thousands separator or a decimal point and no cell
  /// tells which.
  void check_points() const;
  /// Whether all points may separate thousands and no cell proves it.
  bool may_hold_thousands() const { return doubt_ && !has_small_ && pointed_line_ > 0; }
  /// Evidence that points separate thousands: numbers such as 1.026 beside numbers such as 965;
  /// else empty.
  std::string likely_thousands() const;
  /// A value such as -9999 that occurs several times, far from all others; else empty.
  std::string likely_missing() const;

  const std::string& name() const noexcept { return name_; }
  std::string where(std::size_t line) const;

  /// Whether a cell is text; then no cell is a number and no values are kept.
  bool is_text() const noexcept { return text_line_ > 0; }
  /// The first text cell.
  const std::string& text() const noexcept { return text_; }
  std::size_t text_line() const noexcept { return text_line_; }
  /// Whether all cells of the column are empty.
  bool is_empty() const noexcept { return !has_number_ && !is_text(); }
  /// The values so far; none for a text column.
  const std::vector<double>& values() const noexcept { return values_; }

  /// [rows], NaN if missing. Leaves the column empty.
  std::vector<double> take_values() { return std::move(values_); }

 private:
  void add_text(std::string_view cell, std::size_t line);
  void doubt_points(std::string_view cell, double value, std::size_t line);
  [[noreturn]] void fail_text() const;

  std::string path_;
  std::string name_;
  NumberFormat format_;
  std::vector<double> values_;
  bool has_number_ = false;
  std::size_t text_line_ = 0;  // line of the first text cell, 0 if none
  std::string text_;
  // Numbers such as 1.116 beside numbers such as 983 may be thousands.
  bool doubt_ = false, has_small_ = false;
  std::size_t pointed_line_ = 0, pointed_count_ = 0;
  double largest_small_ = 0.0;
  std::string pointed_, small_;
};

}  // namespace sluice::data
