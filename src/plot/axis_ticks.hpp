// Where the ticks of a plot's axes lie and what they say. Knows numbers and pixels, draws nothing.
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

  std::vector<double> ticks() const;  ///< The multiples of step inside [low, high], without drift.
  std::string label(
      double tick) const;  ///< With the decimals that the step needs: "-0.25", "12,500", "3e+08".
};

/// The axis with about five ticks that holds all of [low, high] and a little margin. It starts at 0
/// where that costs less than a third of the height, and does not cross 0 where the values do not.
/// A range without width is widened; low > high says that there is no value, and gives [0, 1].
Axis fit_axis(double low, double high);

/// The rows that carry a time label: `anchor` and every stride-th row before and after it, in
/// rising order. Rows are `row_px` apart, labels at least `label_px`. Strides are 1, 2, 3, 6, 12,
/// 24, 48 and so on, so that months, hours and quarters of an hour keep their rhythm.
std::vector<std::size_t> time_ticks(std::size_t rows, std::size_t anchor, double row_px,
                                    double label_px);

}  // namespace sluice::plot
