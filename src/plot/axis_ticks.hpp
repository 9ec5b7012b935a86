// Positions and labels of the ticks on a plot's axes. Computes numbers and pixels, draws nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::plot {

/// A value axis from `low` to `high` with a tick at every multiple of `step`, which is 1, 2 or 5
/// times a power of ten.
struct Axis {
  double low = 0;
  double high = 1;
  double step = 0.2;

  std::vector<double> ticks() const;  ///< Multiples of step in [low, high], no rounding drift.
  std::string label(
      double tick) const;  ///< As many decimals as the step needs: "-0.25", "12,500", "3e+08".
};

/// An axis with about five ticks that covers [low, high] and a small margin. Starts at 0 where that
/// costs less than a third of the height; does not cross 0 unless the values do. Widens a range
/// without width. low > high means no values and gives [0, 1].
Axis fit_axis(double low, double high);

/// The rows with a time label, rising: `anchor` and every stride-th row before and after it. Rows
/// are `row_px` apart, labels at least `label_px`. Strides are 1, 2, 3, 6, 12, 24, 48 and so on,
/// which suits months, hours and quarters of an hour.
std::vector<std::size_t> time_ticks(std::size_t rows, std::size_t anchor, double row_px,
                                    double label_px);

}  // namespace sluice::plot
