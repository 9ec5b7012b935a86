#include "cli/convert_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "cli/columns.hpp"
#include "cli/standard_output.hpp"
#include "cli/table_input.hpp"
#include "data/table.hpp"
#include "forecasting/backtest.hpp"
#include "forecasting/seen_rows.hpp"
#include "formats/npy.hpp"
#include "quantization/drift.hpp"
#include "quantization/quantize.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t kSteps = 100000;
// Limits: 1 % of a forecasting model's MAE; for a bare network, whose task is unknown, outputs off
// by 1 % of their rms (an error-to-signal ratio of power).
constexpr double kMostMetric = 0.01, kMostErrorToSignal = 1e-4;

// The rows for calibration and for measuring the error.
struct Rows {
  std::vector<float> x;         // [T, I] as the network sees them
  std::size_t window = 0;       // rows between resets of the state; 0: never reset
  std::size_t calibration = 0;  // the first of the T rows: those before the test part
  std::optional<data::Table> table;
};

Rows array_rows(const formats::StoredModel& model, const std::string& path) {
  const formats::NpyArray array = formats::read_npy(path);
  const Architecture& arch = model.network()->architecture();
  const std::size_t dimensions = array.shape.size();
  if (dimensions < 2 || dimensions > 3 || array.shape.back() != arch.input || array.count() == 0) {
    throw Error(ErrorCode::shape,
                {.where = path,
                 .what = "not rows of the model's inputs",
                 .expected = fmt::format("[steps, {0}] or [batch, steps, {0}]", arch.input),
                 .got = fmt::format("[{}]", fmt::join(array.shape, ", "))});
  }
  Rows rows{.x = array.as_floats(), .window = *formats::window_of(model.state), .table = {}};
  rows.calibration = rows.x.size() / arch.input;
  // A reverse direction: each sequence of the array is a window.
  if (rows.window == 0 && arch.direction != Direction::forward)
    rows.window = array.shape[dimensions - 2];
  return rows;
}

Rows table_rows(const forecasting::ForecastModel& model, const std::string& path) {
  Rows rows{.x = {}, .window = model.window, .table = {}};
  rows.table = read_table_file(path, model.features.table_options());
  const data::Frame frame = data::make_frame(model.features, *rows.table);
  rows.x = forecasting::network_rows(model, frame, forecasting::linear_forecasts(model, frame));
  const std::size_t end =
      forecasting::find_split(model, *rows.table).value_or(model.split).validation_end;
  rows.calibration = end == 0 ? frame.rows : std::min(frame.rows, end);
  return rows;
}

void print_drift(const quantization::Drift& drift, const std::string& weights) {
  say("{} against float32 over {} steps, relative to the rms of the outputs:\n", weights,
      drift.steps);
  std::vector<std::vector<std::string>> table = {{"quarter of time", "1", "2", "3", "4", "largest"},
                                                 {"  error"}};
  for (const double quarter : drift.quarters) table[1].push_back(fmt::format("{:.2g}", quarter));
  table[1].push_back(fmt::format("{:.2g}", drift.largest));
  say("{}  error-to-signal ratio {:.2g}\n", columns(table), drift.error_to_signal);
}

// Prints each target's MAE before and after. Returns the largest relative change.
double metric_change(const forecasting::ForecastModel& exact,
                     const forecasting::ForecastModel& smaller, const data::Table& table) {
  const forecasting::Backtest before = forecasting::backtest(exact, table);
  const forecasting::Backtest after = forecasting::backtest(smaller, table);
  double largest = 0.0;
  for (std::size_t k = 0; k < before.targets.size(); ++k) {
    const double was = before.targets[k].model.all.mae, is = after.targets[k].model.all.mae;
    const double change = was > 0.0 ? is / was - 1.0 : 0.0;
    say("  MAE of '{}' on the test rows, {} origins: {:.6g}, was {:.6g}: {:+.3f} %\n",
        before.targets[k].target, before.origins, is, was, 100.0 * change);
    if (!(std::abs(change) <= largest)) largest = std::isnan(change) ? HUGE_VAL : std::abs(change);
  }
  if (exact.alpha <= 0.0) say("  the LSTM does not contribute to these forecasts (alpha 0)\n");
  return largest;
}

// Prints the error of the smaller weights. Returns whether it is within the limits.
bool judged(const formats::StoredModel& exact, const formats::StoredModel& smaller,
            const Rows& rows, const std::string& weights) {
  const quantization::Drift drift = quantization::measure_drift(
      *exact.network(), *smaller.network(), rows.x, rows.window, kSteps);
  print_drift(drift, weights);
  bool good = true;
  const auto refuse = [&](const std::string& why) {
    say("  too much: {}\n", why);
    good = false;
  };
  if (exact.forecast) {
    const double change = metric_change(*exact.forecast, *smaller.forecast, *rows.table);
    if (!(change <= kMostMetric))
      refuse(fmt::format("the MAE changes by more than {:g} %", 100 * kMostMetric));
  } else if (!(drift.error_to_signal <= kMostErrorToSignal)) {
    refuse(fmt::format("an error-to-signal ratio above {:g}", kMostErrorToSignal));
  }
  if (drift.grows()) {
    refuse(fmt::format("the error grows: the last quarter's is more than {:g} times the first's",
                       quantization::Drift::kGrowth));
  }
  return good;
}

}  // namespace

void check(const WeightsOptions& options) {
  const auto refuse = [](const char* where, const char* what, const char* expected) {
    throw Error(ErrorCode::usage, {.where = where, .what = what, .expected = expected});
  };
  if (options.weights.empty() && !options.calibrate.empty())
    refuse("--calibrate", "needs --weights", "--weights f16 or int8 as well");
  if (options.force && options.calibrate.empty())
    refuse("--force", "without --calibrate no model is rejected", "--weights and --calibrate");
  if (options.weights == "int8" && options.calibrate.empty())
    refuse("--weights int8", "the range of the inputs is unknown", "--calibrate DATA as well");
}

std::optional<formats::StoredModel> with_weights(const formats::StoredModel& model,
                                                 const WeightsOptions& options) {
  const engine::Network* network = model.network();
  if (network == nullptr) {
    throw Error(ErrorCode::model, {.where = "--weights",
                                   .what = "the model has no LSTM, only a linear part",
                                   .hint = "there are no weights to quantise"});
  }
  if (options.weights == "int8") engine::check_int8(network->architecture());
  std::optional<Rows> rows;
  if (!options.calibrate.empty()) {
    rows = model.forecast ? table_rows(*model.forecast, options.calibrate)
                          : array_rows(model, options.calibrate);
  }
  formats::StoredModel made = model;
  engine::Network& smaller = model.forecast ? *made.forecast->network : *made.plain;
  if (options.weights == "f16") {
    smaller = quantization::to_f16(*network);
  } else {
    const std::span<const float> learnt_from =
        std::span(rows->x).first(rows->calibration * network->architecture().input);
    smaller = quantization::to_int8(*network,
                                    quantization::calibrate(*network, learnt_from, rows->window));
  }
  if (!rows || judged(model, made, *rows, options.weights)) return made;
  if (options.force) return made;
  say("not written (--force writes it anyway)\n");
  return std::nullopt;
}

}  // namespace sluice::cli
