// Whole trainings of small models: what they may see (leaks), what they must see (blindness), and
// how they end. That the gradients are right is asked elsewhere.
#include "forecasting/forecast_trainer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "forecasting/series.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRows = 601;
constexpr std::size_t kHorizon = 3;

// A target with a wave, a column of the past, one known ahead. No line through the past column
// tells what its size adds, so that the LSTM has something to learn.
data::Table three_columns() {
  std::vector<double> y = wave(kRows, 3);
  const std::vector<double> past = noise(kRows, 5), known = noise(kRows, 7);
  for (std::size_t row = 1; row < kRows; ++row)
    y[row] += 4.0 * std::abs(past[row - 1]) + 3.0 * known[row];
  return table_of({{"y", y}, {"past", past}, {"known", known}});
}

ForecastOptions three_column_options() {
  ForecastOptions options = small_options(kHorizon);
  options.features.known = {"known"};
  options.epochs = 60;
  options.rate = 2e-2;
  return options;
}

void garble(data::Column& column, std::size_t first) {
  Random random(99);
  for (std::size_t row = first; row < column.values.size(); ++row)
    column.values[row] = random.uniform(-1e5, 1e5);
}

std::string bytes_of(const TrainingResult& result) {
  return formats::serialize_model(result.model);
}

bool all_finite(const Forecasts& forecasts) {
  return std::all_of(forecasts.values.begin(), forecasts.values.end(),
                     [](double v) { return std::isfinite(v); });
}

TEST(Leak, TheModelIsTheSameToTheBitWhateverComesAfterValidation) {
  const data::Table table = three_columns();
  const ForecastOptions options = three_column_options();
  const TrainingResult result = train_forecast(table, options);
  const std::size_t end = result.model.split.validation_end;
  ASSERT_EQ(end, kRows * 8 / 10);
  ASSERT_GT(result.model.alpha, 0.0) << "the LSTM must have its say for this to test it";
  data::Table other = table;
  garble(other.columns[0], end);
  garble(other.columns[1], end);
  // A forecast from the last row before `end` may see this column for its whole horizon.
  garble(other.columns[2], end + kHorizon - 1);
  EXPECT_EQ(bytes_of(train_forecast(other, options)), bytes_of(result));
}

TEST(Leak, OneRowBeforeThatEndChangesTheModel) {
  const data::Table table = three_columns();
  const ForecastOptions options = three_column_options();
  const TrainingResult result = train_forecast(table, options);
  for (const std::size_t row :
       {result.model.split.validation_end - 1, result.model.split.train_end - 1, std::size_t{40}}) {
    data::Table other = table;
    other.columns[0].values[row] += 1.5;
    EXPECT_NE(bytes_of(train_forecast(other, options)), bytes_of(result)) << row;
  }
}

TEST(Leak, ScalersAndSeasonsKnowNothingOfValidation) {
  const data::Table table =
      table_of({{"y", wave(kRows, 3)}, {"past", noise(kRows, 5)}, {"known", noise(kRows, 7)}});
  const ForecastOptions options = three_column_options();
  const std::size_t train_end = kRows * 7 / 10;
  data::Table other = table;
  for (data::Column& column : other.columns) garble(column, train_end);
  const ForecastModel one = train_forecast(table, options).model,
                      two = train_forecast(other, options).model;
  ASSERT_EQ(one.period, 12u);
  for (const auto group :
       {&data::FeatureSpec::targets, &data::FeatureSpec::past, &data::FeatureSpec::known}) {
    const data::ScaledColumn &a = (one.features.*group)[0], &b = (two.features.*group)[0];
    EXPECT_EQ(a.scaler.mean, b.scaler.mean);
    EXPECT_EQ(a.scaler.deviation, b.scaler.deviation);
  }
  EXPECT_EQ(one.period, two.period);
  EXPECT_EQ(one.season, two.season);
}

