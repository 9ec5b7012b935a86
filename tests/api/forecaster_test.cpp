// sluice::Forecaster: a table in memory gives what a file of it gives, and every option arrives.
#include "sluice/forecaster.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

// 600 days of sales with a week, some missing; and whether there was an offer.
Table sales() {
  Table table;
  table.columns = {{"sales, \"net\"", {}}, {"offer", {}}};
  table.time_name = "day";
  Random random(5);
  const int months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (std::size_t year = 2021, day = 0; day < 600; ++year) {
    for (int month = 0; month < 12; ++month) {
      for (int date = 1; date <= months[month] && day < 600; ++date, ++day) {
        char text[32];
        std::snprintf(text, sizeof(text), "%zu-%02d-%02d", year, month + 1, date);
        table.times.emplace_back(text);
        const double offer = random.below(5) == 0 ? 1.0 : 0.0;
        table.columns[1].values.push_back(offer);
        table.columns[0].values.push_back(
            day % 97 == 13 ? std::numeric_limits<double>::quiet_NaN()
                           : 100.0 + 20.0 * std::sin(0.8976 * static_cast<double>(day)) +
                                 30.0 * offer + random.normal());
      }
    }
  }
  return table;
}

void write_csv(const Table& table, const std::string& path, std::size_t rows) {
  std::ofstream file(path);
  file.precision(17);
  file << "day,\"sales, \"\"net\"\"\",offer\n";
  for (std::size_t row = 0; row < rows; ++row) {
    file << table.times[row] << ',';
    if (!std::isnan(table.columns[0].values[row])) file << table.columns[0].values[row];
    file << ',' << table.columns[1].values[row] << '\n';
  }
}

ForecasterOptions quick() {
  ForecasterOptions options;
  options.targets = {"sales, \"net\""};
  options.horizon = 3;
  options.hidden = 6;
  options.members = 1;
  options.epochs = 2;
  options.batch = 8;
  options.bptt = 16;
  return options;
}

void expect_same(const std::vector<ForecastRow>& a, const std::vector<ForecastRow>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    EXPECT_EQ(a[n].time, b[n].time);
    EXPECT_EQ(a[n].quantiles, b[n].quantiles);
  }
}

TEST(Forecaster, ATableInMemoryIsTheFileOfIt) {
  const TemporaryFolder folder;
  const Table table = sales();
  const std::string csv = folder.path() + "/sales.csv";
  write_csv(table, csv, table.times.size());
  const Forecaster from_file = Forecaster::train(csv, quick());
  const Forecaster from_memory = Forecaster::train(table, quick());
  const std::vector<ForecastRow> rows = from_file.forecast(csv);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].time, "2022-08-24");
  EXPECT_EQ(rows[0].median(), rows[0].quantiles[1]);
  expect_same(rows, from_memory.forecast(table));
  expect_same(rows, from_memory.forecast(csv));
  expect_same(rows, from_file.forecast(table));
}

TEST(Forecaster, EvaluatesBesideTheBaselines) {
  const Table table = sales();
  const Forecaster model = Forecaster::train(table, quick());
  const Evaluation evaluation = model.evaluate(table);
  ASSERT_EQ(evaluation.targets.size(), 1u);
  const TargetEvaluation& target = evaluation.targets[0];
  EXPECT_EQ(evaluation.season, 7u);
  EXPECT_EQ(target.model.by_horizon.size(), 3u);
  EXPECT_EQ(target.baselines.back().method, "ridge");
  for (const MethodEvaluation& baseline : target.baselines) {
    EXPECT_GT(baseline.all.mae, 0.0) << baseline.method;
    if (baseline.method == "ridge") continue;
    EXPECT_LT(target.model.all.mae, baseline.all.mae) << baseline.method;
  }
  EXPECT_NEAR(target.nominal_coverage, 0.8, 1e-12);
  EXPECT_GT(target.coverage, 0.5);
  EXPECT_GT(model.evaluate(table, EvaluatedRows::all).origins, evaluation.origins);
}

