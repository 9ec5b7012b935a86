// Maps rows and values to pixels of a plot, and draws its two shapes: a line and a band.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plot/axis_ticks.hpp"

namespace sluice::plot {

/// The rectangle of the values, in pixels from the top left corner. Rows are equally spaced from
/// `left` to `right`; a single row is in the middle.
struct PlotFrame {
  double left = 0;
  double right = 0;
  double top = 0;
  double bottom = 0;
  std::size_t rows = 0;
  Axis axis;

  double row_px() const;
  double x(std::size_t row) const;
  double y(double value) const;  ///< Inside the frame for every finite value.
};

/// Values of consecutive rows; a value that is not finite is a gap.
struct Series {
  std::size_t first_row = 0;
  std::vector<double> values;
};

/// A <path class="line NAME"> that breaks at gaps, and a <path class="line NAME alone"> that draws
/// values between two gaps as dots. Empty where no value is finite.
std::string line_path(const PlotFrame& frame, std::string_view name, const Series& series);

/// A <path class="band"> around the area between two series of the same rows; breaks at a gap in
/// either.
std::string band_path(const PlotFrame& frame, const Series& lower, const Series& upper);

}  // namespace sluice::plot
