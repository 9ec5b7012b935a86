// A column of a data file while its cells are read: numbers, or text that is left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::data {

class NumberColumn {
 public:
  NumberColumn(std::string path, std::string name);

  /// Reads the next row's cell. Throws Error(data), naming line and column, where it is infinite,
  /// where the column has both numbers and text, or where text is a number with separators (3,14).
  void add(std::string_view cell, std::size_t line);

  const std::string& name() const noexcept { return name_; }

  /// Whether a cell is text; then none is a number and no values are kept.
  bool is_text() const noexcept { return text_line_ > 0; }
  /// The first text, and its line.
  const std::string& text() const noexcept { return text_; }
  std::size_t text_line() const noexcept { return text_line_; }

  /// [rows], NaN where missing. The column is empty afterwards.
  std::vector<double> take_values() { return std::move(values_); }

 private:
  void add_text(std::string_view cell, std::size_t line);
  [[noreturn]] void fail_text(bool separators) const;
  std::string where(std::size_t line) const;

  std::string path_;
  std::string name_;
  std::vector<double> values_;
  bool has_number_ = false;
  std::size_t text_line_ = 0;  // of the first text, 0 while there is none
  std::string text_;
};

}  // namespace sluice::data