TEST(Leak, AForecastDoesNotChangeWithRowsThatComeAfterIt) {
  const data::Table table = three_columns();
  ForecastModel model = train_forecast(table, three_column_options()).model;
  model.alpha = 0.7;  // so that the LSTM speaks, whatever it earned
  constexpr std::size_t kRow = 331;
  data::Table other = table;
  garble(other.columns[0], kRow);
  garble(other.columns[1], kRow);
  garble(other.columns[2], kRow + kHorizon);
  const Forecasts before = forecast(model, data::make_frame(model.features, table), 0, kRow + 1),
                  after = forecast(model, data::make_frame(model.features, other), 0, kRow + 1);
  ASSERT_TRUE(all_finite(before));
  const std::size_t per_origin = kHorizon * model.quantiles.size();
  for (std::size_t j = 0; j < kRow * per_origin; ++j)
    ASSERT_EQ(before.values[j], after.values[j]) << j / per_origin;
  EXPECT_NE(before.at(kRow, 0, 0, 0), after.at(kRow, 0, 0, 0));
}

TEST(Blindness, OneStepOfATwentyFourStepModelIsAsGoodAsNaiveOnARandomWalk) {
  constexpr std::size_t kLong = 1501, kSteps = 24;
  const std::vector<double> walk = random_walk(kLong, 11);
  const data::Table table = table_of({{"y", walk}});
  ForecastOptions options = small_options(kSteps);
  options.epochs = 10;
  ForecastModel model = train_forecast(table, options).model;
  const data::Frame frame = data::make_frame(model.features, table);
  const std::size_t first = model.split.validation_end, last = kLong - kSteps;
  double naive_first = 0.0, naive_last = 0.0;
  for (std::size_t t = first; t < last; ++t) {
    naive_first += std::abs(walk[t + 1] - walk[t]) / static_cast<double>(last - first);
    naive_last += std::abs(walk[t + kSteps] - walk[t]) / static_cast<double>(last - first);
  }
  ASSERT_GT(naive_last, 3 * naive_first);
  EXPECT_LT(error_at(model, walk, frame, first, last, 0), 1.05 * naive_first);
  // The LSTM itself sees the newest row too.
  model.alpha = 1.0;
  EXPECT_LT(error_at(model, walk, frame, first, last, 0), 1.3 * naive_first);
}

TEST(Trainer, LearnsWithTheLstmWhatNoLineForesees) {
  const std::vector<double> map = logistic_map(901);
  const data::Table table = table_of({{"y", map}});
  ForecastOptions options = small_options(1);
  options.epochs = 60;
  options.dropout = 0.0;
  ForecastModel model = train_forecast(table, options).model;
  EXPECT_GE(model.alpha, 0.9) << model.provenance.alpha_reason;
  const data::Frame frame = data::make_frame(model.features, table);
  const double with = error_at(model, map, frame, model.split.validation_end, 900, 0);
  model.alpha = 0.0;
  const double without = error_at(model, map, frame, model.split.validation_end, 900, 0);
  EXPECT_LT(with, 0.4 * without);
}

TEST(Trainer, UsesAColumnKnownAheadAtEachStepAhead) {
  const std::vector<double> known = noise(kRows, 13);
  std::vector<double> y(kRows);
  for (std::size_t row = 0; row < kRows; ++row) y[row] = 10.0 + 4.0 * known[row];
  const data::Table table = table_of({{"y", y}, {"known", known}});
  ForecastOptions options = small_options(5);
  options.features.known = {"known"};
  options.hidden = 0;
  const ForecastModel model = train_forecast(table, options).model;
  const data::Frame frame = data::make_frame(model.features, table);
  for (std::size_t step = 0; step < 5; ++step)
    EXPECT_LT(error_at(model, y, frame, 500, 590, step), 0.04) << step;

  options.features.known = {};
  options.features.all_past = true;
  const ForecastModel blind = train_forecast(table, options).model;
  EXPECT_GT(error_at(blind, y, data::make_frame(blind.features, table), 500, 590, 0), 2.0);
}

