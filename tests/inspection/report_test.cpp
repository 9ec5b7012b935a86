// The report's JSON: its arrays, decoded, are the trace's; and a forecasting model's view.
#include "inspection/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/half.hpp"
#include "data/time_forms.hpp"
#include "forecasting/backtest.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "inspection/forecast_subject.hpp"
#include "inspection/rnn_beside.hpp"
#include "inspection/subject_problem.hpp"
#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

using nlohmann::json;

std::string decoded(const std::string& text) {
  static const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text) {
    if (digit == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(digits.find(digit));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  return bytes;
}

std::vector<float> values(const json& array) {
  const std::string bytes = decoded(array["data"]);
  std::size_t count = 1;
  for (const std::size_t length : array["shape"]) count *= length;
  std::vector<float> made(count);
  if (array["type"] == "f32") {
    EXPECT_EQ(bytes.size(), 4 * count);
    std::memcpy(made.data(), bytes.data(), bytes.size());
  } else {
    EXPECT_EQ(bytes.size(), 2 * count);
    for (std::size_t n = 0; n < count; ++n) {
      std::uint16_t half;
      std::memcpy(&half, bytes.data() + 2 * n, 2);
      made[n] = from_half(half);
    }
  }
  return made;
}

TEST(Report, HoldsTheTraceExactlyWhereItIsSmall) {
  // 13 values: bytes that are no multiple of three are padded.
  const Problem problem({.input = 2, .hidden = {13}, .output = 1}, 30, 51);
  Trace trace(problem.network.architecture(),
              {.layers = {}, .units = {}, .steps = {5, 30}, .direction = {}}, 5);
  const std::vector<float> y = problem.traced(trace, {5, 30});
  const json report = json::parse(report_json({.subject = problem.subject,
                                               .trace = trace,
                                               .y = y,
                                               .units = unit_figures(problem.subject, trace),
                                               .memories = {},
                                               .ablation = {},
                                               .flow = {},
                                               .rnn = {},
                                               .attribution = {},
                                               .experiment = {}}));
  EXPECT_EQ(report["steps"]["first"], 5);
  EXPECT_EQ(report["steps"]["count"], 25);
  for (std::size_t signal = 0; signal < 7; ++signal) {
    EXPECT_EQ(values(report["layers"][0]["signals"][std::string(kSignalNames[signal])]),
              trace.parts()[0].signals[signal]);
  }
  EXPECT_EQ(values(report["outputs"][0]["values"]), y);
  EXPECT_EQ(values(report["inputs"][1]["values"])[0], problem.subject.row(5)[1]);
  EXPECT_EQ(report["units"].size(), 13u);
  EXPECT_TRUE(report["flow"].is_null() && report["experiment"].is_null());
}

TEST(Report, HalvesALargeTraceToElevenBits) {
  const Problem problem({.input = 1, .hidden = {64}, .output = 1}, 5000, 52);
  Trace trace(problem.network.architecture(),
              {.layers = {}, .units = {}, .steps = {0, 5000}, .direction = {}});
  const std::vector<float> y = problem.traced(trace, {0, 5000});
  const json report = json::parse(report_json({.subject = problem.subject,
                                               .trace = trace,
                                               .y = y,
                                               .units = {},
                                               .memories = {},
                                               .ablation = {},
                                               .flow = {},
                                               .rnn = {},
                                               .attribution = {},
                                               .experiment = {}}));
  const json& c = report["layers"][0]["signals"]["c"];
  EXPECT_EQ(c["type"], "f16");
  const std::vector<float> shown = values(c), &exact = trace.parts()[0].signals[kC];
  for (std::size_t n = 0; n < exact.size(); ++n) {
    if (std::abs(exact[n]) < 6.2e-5f) continue;
    ASSERT_LE(std::abs(shown[n] - exact[n]), std::abs(exact[n]) / 2048.0f);
  }
}

// A small model that really forecasts: the LSTM's own error is the backtest's.
TEST(ForecastSubject, HasTheBacktestsErrorAndANameForEveryInput) {
  data::Table table = data::read_table(std::string(SLUICE_SOURCE_DIR) + "/data/sunspots.csv");
  forecasting::ForecastOptions options;
  options.features.targets = {"sunspots"};
  options.horizon = 15;
  options.hidden = 5;
  options.members = 1;
  options.epochs = 2;
  const forecasting::ForecastModel model = forecasting::train_forecast(table, options).model;
  ASSERT_GT(model.network->count(), 0u);
  forecasting::ForecastModel sure = model;
  sure.alpha = 0.5;
  const Subject subject = forecast_subject(sure, table);
  EXPECT_EQ(subject.inputs.size(), sure.network_inputs());
  EXPECT_EQ(subject.outputs.size(), sure.network_outputs());
  EXPECT_EQ(subject.outputs[subject.main_output], "sunspots, 1 ahead, q0.5");
  EXPECT_EQ(subject.labels[0], "1749-01");
  const std::vector<float> y =
      answers(subject, *subject.network, subject.judged,
              state_before(subject, subject.judged.first, subject.judged.first));
  const forecasting::Backtest backtest = forecasting::backtest(sure, table);
  EXPECT_NEAR(subject.error(subject.judged.first, y), backtest.targets[0].model.all.mae, 1e-6);
  EXPECT_EQ(subject.judged.count(), backtest.origins);
  // The forecast of a row stands at the row that it is about.
  const data::Frame frame = data::make_frame(sure.features, table);
  const forecasting::Forecasts made = forecasting::forecast(sure, frame, 99, 100);
  EXPECT_DOUBLE_EQ(subject.forecast[0].point[100], made.at(0, 0, 0, sure.median()));
  EXPECT_DOUBLE_EQ(subject.forecast[0].low[100], made.at(0, 0, 0, 0));

  const forecasting::ForecastModel rnn = rnn_beside(sure, table, 1, {});
  EXPECT_EQ(rnn.network->architecture().cell.kind, CellKind::rnn);
  EXPECT_EQ(rnn.network->architecture().hidden, sure.network->architecture().hidden);
  EXPECT_EQ(rnn.network_outputs(), sure.network_outputs());
  EXPECT_EQ(rnn.linear[0].lags, sure.linear[0].lags);

  sure.alpha = 0.0;
  EXPECT_NE(forecast_subject(sure, table).error_name.find("full weight"), std::string::npos);
  sure.network.reset();
  EXPECT_THROW(forecast_subject(sure, table), Error);
}

// A Thursday, half past six in the evening, on the file's own clock.
TEST(ForecastSubject, KnowsWhereARowStandsInTheCalendar) {
  data::Table table = data::read_table(std::string(SLUICE_SOURCE_DIR) + "/data/sunspots.csv");
  forecasting::ForecastOptions options;
  options.features.targets = {"sunspots"};
  options.hidden = 2;
  options.members = 1;
  options.epochs = 1;
  forecasting::ForecastModel model = forecasting::train_forecast(table, options).model;
  table.step = {.micros = 1800 * data::kSecond};
  model.features.step = table.step;
  model.features.clock = "+02:00";
  model.train_end_time.clear();
  const data::Timestamp first = *data::stored_time("2026-01-01 18:30");
  for (std::size_t row = 0; row < table.times.size(); ++row)
    table.times[row] =
        first - 2 * data::kHour + 30 * data::kMinute * static_cast<data::Timestamp>(row);
  table.clock = data::Clock::fixed(2 * data::kHour);
  const Subject subject = forecast_subject(model, table);
  ASSERT_EQ(subject.cycles.size(), 3u);
  EXPECT_EQ(subject.cycles[0].name, "hour of day");
  EXPECT_NEAR(subject.cycles[0].phase[0], 18.5 / 24, 1e-9);
  EXPECT_NEAR(subject.cycles[1].phase[0], (3 + 18.5 / 24) / 7, 1e-9);
  EXPECT_NEAR(subject.cycles[2].phase[0], 18.5 / 24 / 365.2425, 1e-9);
}

}  // namespace
}  // namespace sluice::inspection
