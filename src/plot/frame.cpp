#include "plot/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::plot {
namespace {

// The SVG path command to a value: 'M' starts a segment, 'L' continues it.
std::string go(char command, const PlotFrame& frame, std::size_t row, double value) {
  return fmt::format("{}{:.2f} {:.2f}", command, frame.x(row), frame.y(value));
}

bool finite_at(const std::vector<double>& values, std::size_t index) {
  return index < values.size() && std::isfinite(values[index]);
}

}  // namespace

double PlotFrame::row_px() const {
  return rows < 2 ? 0 : (right - left) / static_cast<double>(rows - 1);
}

double PlotFrame::x(std::size_t row) const {
  return rows < 2 ? (left + right) / 2 : left + row_px() * static_cast<double>(row);
}

double PlotFrame::y(double value) const {
  const double inside = std::clamp(value, axis.low, axis.high);
  return bottom - (inside - axis.low) / (axis.high - axis.low) * (bottom - top);
}

std::string line_path(const PlotFrame& frame, std::string_view name, const Series& series) {
  std::string pieces;
  std::string dots;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (!finite_at(series.values, i)) continue;
    const std::size_t row = series.first_row + i;
    const bool follows = i > 0 && finite_at(series.values, i - 1);
    if (follows || finite_at(series.values, i + 1)) {
      pieces += go(follows ? 'L' : 'M', frame, row, series.values[i]);
    } else {
      dots +=
          go('M', frame, row, series.values[i]) + "h0";  // Zero length: the round caps draw a dot.
    }
  }
  std::string out;
  if (!pieces.empty()) out += fmt::format("<path class=\"line {}\" d=\"{}\"/>\n", name, pieces);
  if (!dots.empty()) out += fmt::format("<path class=\"line {} alone\" d=\"{}\"/>\n", name, dots);
  return out;
}

std::string band_path(const PlotFrame& frame, const Series& lower, const Series& upper) {
  std::string out;
  std::size_t begin = 0;  // The open segment: rows begin .. i-1.
  for (std::size_t i = 0; i <= lower.values.size(); ++i) {
    if (finite_at(lower.values, i) && finite_at(upper.values, i)) {
      out += go(i == begin ? 'M' : 'L', frame, upper.first_row + i, upper.values[i]);
      continue;
    }
    for (std::size_t k = i; k > begin; --k) {
      out += go('L', frame, lower.first_row + k - 1, lower.values[k - 1]);
    }
    if (i > begin) out += "Z";
    begin = i + 1;
  }
  return out.empty() ? out : fmt::format("<path class=\"band\" d=\"{}\"/>\n", out);
}

}  // namespace sluice::plot
