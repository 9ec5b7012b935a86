// The forecast's picture: well-formed XML whatever the names hold, every value at its pixel, gaps
// left open, and no number that is none.
#include "plot/forecast_plot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "sluice/error.hpp"

namespace sluice::plot {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What is wrong with the XML, or nothing: tags nest, attributes are quoted and unique per tag, `&`
// starts one of the three entities, the text is valid UTF-8 without control characters.
std::string xml_fault(std::string_view xml) {
  std::vector<std::string> open;
  std::size_t at = 0;
  std::size_t roots = 0;
  while (at < xml.size()) {
    if (xml[at] == '&') {
      const std::string_view rest = xml.substr(at);
      if (rest.rfind("&amp;", 0) != 0 && rest.rfind("&lt;", 0) != 0 && rest.rfind("&gt;", 0) != 0) {
        return "loose & at " + std::to_string(at);
      }
    }
    if (xml[at] == '>') return "loose > at " + std::to_string(at);
    if (xml[at] != '<') {
      if (open.empty() && xml[at] != '\n') return "text outside the root";
      ++at;
      continue;
    }
    const std::size_t end = xml.find('>', at);
    if (end == std::string_view::npos) return "open tag at " + std::to_string(at);
    std::string_view tag = xml.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.find('<') != std::string_view::npos) return "< inside a tag";
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "open quote";
    if (tag.substr(0, 1) == "/") {
      if (open.empty() || open.back() != tag.substr(1)) return "wrong end tag " + std::string(tag);
      open.pop_back();
      continue;
    }
    const std::string name(tag.substr(0, tag.find_first_of(" /")));
    if (open.empty() && ++roots > 1) return "two roots";
    if (tag.back() != '/') open.push_back(name);
  }
  return open.empty() ? "" : "no end of " + open.back();
}

struct Point {
  double x;
  double y;
};

// The points of each piece of the path of that class, which is not the legend's.
std::vector<std::vector<Point>> pieces(const std::string& svg, const std::string& name) {
  const std::string head = "class=\"" + name + "\" d=\"";
  std::size_t at = svg.rfind(head);
  if (at == std::string::npos) return {};
  at += head.size();
  if (svg.substr(at, svg.find('"', at) - at).find("h22") != std::string::npos) return {};
  std::vector<std::vector<Point>> out;
  while (svg[at] != '"') {
    if (svg[at] == 'M') out.emplace_back();
    if (svg[at] != 'M' && svg[at] != 'L') {
      ++at;
      continue;
    }
    char* next = nullptr;
    const double x = std::strtod(svg.c_str() + at + 1, &next);
    const double y = std::strtod(next, &next);
    out.back().push_back({x, y});
    at = next - svg.c_str();
  }
  return out;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

ForecastPlot example() {
  ForecastPlot plot;
  plot.title = "flow, 3 hours ahead";
  plot.target = "flow";
  plot.history_times = {"01:00", "02:00", "03:00", "04:00", "05:00", "06:00", "07:00"};
  plot.history = {11, 17, 13, 23, 19, 31, 29};
  plot.forecast_times = {"08:00", "09:00", "10:00"};
  plot.levels = {0.1, 0.5, 0.9};
  plot.quantiles = {20, 27, 37, 18, 25, 41, 15, 22, 47};
  return plot;
}

constexpr double kHeight = 440;
constexpr double kWidth = 960;

void expect_sound(const ForecastPlot& plot) {
  const std::string svg = forecast_svg(plot);
  EXPECT_EQ(xml_fault(svg), "");
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  for (const char* name :
       {"line history", "line median", "line actual", "line history alone", "band"}) {
    for (const auto& piece : pieces(svg, name)) {
      for (const Point& point : piece) {
        EXPECT_GE(point.x, 0);
        EXPECT_LE(point.x, kWidth);
        EXPECT_GE(point.y, 80);            // Below the legend,
        EXPECT_LE(point.y, kHeight - 40);  // above the times.
      }
    }
  }
}

TEST(ForecastPlot, PutsRowsAtEqualDistancesAndValuesInProportion) {
  const ForecastPlot plot = example();
  const auto history = pieces(forecast_svg(plot), "line history");
  ASSERT_EQ(history.size(), 1u);
  ASSERT_EQ(history[0].size(), 7u);
  const std::vector<Point>& at = history[0];
  const double row = at[1].x - at[0].x;
  const double unit = (at[0].y - at[5].y) / (31 - 11);  // Pixels per unit, upwards.
  EXPECT_GT(row, 20);
  EXPECT_GT(unit, 2);
  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_NEAR(at[i].x, at[0].x + row * static_cast<double>(i), 0.1);
    EXPECT_NEAR(at[i].y, at[0].y - unit * (plot.history[i] - 11), 0.03);
  }
}

