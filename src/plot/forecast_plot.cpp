#include "plot/forecast_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "plot/axis_ticks.hpp"
#include "plot/frame.hpp"
#include "plot/style.hpp"
#include "plot/svg_text.hpp"
#include "sluice/error.hpp"

namespace sluice::plot {
namespace {

constexpr double kWidth = 960;
constexpr double kHeight = 440;
constexpr double kAxisCharacter = 6.8;     // Width of a character at 12 px, rounded up.
constexpr double kLegendCharacter = 7.0;   // The same at 13 px.
constexpr double kTimeTickDistance = 100;  // About six labels in the width.
constexpr std::size_t kLongestTitle = 80;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestTime = 40;

// The rows from the last known one on, so that the forecast connects to the history.
Series joined(const ForecastPlot& plot, std::vector<double> values) {
  if (plot.history.empty()) return {0, std::move(values)};
  values.insert(values.begin(), plot.history.back());
  return {plot.history.size() - 1, std::move(values)};
}

std::vector<double> column(const ForecastPlot& plot, std::size_t level) {
  std::vector<double> values(plot.forecast_times.size());
  for (std::size_t step = 0; step < values.size(); ++step) {
    values[step] = plot.quantiles[step * plot.levels.size() + level];
  }
  return values;
}

std::string value_axis(const PlotFrame& frame) {
  std::string out;
  for (const double tick : frame.axis.ticks()) {
    const double y = frame.y(tick);
    out += fmt::format("<path class=\"{}\" d=\"M{:.2f} {:.2f}H{:.2f}\"/>\n",
                       tick == 0 ? "zero" : "grid", frame.left, y, frame.right);
    out += fmt::format(
        "<text class=\"value\" x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"end\">{}</text>\n",
        frame.left - 10, y + 4, frame.axis.label(tick));
  }
  return out;
}

std::string time_axis(const PlotFrame& frame, const ForecastPlot& plot) {
  std::vector<std::string> times = plot.history_times;
  times.insert(times.end(), plot.forecast_times.begin(), plot.forecast_times.end());
  std::size_t longest = 0;
  for (std::string& time : times) {
    time = escaped(time, kLongestTime);
    longest = std::max(longest, characters(time));
  }
  const double width = kAxisCharacter * static_cast<double>(longest);
  const std::size_t now = plot.history.empty() ? 0 : plot.history.size() - 1;
  std::string out = fmt::format("<path class=\"frame\" d=\"M{:.2f} {:.2f}H{:.2f}\"/>\n", frame.left,
                                frame.bottom, frame.right);
  for (const std::size_t row :
       time_ticks(frame.rows, now, frame.row_px(), std::max(width + 16, kTimeTickDistance))) {
    const double x = frame.x(row);
    if (x + width / 2 > kWidth || x < width / 2) continue;
    out += fmt::format("<path class=\"frame\" d=\"M{:.2f} {:.2f}v6\"/>\n", x, frame.bottom);
    out += fmt::format(
        "<text class=\"time\" x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"middle\">{}</text>\n", x,
        frame.bottom + 22, times[row]);
  }
  return out;
}

std::string now_mark(const PlotFrame& frame, const ForecastPlot& plot) {
  if (plot.history.empty() || plot.forecast_times.empty()) return "";
  const double x = frame.x(plot.history.size() - 1);
  return fmt::format(
      "<path class=\"now\" d=\"M{0:.2f} {1:.2f}V{2:.2f}\"/>\n"
      "<text x=\"{0:.2f}\" y=\"{3:.2f}\" text-anchor=\"middle\">now</text>\n",
      x, frame.top, frame.bottom, frame.top - 6);
}

// Dots at the forecast's rows, if there is room: hovering shows the values.
std::string dots(const PlotFrame& frame, const ForecastPlot& plot, std::size_t middle) {
  if (frame.rows > 1 && frame.row_px() < 6) return "";
  std::string out;
  for (std::size_t step = 0; step < plot.forecast_times.size(); ++step) {
    const double* row = plot.quantiles.data() + step * plot.levels.size();
    if (!std::isfinite(row[middle])) continue;
    std::string tip = escaped(plot.forecast_times[step], kLongestTime);
    for (std::size_t k = 0; k < plot.levels.size(); ++k) {
      if (std::isfinite(row[k])) tip += fmt::format("\nq{:g}: {:.6g}", plot.levels[k], row[k]);
    }
    out += fmt::format(
        "<circle class=\"dot\" cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"2.6\"><title>{}</title></circle>\n",
        frame.x(plot.history.size() + step), frame.y(row[middle]), tip);
  }
  return out;
}

class Legend {
 public:
  explicit Legend(double left) : x_(left) {}

