// bits RECORDED: hashes of what a dozen small models give, beside those recorded once.
//
// Trains, runs, traces, streams and quantises models of every kind through the engine of this
// processor (SLUICE_ISA chooses another) and prints one line for each result. The hashes are the
// same on every instruction set and from every compiler. Exits 0 where all are those of the file
// RECORDED, 1 where some differ, 77 where the processor lacks the instruction set; without RECORDED
// it prints them to be recorded.
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/adding.hpp"
#include "core/file.hpp"
#include "core/random.hpp"
#include "kernels/kernel_table.hpp"
#include "quantization/quantize.hpp"
#include "sluice/sluice.hpp"
#include "streaming/session.hpp"

namespace sluice {
namespace {

using Floats = std::vector<float>;

class Hash {
 public:
  template <class Value>
  void add(std::span<const Value> values) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
    for (std::size_t n = 0; n < values.size_bytes(); ++n)
      state_ = (state_ ^ bytes[n]) * 0x100000001b3ull;  // FNV-1a
  }
  void add(const Floats& values) { add(std::span<const float>(values)); }
  void add(double value) { add(std::span<const double>(&value, 1)); }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ull;
};

std::vector<std::string> lines;

void keep(const std::string& name, const Hash& hash) {
  char text[32];
  std::snprintf(text, sizeof text, "%016llx  ", static_cast<unsigned long long>(hash.value()));
  lines.push_back(text + name);
}

// Gates of every step, in the order in which they come.
struct Traced : TraceSink {
  Hash hash;
  void step(const TraceStep& step) noexcept override {
    for (const auto values : {step.f, step.g, step.i, step.c, step.tanh_c, step.o, step.h})
      hash.add(values);
  }
};

struct Variant {
  const char* name;
  const char* architecture;  // architecture_from_text
  LossKind loss = LossKind::squared;
  OptimizerKind optimizer = OptimizerKind::adam;
};

// Sizes that fill no vector, whole vectors, and a half.
constexpr Variant kVariants[] = {
    {"plain", "2 -> 19, head=1"},
    {"two layers", "2 -> 16 -> 24, head=1, dropout=0.2", LossKind::huber, OptimizerKind::adamw},
    {"projection", "2 -> 21, head=1, projection=7", LossKind::absolute, OptimizerKind::sgd},
    {"layer norm", "2 -> 37, head=1, layer-norm"},
    {"layer norm tflite", "2 -> 37, head=1, layer-norm-tflite, peephole"},
    {"coupled", "2 -> 13, head=1, coupled, learned-state, zoneout-c=0.1, zoneout-h=0.1"},
    {"noise",
     "2 -> 18 -> 18, head=1, recurrent-dropout=0.1, variational-dropout=0.1, "
     "drop-connect=0.1"},
    {"both directions", "2 -> 11 -> 9, head=1, bidirectional"},
    {"residual", "2 -> 12 -> 12, head=1, residual, squash=softsign"},
    {"softplus", "2 -> 15, head=1, gate=hard-sigmoid, candidate=softplus"},
    {"rnn", "2 -> 17, head=1, rnn"},
    {"clips", "2 -> 20, head=1, cell-clip=0.5, gate-clip=2"},
};

Model trained(const Variant& variant, std::size_t threads) {
  const Adding data(48, 24, 3);
  const Architecture architecture = architecture_from_text(variant.architecture);
  const std::size_t bptt = architecture.direction == Direction::forward ? 16 : 0;
  Trainer trainer(Model::create(architecture, 5),
                  {.loss = {.kind = variant.loss},
                   .optimizer = {.kind = variant.optimizer},
                   .schedule = {.kind = ScheduleKind::cosine, .rate = 1e-2, .warm_up = 2},
                   .bptt = bptt,
                   .seed = 7,
                   .threads = threads});
  trainer.fit(data.batch(), {.epochs = 3, .batch = 16});
  return std::move(trainer).release();
}

void stream_rows(Hash& hash, Stream stream, const Floats& x) {
  const std::size_t inputs = stream.inputs();
  Floats y(stream.outputs());
  for (std::size_t at = 0; at + inputs <= x.size(); at += inputs) {
    if (stream.push(std::span(x).subspan(at, inputs), y) != Status::ok) std::abort();
    if (at % 3 == 0) stream.prepare();
    hash.add(y);
  }
}

void of_variant(const Variant& variant) {
  const std::string name = variant.name;
  const Model model = trained(variant, 1);
  for (const std::size_t threads : {1, 2, 3}) {
    Hash hash;
    hash.add(std::span<const std::byte>(threads == 1 ? model.bytes()
                                                     : trained(variant, threads).bytes()));
    keep(name + ", trained", hash);
    if (threads > 1 && lines[lines.size() - 2] != lines.back())
      std::printf("%s: %zu threads give other bits\n", variant.name, threads), std::exit(1);
    if (threads > 1) lines.pop_back();
  }
  const Adding data(5, 40, 4);
  Traced traced;
  Hash run;
  run.add(model.run(data.x, {.batch = 5, .lengths = data.lengths, .trace = &traced}));
  keep(name + ", run", run);
  keep(name + ", gates", traced.hash);
  if (model.architecture().direction != Direction::forward) return;
  Hash streamed, window, pool;
  stream_rows(streamed, Stream(model, {.window = 0}), data.x);
  keep(name + ", stream", streamed);
  stream_rows(window, Stream(model, {.window = 9}), data.x);
  keep(name + ", windows", window);
  StreamPool streams(model, {.threads = 2});
  std::vector<StreamPool::Id> ids;
  for (int n = 0; n < 5; ++n) ids.push_back(streams.add());
  Floats y(5 * streams.outputs());
  for (std::size_t at = 0; at + 10 <= data.x.size(); at += 10) {
    if (streams.push(ids, std::span(data.x).subspan(at, 10), y) != Status::ok) std::abort();
    pool.add(y);
  }
  keep(name + ", pool", pool);
}

// Weights stored smaller, on a stack of plain layers.
void of_smaller_weights() {
  const Model model = trained({"", "2 -> 24 -> 19, head=1"}, 1);
  engine::Network network(model.architecture());
  network.set_parameters(model.flat_parameters());
  const Adding data(1, 200, 6);
  const quantization::Calibration calibration = quantization::calibrate(network, data.x, 0);
  const auto session_of = [&](engine::Network smaller, const std::string& name) {
    const auto shared = std::make_shared<const engine::Network>(std::move(smaller));
    streaming::Session session(std::make_shared<const streaming::StreamModel>(shared), 0,
                               MissingRow::refuse);
    Hash hash;
    hash.add(shared->parameters());
    Floats y(1);
    for (std::size_t at = 0; at < data.x.size(); at += 2) {
      if (session.push(std::span(data.x).subspan(at, 2), y) != Status::ok) std::abort();
      hash.add(y);
    }
    keep(name, hash);
  };
  session_of(quantization::to_f16(network), "float16 weights");
  session_of(quantization::to_int8(network, calibration), "int8 weights");
}

// A forecast of hourly values with a day and a week in them, a column beside, and gaps.
void of_forecast(const char* name, ForecasterOptions options) {
  Random random(8);
  Table table{.columns = {{"load", {}}, {"warmth", {}}}};
  double level = 5.0;
  for (int hour = 0; hour < 1800; ++hour) {
    const int day = hour / 24;
    const double warmth = 10.0 + (hour % 24 < 12 ? hour % 24 : 24 - hour % 24) + random.normal();
    level = std::abs(level + 0.3 * warmth - 5.0) + random.normal();
    const double load = 50.0 + 9.0 * level + (day % 7 < 5 ? 20.0 : 0.0);
    table.columns[0].values.push_back(hour % 311 == 5 ? std::numeric_limits<double>::quiet_NaN()
                                                      : load);
    table.columns[1].values.push_back(warmth);
    char time[32];
    std::snprintf(time, sizeof time, "2024-%02d-%02d %02d:00", 1 + day / 28, 1 + day % 28,
                  hour % 24);
    table.times.push_back(time);
  }
  options.horizon = 6;
  options.threads = 2;
  const Forecaster forecaster = Forecaster::train(table, options);
  const std::string path =
      std::filesystem::temp_directory_path() / ("sluice-bits-" + std::to_string(::getpid()));
  forecaster.save(path);
  const std::string bytes = read_file(path);
  std::filesystem::remove(path);
  Hash model;
  model.add(std::span<const char>(bytes));
  keep(std::string("forecaster, ") + name, model);
  Hash forecast, scores;
  for (const ForecastRow& row : forecaster.forecast(table)) {
    for (const double value : row.quantiles) forecast.add(value);
  }
  keep(std::string("forecast, ") + name, forecast);
  const Evaluation evaluation = forecaster.evaluate(table);
  for (const TargetEvaluation& target : evaluation.targets) {
    for (const double value : {target.model.all.mae, target.model.all.rmse, target.model.all.smape,
                               target.model.all.mase, target.linear.all.mae, target.coverage})
      scores.add(value);
    for (const MethodEvaluation& baseline : target.baselines) scores.add(baseline.all.rmse);
  }
  keep(std::string("scores, ") + name, scores);
}

int compare(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> recorded;
  for (std::string line; std::getline(file, line);) recorded.push_back(line);
  int differing = 0;
  for (std::size_t n = 0; n < std::max(lines.size(), recorded.size()); ++n) {
    const std::string got = n < lines.size() ? lines[n] : "nothing";
    const std::string expected = n < recorded.size() ? recorded[n] : "nothing";
    if (got == expected) continue;
    std::printf("expected %s\ngot      %s\n", expected.c_str(), got.c_str());
    ++differing;
  }
  std::printf("%s: %zu results, %d differ\n", std::string(kernels::chosen().name).c_str(),
              lines.size(), differing);
  return differing == 0 && !lines.empty() ? 0 : 1;
}

}  // namespace

int run(const char* recorded) {
  try {
    kernels::chosen();
  } catch (const Error& error) {
    std::printf("skipped: %s\n", error.what());
    return 77;
  }
  for (const Variant& variant : kVariants) of_variant(variant);
  of_smaller_weights();
  of_forecast("carried", {.targets = {"load"}, .log = TargetLog::on, .hidden = 10, .epochs = 15});
  of_forecast(
      "windows",
      {.targets = {"load"}, .log = TargetLog::on, .hidden = 10, .window = 24, .epochs = 15});
  of_forecast("linear", {.targets = {"load"}, .hidden = 0});
  if (recorded != nullptr) return compare(recorded);
  for (const std::string& line : lines) std::printf("%s\n", line.c_str());
  return 0;
}

}  // namespace sluice

int main(int argc, char** argv) {
  try {
    return sluice::run(argc > 1 ? argv[1] : nullptr);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