TEST(Trainer, GivesTheSameBitsForAnyNumberOfThreadsAndOthersForAnotherSeed) {
  const data::Table table = three_columns();
  ForecastOptions options = three_column_options();
  options.batch = 41;  // three slices, of which one is not full
  options.threads = 1;
  const std::string one = bytes_of(train_forecast(table, options));
  options.threads = 3;
  EXPECT_EQ(bytes_of(train_forecast(table, options)), one);
  options.seed = 2;
  EXPECT_NE(bytes_of(train_forecast(table, options)), one);
}

TEST(Trainer, EveryLossAndOptimiserAndScheduleTrains) {
  const data::Table table = table_of({{"y", logistic_map(401)}});
  for (const LossKind loss :
       {LossKind::squared, LossKind::absolute, LossKind::huber, LossKind::quantile}) {
    for (const OptimizerKind optimizer :
         {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw}) {
      ForecastOptions options = small_options(2);
      options.loss.kind = loss;
      options.optimizer.kind = optimizer;
      options.schedule =
          optimizer == OptimizerKind::sgd ? ScheduleKind::plateau : ScheduleKind::constant;
      options.epochs = 20;
      std::vector<double> losses;
      options.progress = [&](const Progress& progress) {
        if (progress.phase == "training") losses.push_back(progress.loss);
      };
      TrainingResult result = train_forecast(table, options);
      const std::string which = std::string(name(loss)) + ", " + std::string(name(optimizer));
      EXPECT_FALSE(result.failure) << which;
      ASSERT_GE(losses.size(), 2u) << which;
      EXPECT_LT(losses.back(), losses.front()) << which;
      result.model.alpha = 1.0;
      EXPECT_TRUE(all_finite(
          forecast(result.model, data::make_frame(result.model.features, table), 0, 401)))
          << which;
    }
  }
}

TEST(Trainer, StacksLayers) {
  ForecastOptions options = small_options(2);
  options.layers = 2;
  options.dropout = 0.0;
  const ForecastModel model = train_forecast(three_columns(), options).model;
  ASSERT_TRUE(model.network);
  EXPECT_EQ(model.network->architecture().layers(), 2u);
  EXPECT_EQ(model.provenance.ended, "all steps done");
}

TEST(Trainer, ForecastsTwoTargetsEachFromItsOwnPast) {
  const std::vector<double> a = wave(kRows, 17);
  std::vector<double> b = random_walk(kRows, 19);
  for (double& value : b) value = 1000.0 + 50.0 * value;
  const data::Table table = table_of({{"a", a}, {"b", b}});
  ForecastOptions options = small_options(kHorizon);
  options.features.targets = {"a", "b"};
  const ForecastModel model = train_forecast(table, options).model;
  const data::Frame frame = data::make_frame(model.features, table);
  const Forecasts both = forecast(model, frame, 500, 501);
  ASSERT_EQ(both.targets, 2u);
  EXPECT_NEAR(both.at(0, 0, 0, 1), a[501], 6.0);
  EXPECT_NEAR(both.at(0, 1, 0, 1), b[501], 300.0);
}

TEST(Trainer, MissingValuesAreMarkedAndForecastsStayWhole) {
  data::Table table = three_columns();
  for (std::size_t row = 0; row < kRows; row += 7) table.columns[0].values[row] = kMissing;
  for (std::size_t row = 100; row < 130; ++row) table.columns[1].values[row] = kMissing;
  const TrainingResult result = train_forecast(table, three_column_options());
  EXPECT_FALSE(result.failure);
  EXPECT_TRUE(result.model.features.targets[0].mask);
  EXPECT_TRUE(result.model.features.past[0].mask);
  EXPECT_FALSE(result.model.features.known[0].mask);
  const data::Frame frame = data::make_frame(result.model.features, table);
  EXPECT_TRUE(all_finite(forecast(result.model, frame, 0, frame.rows - kHorizon)));
}

