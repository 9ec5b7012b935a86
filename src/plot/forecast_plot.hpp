// A forecast as one SVG picture that stands alone: no script, no font or style from outside, light
// and dark. Only the picture: what is forecast and which rows are shown is the caller's choice.
#pragma once

#include <string>
#include <vector>

namespace sluice::plot {

/// All values are in the target's own unit. A value that is not finite is a gap.
struct ForecastPlot {
  std::string title;
  std::string target;                       ///< Name of the series, shown in the legend.
  std::vector<std::string> history_times;   ///< [n], as they shall be printed, oldest first.
  std::vector<double> history;              ///< [n], the last rows before the forecast.
  std::vector<std::string> forecast_times;  ///< [steps]
  std::vector<double> levels;               ///< [Q], rising, each in (0, 1).
  std::vector<double> quantiles;            ///< [steps, Q]
  std::vector<double> actual;               ///< [steps] what came true, or empty.
};

/// The SVG, UTF-8. The level nearest to 0.5 is drawn as the line, levels on both sides of it pair
/// from the outside in to bands. Rows are drawn at equal distances. Throws Error(shape) where sizes
/// do not fit.
std::string forecast_svg(const ForecastPlot& plot);

}  // namespace sluice::plot
