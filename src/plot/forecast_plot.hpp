// A forecast as one self-contained SVG: no script, no external font or style, light and dark
// themes. The caller chooses the rows and the forecast to show.
#pragma once

#include <string>
#include <vector>

namespace sluice::plot {

/// All values are in the target's own unit. A value that is not finite is a gap.
struct ForecastPlot {
  std::string title;
  std::string target;                       ///< Name of the series, shown in the legend.
  std::vector<std::string> history_times;   ///< [n] labels as printed, oldest first.
  std::vector<double> history;              ///< [n], the last rows before the forecast.
  std::vector<std::string> forecast_times;  ///< [steps]
  std::vector<double> levels;               ///< [Q], rising, each in (0, 1).
  std::vector<double> quantiles;            ///< [steps, Q]
  std::vector<double> actual;               ///< [steps] observed values, or empty.
};

/// The SVG in UTF-8. Draws the level nearest to 0.5 as the line and pairs the levels on both sides
/// of it, from the outside in, to bands. Rows are equally spaced. Throws Error(shape) where sizes
/// disagree.
std::string forecast_svg(const ForecastPlot& plot);

}  // namespace sluice::plot