TEST(ForecastPlot, HangsTheForecastOnTheLastKnownValueWithTheSameScale) {
  const std::string svg = forecast_svg(example());
  const auto history = pieces(svg, "line history")[0];
  const auto median = pieces(svg, "line median");
  ASSERT_EQ(median.size(), 1u);
  ASSERT_EQ(median[0].size(), 4u);
  const double row = history[1].x - history[0].x;
  const double unit = (history[0].y - history[5].y) / 20;
  const double expected[] = {29, 27, 25, 22};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(median[0][i].x, history[6].x + row * static_cast<double>(i), 0.1);
    EXPECT_NEAR(median[0][i].y, history[0].y - unit * (expected[i] - 11), 0.03);
  }
}

TEST(ForecastPlot, DrawsTheBandForwardAlongTheUpperQuantileAndBackAlongTheLower) {
  const std::string svg = forecast_svg(example());
  const auto history = pieces(svg, "line history")[0];
  const auto band = pieces(svg, "band");
  ASSERT_EQ(band.size(), 1u);
  ASSERT_EQ(band[0].size(), 8u);
  const double row = history[1].x - history[0].x;
  const double unit = (history[0].y - history[5].y) / 20;
  const double values[] = {29, 37, 41, 47, 15, 18, 20, 29};
  const double rows[] = {6, 7, 8, 9, 9, 8, 7, 6};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(band[0][i].x, history[0].x + row * rows[i], 0.1);
    EXPECT_NEAR(band[0][i].y, history[0].y - unit * (values[i] - 11), 0.03);
  }
}

TEST(ForecastPlot, FillsTheFrameFromTheFirstRowToTheLast) {
  const std::string svg = forecast_svg(example());
  const std::size_t grid = svg.find("class=\"grid\"");
  ASSERT_NE(grid, std::string::npos);
  const double left = std::strtod(svg.c_str() + svg.find('M', grid) + 1, nullptr);
  const double right = std::strtod(svg.c_str() + svg.find('H', grid) + 1, nullptr);
  EXPECT_NEAR(pieces(svg, "line history")[0].front().x, left, 0.01);
  EXPECT_NEAR(pieces(svg, "line median")[0].back().x, right, 0.01);
}

TEST(ForecastPlot, MarksNowAtTheLastKnownRow) {
  const std::string svg = forecast_svg(example());
  EXPECT_NEAR(pieces(svg, "now")[0][0].x, pieces(svg, "line history")[0][6].x, 0.01);
  EXPECT_NE(svg.find(">now</text>"), std::string::npos);
}

TEST(ForecastPlot, LeavesGapsOpenAndShowsAPointBetweenTwoGaps) {
  ForecastPlot plot = example();
  plot.history = {kNaN, 17, 13, kNaN, 19, kNaN, 29};
  plot.quantiles[3] =
      kNaN;  // The lower quantile of step 2: the band breaks there, the median does not.
  const std::string svg = forecast_svg(plot);
  const auto history = pieces(svg, "line history");
  ASSERT_EQ(history.size(), 1u);
  EXPECT_EQ(history[0].size(), 2u);
  EXPECT_EQ(pieces(svg, "line history alone").size(), 2u);
  EXPECT_EQ(pieces(svg, "band").size(), 2u);
  EXPECT_EQ(count(svg, "Z"), 2u);  // Each piece is closed.
  EXPECT_EQ(pieces(svg, "line median")[0].size(), 4u);
  expect_sound(plot);
}

TEST(ForecastPlot, NamesEachBandByTheShareItHolds) {
  ForecastPlot plot = example();
  plot.levels = {0.025, 0.25, 0.5, 0.75, 0.975};
  plot.quantiles = {1, 2, 3, 4, 5, 1, 2, 3, 5, 7, 1, 2, 3, 6, 11};
  const std::string svg = forecast_svg(plot);
  EXPECT_LT(svg.find("95% interval"), svg.find("50% interval"));
  EXPECT_EQ(count(svg, "% interval"), 2u);
  EXPECT_EQ(count(svg, "path class=\"band\""), 2u);
}

TEST(ForecastPlot, WithoutABandDrawsTheOneLevelAlone) {
  ForecastPlot plot = example();
  plot.levels = {0.5};
  plot.quantiles = {27, 25, 22};
  const std::string svg = forecast_svg(plot);
  EXPECT_EQ(count(svg, "class=\"band\""), 0u);
  EXPECT_EQ(pieces(svg, "line median")[0].size(), 4u);
  EXPECT_NE(svg.find("forecast (median)"), std::string::npos);

  plot.levels = {0.9};
  EXPECT_NE(forecast_svg(plot).find("forecast (quantile 0.9)"), std::string::npos);
}