  void add_line(std::string_view name, const std::string& text) {
    out_ += fmt::format("<path class=\"line {}\" d=\"M{:.2f} {}h22\"/>\n", name, x_, kMiddle);
    add_text(text);
  }
  void add_band(const std::string& text) {
    out_ += fmt::format(
        "<rect class=\"band\" x=\"{:.2f}\" y=\"{}\" width=\"22\" height=\"12\" rx=\"2\"/>\n", x_,
        kMiddle - 6);
    add_text(text);
  }
  const std::string& svg() const { return out_; }

 private:
  static constexpr double kMiddle = 54;

  void add_text(const std::string& text) {
    out_ += fmt::format("<text class=\"key\" x=\"{:.2f}\" y=\"{}\">{}</text>\n", x_ + 30,
                        kMiddle + 4.5, text);
    x_ += 30 + kLegendCharacter * static_cast<double>(characters(text)) + 22;
  }

  double x_;
  std::string out_;
};

void check(const char* what, std::size_t expected, std::size_t got) {
  if (expected == got) return;
  throw Error(ErrorCode::shape, {.where = "forecast plot",
                                 .what = std::string("wrong number of ") + what,
                                 .expected = std::to_string(expected),
                                 .got = std::to_string(got),
                                 .hint = ""});
}

void check(const ForecastPlot& plot) {
  const std::size_t steps = plot.forecast_times.size();
  check("history times", plot.history.size(), plot.history_times.size());
  check("quantiles", steps * plot.levels.size(), plot.quantiles.size());
  if (!plot.actual.empty()) check("actual values", steps, plot.actual.size());
}

Axis value_range(const ForecastPlot& plot) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto* values : {&plot.history, &plot.quantiles, &plot.actual}) {
    for (const double value : *values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return fit_axis(low, high);
}

PlotFrame make_frame(const ForecastPlot& plot) {
  PlotFrame frame;
  frame.axis = value_range(plot);
  frame.rows = plot.history.size() + plot.forecast_times.size();
  std::size_t longest = 0;
  for (const double tick : frame.axis.ticks()) {
    longest = std::max(longest, frame.axis.label(tick).size());
  }
  frame.left = 28 + kAxisCharacter * static_cast<double>(longest);
  frame.right = kWidth - 30;
  frame.top = 88;  // Above it: the title and the legend.
  frame.bottom = kHeight - 44;
  return frame;
}

std::size_t middle_level(const std::vector<double>& levels) {
  const auto nearer = [](double a, double b) { return std::abs(a - 0.5) < std::abs(b - 0.5); };
  return std::min_element(levels.begin(), levels.end(), nearer) - levels.begin();
}

}  // namespace

std::string forecast_svg(const ForecastPlot& plot) {
  check(plot);
  const PlotFrame frame = make_frame(plot);
  const std::size_t middle = middle_level(plot.levels);
  Legend legend(frame.left);
  std::string marks;

  if (!plot.history.empty()) legend.add_line("history", escaped(plot.target, kLongestName));
  if (!plot.levels.empty()) {
    const double level = plot.levels[middle];
    legend.add_line("median", level == 0.5 ? "forecast (median)"
                                           : fmt::format("forecast (quantile {:g})", level));
  }
  for (std::size_t k = 0; k < middle && middle < plot.levels.size() - 1 - k; ++k) {
    const std::size_t opposite = plot.levels.size() - 1 - k;
    marks += band_path(frame, joined(plot, column(plot, k)), joined(plot, column(plot, opposite)));
    legend.add_band(fmt::format("{:g}% interval",
                                std::round(1000 * (plot.levels[opposite] - plot.levels[k])) / 10));
  }
  marks += line_path(frame, "history", {0, plot.history});
  if (!plot.actual.empty()) {
    marks += line_path(frame, "actual", joined(plot, plot.actual));
    legend.add_line("actual", "actual");
  }
  if (!plot.levels.empty()) {
    marks +=
        line_path(frame, "median", joined(plot, column(plot, middle))) + dots(frame, plot, middle);
  }

  const std::string title = escaped(plot.title, kLongestTitle);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sluice-plot\" role=\"img\" "
             "width=\"{0}\" "
             "height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n",
             kWidth, kHeight, title) +
         std::string(kPlotStyle) +
         fmt::format("<rect class=\"paper\" width=\"{}\" height=\"{}\"/>\n", kWidth, kHeight) +
         fmt::format("<text class=\"title\" x=\"{:.2f}\" y=\"32\">{}</text>\n", frame.left, title) +
         legend.svg() + value_axis(frame) + time_axis(frame, plot) + now_mark(frame, plot) + marks +
         "</svg>\n";
}

}  // namespace sluice::plot