// Each option away from its default must reach the model file.
TEST(Forecaster, EveryOptionArrives) {
  const TemporaryFolder folder;
  const Table table = sales();
  const auto bytes_with = [&](const std::function<void(ForecasterOptions&)>& change) {
    ForecasterOptions options = quick();
    change(options);
    const std::string path = folder.path() + "/m.safetensors";
    Forecaster::train(table, options).save(path);
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string plain = bytes_with([](ForecasterOptions&) {});
  EXPECT_TRUE(bytes_with([](ForecasterOptions& o) { o.threads = 2; }) == plain);
  EXPECT_TRUE(bytes_with([](ForecasterOptions& o) { o.recompute = true; }) == plain);
  const std::vector<std::pair<const char*, std::function<void(ForecasterOptions&)>>> options = {
      {"horizon", [](auto& o) { o.horizon = 2; }},
      {"quantiles",
       [](auto& o) {
         o.quantiles = {0.25, 0.5};
       }},
      {"seed", [](auto& o) { o.seed = 2; }},
      {"refit", [](auto& o) { o.refit_on_all_rows = true; }},
      {"bounds",
       [](auto& o) {
         o.bounds = ForecastBounds{-3.0, 1e6};
       }},
      {"past", [](auto& o) { o.past = std::vector<std::string>{}; }},
      {"log", [](auto& o) { o.log = TargetLog::on; }},
      {"lags", [](auto& o) { o.lags = 5; }},
      {"period", [](auto& o) { o.period = 5; }},
      {"hidden", [](auto& o) { o.hidden = 7; }},
      {"layers", [](auto& o) { o.layers = 2; }},
      {"cell", [](auto& o) { o.cell.peephole = true; }},
      {"activations", [](auto& o) { o.activations.cell = {Activation::softsign}; }},
      {"bidirectional", [](auto& o) { o.bidirectional = true; }},
      {"residual", [](auto& o) { o.layers = 2, o.residual = true; }},
      {"learned_state", [](auto& o) { o.learned_state = true; }},
      {"initialiser", [](auto& o) { o.initialiser = Initialiser::orthogonal; }},
      {"forget_bias", [](auto& o) { o.forget_bias = 2.0; }},
      {"window", [](auto& o) { o.bptt.reset(), o.window = 12; }},
      {"members", [](auto& o) { o.members = 2; }},
      {"epochs", [](auto& o) { o.epochs = 3; }},
      {"bptt", [](auto& o) { o.bptt = 20; }},
      {"batch", [](auto& o) { o.batch = 9; }},
      {"loss", [](auto& o) { o.loss.kind = LossKind::huber; }},
      {"optimizer", [](auto& o) { o.optimizer.beta1 = 0.5; }},
      {"schedule", [](auto& o) { o.schedule = ScheduleKind::constant; }},
      {"rate", [](auto& o) { o.rate = 1e-2; }},
      {"dropout", [](auto& o) { o.dropout = 0.0; }},
  };
  for (const auto& [name, change] : options) EXPECT_TRUE(bytes_with(change) != plain) << name;
}

TEST(Forecaster, TellsItsProgressAndStops) {
  const Table table = sales();
  ForecasterOptions options = quick();
  std::atomic<bool> stop{false};
  std::size_t told = 0;
  options.epochs = 200;
  options.stop = &stop;
  options.progress = [&](const ForecastProgress& progress) {
    told += progress.phase == "training";
    stop = told == 2;
  };
  Forecaster::train(table, options);
  EXPECT_EQ(told, 2u);
}

TEST(Forecaster, WithoutTimesRefitRowsCountAsSeen) {
  const TemporaryFolder folder;
  Table table = sales();
  table.times.clear();
  ForecasterOptions options = quick();
  options.refit_on_all_rows = true;
  const Forecaster model = Forecaster::train(table, options);
  model.save(folder.path() + "/m.safetensors");
  const Forecaster loaded = Forecaster::load(folder.path() + "/m.safetensors");
  EXPECT_THROW((void)model.evaluate(table), Error);
  EXPECT_THROW((void)loaded.evaluate(table), Error);
  expect_same(model.forecast(table), loaded.forecast(table));
}

TEST(Forecaster, RefusesOptionsThatAreOutOfRange) {
  const Table table = sales();
  const auto message = [&](const std::function<void(ForecasterOptions&)>& change) {
    ForecasterOptions options = quick();
    change(options);
    try {
      Forecaster::train(table, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage) << error.what();
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message([](auto& o) { o.loss.kind = LossKind::cross_entropy; }), "");
  EXPECT_NE(message([](auto& o) { o.loss = {LossKind::huber, -1.0f}; }), "");
  EXPECT_NE(message([](auto& o) { o.optimizer.beta1 = 7.0; }), "");
  EXPECT_NE(message([](auto& o) { o.bounds = ForecastBounds{5.0, 1.0}; }), "");
  EXPECT_NE(message([](auto& o) { o.bounds = ForecastBounds{NAN, 1e6}; }), "");
}

TEST(Forecaster, RefusesATableThatIsNone) {
  const auto message = [](const std::function<void(Table&)>& change) {
    Table table = sales();
    change(table);
    try {
      Forecaster::train(table, quick());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(message([](Table& t) { t.times.pop_back(); }), "times"));
  EXPECT_TRUE(has(message([](Table& t) { t.columns[1].values.pop_back(); }), "'offer'"));
  EXPECT_TRUE(has(message([](Table& t) { t.columns[1].name.clear(); }), "without a name"));
  EXPECT_TRUE(has(message([](Table& t) { t.columns[1].values[4] = HUGE_VAL; }), "row 4"));
  EXPECT_TRUE(has(message([](Table& t) { t.columns[1].name = t.columns[0].name; }), "net"));
  EXPECT_TRUE(has(message([](Table& t) { std::swap(t.times[3], t.times[4]); }), "table in memory"));
  EXPECT_TRUE(has(message([](Table& t) { t.columns.clear(); }), "table in memory"));
}

}  // namespace
}  // namespace sluice
