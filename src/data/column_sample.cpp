#include "data/column_sample.hpp"

#include <cmath>

namespace sluice::data {

bool ColumnSample::is_clock(std::size_t column) const {
  return all_cells(column, [](const std::string& cell) {
    return cell.find(':') != std::string::npos && read_clock(cell).has_value();
  });
}

bool ColumnSample::is_whole(std::size_t column, int least, int most) const {
  return all_cells(column, [least, most](const std::string& cell) {
    const CellValue value = parse_cell(cell);
    return value.kind == CellKind::number && value.value >= least && value.value <= most &&
           value.value == static_cast<double>(static_cast<int>(value.value));
  });
}

bool ColumnSample::repeats(std::size_t column) const {
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    if (column < rows_[row].size() && column < rows_[row - 1].size() &&
        rows_[row][column] == rows_[row - 1][column])
      return true;
  }
  return false;
}

bool ColumnSample::differs(std::size_t column) const {
  std::string first;
  return rows_.size() == 1 || !all_cells(column, [&first](const std::string& cell) {
           if (first.empty()) first = cell;
           return cell == first;
         });
}

bool ColumnSample::is_monotonic(std::size_t column) const {
  double last = 0.0;
  int direction = 0;
  std::size_t count = 0;
  return all_cells(column, [&](const std::string& cell) {
    const double value = parse_cell(cell).value;
    const int now = count == 0 || value == last ? 0 : value > last ? 1 : -1;
    ++count;
    last = value;
    if (now == 0) return true;
    const bool same = direction == 0 || direction == now;
    direction = now;
    return same;
  });
}

bool ColumnSample::counts_evenly(std::size_t column) const {
  constexpr double kEven = 1e-3;
  std::vector<double> values;
  all_cells(column, [&values](const std::string& cell) {
    values.push_back(parse_cell(cell).value);
    return true;
  });
  if (values.size() < 2 || !(values[1] > values[0])) return false;
  const double step = values[1] - values[0];
  for (std::size_t n = 1; n < values.size(); ++n) {
    if (!(std::abs(values[n] - values[n - 1] - step) <= kEven * step)) return false;
  }
  return true;
}

}  // namespace sluice::data
