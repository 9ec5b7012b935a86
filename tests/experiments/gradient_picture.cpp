#include "experiments/gradient_picture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <limits>

#include "plot/frame.hpp"
#include "plot/style.hpp"

namespace sluice::experiments {
namespace {

using plot::PlotFrame;

constexpr double kWidth = 960, kHeight = 440;
constexpr double kLowest = -30.0, kHighest = 2.0, kDecades = 6.0;  // powers of ten, and of a tick
constexpr std::size_t kStepsOfTick = 25;
constexpr std::string_view kStyle =
    "<style>.sluice-plot .actual{stroke-width:2.4}"
    ".sluice-plot .start{stroke-dasharray:2 6;stroke-opacity:.85}</style>\n";

std::vector<double> powers_of_ten(const std::vector<double>& values) {
  std::vector<double> powers;
  for (const double value : values) {
    const double power = std::log10(value);
    powers.push_back(power >= kLowest ? power : std::numeric_limits<double>::quiet_NaN());
  }
  return powers;
}

std::string value_axis(const PlotFrame& frame) {
  std::string out;
  for (const double tick : frame.axis.ticks()) {
    const double y = frame.y(tick);
    out += fmt::format("<path class=\"{}\" d=\"M{:.2f} {:.2f}H{:.2f}\"/>\n",
                       tick == 0 ? "zero" : "grid", frame.left, y, frame.right);
    const std::string power =
        tick == 0 ? "1" : fmt::format("10<tspan dy=\"-5\" font-size=\"9\">{:.0f}</tspan>", tick);
    out += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"end\">{}</text>\n",
                       frame.left - 10, y + 4, power);
  }
  return out;
}

std::string step_axis(const PlotFrame& frame) {
  std::string out = fmt::format("<path class=\"frame\" d=\"M{:.2f} {:.2f}H{:.2f}\"/>\n", frame.left,
                                frame.bottom, frame.right);
  for (std::size_t step = 0; step < frame.rows; step += kStepsOfTick) {
    out += fmt::format(
        "<path class=\"frame\" d=\"M{0:.2f} {1:.2f}v6\"/>\n"
        "<text x=\"{0:.2f}\" y=\"{2:.2f}\" text-anchor=\"middle\">{3}</text>\n",
        frame.x(step), frame.bottom, frame.bottom + 21, step);
  }
  return out + fmt::format(
                   "<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"middle\">steps back from the "
                   "answer</text>\n",
                   (frame.left + frame.right) / 2, frame.bottom + 40);
}

// In two columns, from the top.
std::string legend(const PlotFrame& frame, const std::vector<GradientCurve>& curves) {
  std::string out;
  for (std::size_t n = 0; n < curves.size(); ++n) {
    const std::size_t row = n / 2, column = n % 2;
    const double x = frame.left + 400.0 * static_cast<double>(column);
    const double y = 54.0 + 20.0 * static_cast<double>(row);
    out += fmt::format("<path class=\"line {}\" d=\"M{:.2f} {}h28\"/>\n", curves[n].style, x, y);
    out += fmt::format("<text class=\"key\" x=\"{:.2f}\" y=\"{}\">{}</text>\n", x + 36, y + 4.5,
                       curves[n].name);
  }
  return out;
}

}  // namespace

std::string gradient_svg(std::string_view title, const std::vector<GradientCurve>& curves) {
  const PlotFrame frame{.left = 60,
                        .right = kWidth - 30,
                        .top = 96,
                        .bottom = kHeight - 56,
                        .rows = curves.front().values.size(),
                        .axis = {.low = kLowest, .high = kHighest, .step = kDecades}};
  std::string lines;
  for (const GradientCurve& curve : curves)
    lines += line_path(frame, curve.style, {0, powers_of_ten(curve.values)});
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sluice-plot\" role=\"img\" "
             "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n{3}{4}"
             "<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n"
             "<text class=\"title\" x=\"{5:.2f}\" y=\"30\">{2}</text>\n",
             kWidth, kHeight, title, plot::kPlotStyle, kStyle, frame.left) +
         legend(frame, curves) + value_axis(frame) + step_axis(frame) + lines + "</svg>\n";
}

}  // namespace sluice::experiments