TEST(Trainer, TakesTheLogarithmOfASkewedTargetAndForecastsPositiveNumbers) {
  std::vector<double> y = wave(kRows, 23);
  for (double& value : y) value = std::exp(0.3 * (value - 20.0));
  const data::Table table = table_of({{"y", y}});
  ForecastModel model = train_forecast(table, small_options(kHorizon)).model;
  EXPECT_TRUE(model.features.targets[0].scaler.log);
  model.alpha = 1.0;
  const Forecasts forecasts =
      forecast(model, data::make_frame(model.features, table), 0, kRows - 1);
  EXPECT_TRUE(std::all_of(forecasts.values.begin(), forecasts.values.end(),
                          [](double v) { return v > 0 && std::isfinite(v); }));
}

TEST(Trainer, QuantilesRiseAndHoldTheMiddle) {
  const data::Table table = three_columns();
  ForecastOptions options = three_column_options();
  options.quantiles = {0.9, 0.25, 0.25};
  ForecastModel model = train_forecast(table, options).model;
  EXPECT_EQ(model.quantiles, (std::vector<double>{0.25, 0.5, 0.9}));
  model.alpha = 1.0;
  const data::Frame frame = data::make_frame(model.features, table);
  const Forecasts forecasts = forecast(model, frame, 100, 500);
  double below = 0.0;
  for (std::size_t origin = 0; origin < 400; ++origin) {
    for (std::size_t h = 0; h < kHorizon; ++h) {
      EXPECT_LE(forecasts.at(origin, 0, h, 0), forecasts.at(origin, 0, h, 1));
      EXPECT_LE(forecasts.at(origin, 0, h, 1), forecasts.at(origin, 0, h, 2));
    }
    below +=
        table.columns[0].values[101 + origin] < forecasts.at(origin, 0, 0, 2) ? 1.0 / 400 : 0.0;
  }
  EXPECT_NEAR(below, 0.9, 0.1);
}

TEST(Trainer, TheTimeLimitCutsARunAndKeepsAModel) {
  const data::Table table = three_columns();
  ForecastOptions options = three_column_options();
  options.epochs = 1'000'000;
  options.schedule = ScheduleKind::constant;
  options.patience = 1'000'000;
  options.time_limit = 2.0;
  const auto start = std::chrono::steady_clock::now();
  const TrainingResult result = train_forecast(table, options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 60.0);
  EXPECT_EQ(result.model.provenance.ended, "time limit");
  EXPECT_FALSE(result.failure);
  EXPECT_TRUE(
      all_finite(forecast(result.model, data::make_frame(result.model.features, table), 0, 590)));
}

TEST(Trainer, StopsWhenAskedAndKeepsTheBestSoFar) {
  const data::Table table = three_columns();
  ForecastOptions options = three_column_options();
  options.epochs = 1'000'000;
  options.patience = 1'000'000;
  std::atomic<bool> stop{false};
  options.stop = &stop;
  std::size_t seen = 0;
  options.progress = [&](const Progress& progress) {
    seen = progress.step;
    if (progress.step >= 20) stop = true;
  };
  const TrainingResult result = train_forecast(table, options);
  EXPECT_EQ(result.model.provenance.ended, "stopped");
  EXPECT_LE(seen, 31u);
  EXPECT_TRUE(
      all_finite(forecast(result.model, data::make_frame(result.model.features, table), 0, 590)));
}

TEST(Trainer, IsStoppedAlsoBeforeThereIsAModel) {
  const data::Table table = three_columns();
  for (const char* phase : {"looking for a season", "fitting the linear part"}) {
    ForecastOptions options = three_column_options();
    options.period.reset();
    std::atomic<bool> stop{false};
    options.stop = &stop;
    options.progress = [&](const Progress& progress) { stop = stop || progress.phase == phase; };
    try {
      train_forecast(table, options);
      FAIL() << "not stopped while " << phase;
    } catch (const Stopped& stopped) {
      EXPECT_NE(std::string(stopped.what()).find(phase), std::string::npos) << stopped.what();
    }
  }
  ForecastOptions options = three_column_options();
  options.time_limit = 1e-9;
  EXPECT_THROW(train_forecast(table, options), Stopped);
}