TEST(ForecastPlot, ShowsWhatCameTrueOnlyWhereItIsGiven) {
  ForecastPlot plot = example();
  EXPECT_EQ(count(forecast_svg(plot), "line actual"), 0u);
  plot.actual = {28, kNaN, 53};
  const std::string svg = forecast_svg(plot);
  EXPECT_EQ(pieces(svg, "line actual")[0].size(), 2u);
  EXPECT_EQ(pieces(svg, "line actual alone").size(), 1u);
  const double unit =
      (pieces(svg, "line history")[0][0].y - pieces(svg, "line history")[0][5].y) / 20;
  const double highest_of_band = pieces(svg, "band")[0][3].y;  // 47: the axis must hold 53 as well.
  EXPECT_NEAR(pieces(svg, "line actual alone")[0][0].y, highest_of_band - unit * (53 - 47), 0.03);
  expect_sound(plot);
}

TEST(ForecastPlot, TellsEveryQuantileOfAStepUnderThePointer) {
  const std::string svg = forecast_svg(example());
  EXPECT_EQ(count(svg, "<circle"), 3u);
  EXPECT_NE(svg.find("<title>09:00\nq0.1: 18\nq0.5: 25\nq0.9: 41</title>"), std::string::npos);
}

TEST(ForecastPlot, LabelsTheRowOfTheTick) {
  ForecastPlot plot = example();
  const std::string svg = forecast_svg(plot);
  const auto history = pieces(svg, "line history")[0];
  const std::size_t label = svg.find(">07:00</text>");
  ASSERT_NE(label, std::string::npos);
  const std::size_t x = svg.rfind("x=\"", label);
  EXPECT_NEAR(std::strtod(svg.c_str() + x + 3, nullptr), history[6].x, 0.01);
}

TEST(ForecastPlot, EscapesNamesAndReplacesBytesThatAreNoText) {
  ForecastPlot plot = example();
  plot.title = "R&D <\"spend\"> ]]> \x01\xff\xc0\xaf\xed\xa0\x80\xe0\x80\xaf\xef\xbf\xbe Größe";
  plot.target = "a<b>&amp;\xe2\x82";
  plot.forecast_times[2] = "<script>";
  plot.history_times[6] = "&now";
  const std::string svg = forecast_svg(plot);
  expect_sound(plot);
  EXPECT_NE(svg.find("R&amp;D &lt;\"spend\"&gt;"), std::string::npos);
  EXPECT_NE(svg.find("Größe"), std::string::npos);
  EXPECT_NE(svg.find("a&lt;b&gt;&amp;amp;\uFFFD"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  for (const char bad : {'\x01', '\xff', '\xc0', '\xed', '\xe0'})
    EXPECT_EQ(svg.find(bad), std::string::npos);
}

TEST(ForecastPlot, CutsANameThatWouldNotFitBetweenTwoCharacters) {
  ForecastPlot plot = example();
  plot.target = std::string(39, 'x') + "éé";
  EXPECT_NE(forecast_svg(plot).find("xxé…</text>"), std::string::npos);
}

TEST(ForecastPlot, StandsAlone) {
  const std::string svg = forecast_svg(example());
  EXPECT_EQ(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\"", 0), 0u);
  EXPECT_EQ(count(svg, "http"), 1u);  // The name space: nothing is loaded.
  EXPECT_EQ(count(svg, "url("), 0u);
  EXPECT_EQ(count(svg, "prefers-color-scheme:dark"), 1u);
}

TEST(ForecastPlot, IsSoundAtTheEdges) {
  expect_sound(example());
  expect_sound(ForecastPlot{});

  ForecastPlot constant = example();
  constant.history.assign(7, 5);
  constant.quantiles.assign(9, 5);
  expect_sound(constant);

  ForecastPlot one;
  one.history_times = {"now"};
  one.history = {-3};
  one.levels = {0.5};
  expect_sound(one);
  EXPECT_EQ(pieces(forecast_svg(one), "line history alone").size(), 1u);

  ForecastPlot no_history = example();
  no_history.history.clear();
  no_history.history_times.clear();
  expect_sound(no_history);
  EXPECT_EQ(pieces(forecast_svg(no_history), "line median")[0].size(), 3u);

  ForecastPlot missing = example();
  missing.history.assign(7, kNaN);
  missing.quantiles.assign(9, kNaN);
  missing.actual.assign(3, std::numeric_limits<double>::infinity());
  expect_sound(missing);

  ForecastPlot extreme = example();
  extreme.history[2] = -std::numeric_limits<double>::max();
  extreme.quantiles[4] = std::numeric_limits<double>::max();
  expect_sound(extreme);
}

TEST(ForecastPlot, RejectsSizesThatDoNotFit) {
  ForecastPlot plot = example();
  plot.quantiles.pop_back();
  try {
    forecast_svg(plot);
    FAIL() << "8 quantiles for 3 steps of 3 levels";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::shape);
    EXPECT_EQ(error.parts().expected, "9");
    EXPECT_EQ(error.parts().got, "8");
  }
  plot = example();
  plot.history_times.push_back("08:00");
  EXPECT_THROW(forecast_svg(plot), Error);
  plot = example();
  plot.actual = {1};
  EXPECT_THROW(forecast_svg(plot), Error);
}

}  // namespace
}  // namespace sluice::plot