TEST(Trainer, ADivergingRunNamesTheStepAndKeepsTheLastGoodModel) {
  const data::Table table = three_columns();
  ForecastOptions options = three_column_options();
  options.rate = 1e38;
  options.epochs = 50;
  TrainingResult result = train_forecast(table, options);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->code(), ErrorCode::diverged);
  EXPECT_EQ(result.failure->parts().where.rfind("training step ", 0), 0u);
  EXPECT_NE(std::string(result.failure->what()).find("--lr"), std::string::npos);
  EXPECT_EQ(result.model.provenance.ended, "diverged");
  result.model.alpha = 1.0;
  EXPECT_TRUE(
      all_finite(forecast(result.model, data::make_frame(result.model.features, table), 0, 590)));
}

TEST(Trainer, RefittingOnAllRowsSeesTheTestRows) {
  const data::Table table = three_columns();
  ForecastOptions options = three_column_options();
  const ForecastModel plain = train_forecast(table, options).model;
  EXPECT_EQ(plain.provenance.fitted_rows, plain.split.validation_end);
  options.refit_all = true;
  const TrainingResult all = train_forecast(table, options);
  EXPECT_EQ(all.model.provenance.fitted_rows, kRows);
  data::Table other = table;
  other.columns[0].values[kRows - 2] += 2.0;
  EXPECT_NE(bytes_of(train_forecast(other, options)), bytes_of(all));
}

TEST(Trainer, TheStateIsCarriedFromTheFirstRowHoweverTheRowsAreCut) {
  const data::Table table = three_columns();
  ForecastModel model = train_forecast(table, three_column_options()).model;
  model.alpha = 1.0;
  const data::Frame frame = data::make_frame(model.features, table);
  const Forecasts whole = forecast(model, frame, 0, 590);
  const std::size_t per_origin = kHorizon * model.quantiles.size();
  std::size_t first = 0;
  for (const std::size_t last : {1u, 2u, 131u, 257u, 590u}) {
    const Forecasts part = forecast(model, frame, first, last);
    for (std::size_t j = 0; j < part.values.size(); ++j)
      ASSERT_EQ(part.values[j], whole.values[first * per_origin + j]) << first;
    first = last;
  }
  // One row at a time, as a stream would.
  const FloatVector inputs = network_inputs(model, frame, linear_forecasts(model, frame));
  const std::vector<float> outputs = network_outputs(model, inputs, 0, 0, 590);
  engine::Activations activations(model.network->architecture(), 1, 1,
                                  engine::Activations::Use::forward_only);
  activations.reset_state();
  const std::size_t width = model.network_outputs();
  for (std::size_t row = 0; row < 590; ++row) {
    std::copy_n(inputs.data() + row * activations.x_stride, activations.x_stride,
                activations.x(0, 0));
    model.network->forward(activations);
    for (std::size_t j = 0; j < width; ++j)
      ASSERT_EQ(activations.y(0, 0)[j], outputs[row * width + j]) << row;
    activations.carry_state();
  }
}

TEST(Trainer, RefusesOptionsOutOfRangeAndTablesThatCannotBeUsed) {
  const data::Table table = three_columns();
  const auto code = [&](const data::Table& rows, auto change) {
    ForecastOptions options = three_column_options();
    change(options);
    try {
      train_forecast(rows, options);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  const auto usage = [&](auto change) { return code(table, change) == ErrorCode::usage; };
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.features.targets.clear(); }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.horizon = 0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.batch = 0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.layers = 0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.threads = 0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.dropout = 1.0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.dropout = kMissing; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.rate = 0.0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.hidden = std::size_t{1} << 40; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.epochs = 0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.period = 0; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.quantiles = {1.0}; }));
  EXPECT_TRUE(usage([](ForecastOptions& o) { o.features.past = {"known"}; }));
  data::Table short_table = table_of({{"y", wave(49, 1)}, {"known", noise(49, 2)}});
  EXPECT_EQ(code(short_table, [](ForecastOptions&) {}), ErrorCode::data);
}

}  // namespace
}  // namespace sluice::forecasting
