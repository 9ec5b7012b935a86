// sluice bench of a stream: how long a row waits for its answer, and what the clock itself takes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/bench.hpp"
#include "cli/standard_output.hpp"
#include "core/file.hpp"
#include "core/random.hpp"
#include "core/ticks.hpp"
#include "formats/model_file.hpp"
#include "kernels/fma_peak.hpp"
#include "quantization/quantize.hpp"
#include "sluice/error.hpp"
#include "streaming/session.hpp"

namespace sluice::cli {
namespace {

using nlohmann::json;

struct Subject {
  std::shared_ptr<const streaming::StreamModel> model;
  std::size_t window = 0;
};

// Time does not depend on what is cut.
constexpr float kLargestInput = 4.0f;

std::shared_ptr<const streaming::StreamModel> stream_model(const engine::Network& network,
                                                           const std::string& weights) {
  auto stored = std::make_shared<engine::Network>(
      weights == "f16"    ? quantization::to_f16(network)
      : weights == "int8" ? quantization::to_int8(network, {.largest_input = kLargestInput})
                          : network);
  if (weights == "f32") stored->set_parameters(network.parameters());
  return std::make_shared<streaming::StreamModel>(stored);
}

Subject of_model(const BenchOptions& options) {
  const formats::StoredModel stored = formats::load_model(options.model);
  if (stored.network() == nullptr) {
    throw Error(ErrorCode::model, {.where = options.model,
                                   .what = "the model has no LSTM, only a linear part",
                                   .hint = "there is nothing to time"});
  }
  const std::size_t window = options.window.value_or(formats::window_of(stored.state).value_or(0));
  return {stream_model(*stored.network(), options.weights), window};
}

Subject of_shape(const BenchOptions& options) {
  const Architecture architecture = architecture_of(options);
  engine::Network network(architecture);
  network.set_parameters(initial_parameters(architecture, {.seed = 1}));
  return {stream_model(network, options.weights), options.window.value_or(0)};
}

// Rows by chance, used again and again: enough that nothing learns them.
class Rows {
 public:
  explicit Rows(std::size_t inputs) : inputs_(inputs), values_(kRows * inputs) {
    Random random(2);
    for (float& value : values_) value = static_cast<float>(random.normal());
  }
  std::span<const float> next() {
    at_ = (at_ + 1) % kRows;
    return std::span(values_).subspan(at_ * inputs_, inputs_);
  }

 private:
  static constexpr std::size_t kRows = 256;
  std::size_t inputs_, at_ = 0;
  std::vector<float> values_;
};

// Times in ns, each less what reading the clock takes.
struct Times {
  std::vector<double> ns;
  double at(double share) const {
    return ns[static_cast<std::size_t>(std::lround(share * static_cast<double>(ns.size() - 1)))];
  }
  json to_json() const {
    return {{"min", ns.front()},
            {"p50", at(0.5)},
            {"p99", at(0.99)},
            {"p999", at(0.999)},
            {"max", ns.back()}};
  }
};

class Clock {
 public:
  Clock() : ns_per_tick_(ns_per_tick()) {
    std::vector<std::uint64_t> costs(10001);
    for (std::uint64_t& cost : costs) {
      const std::uint64_t start = ticks();
      cost = ticks() - start;
    }
    std::nth_element(costs.begin(), costs.begin() + 5000, costs.end());
    cost_ = costs[5000];
  }

  double cost_ns() const { return static_cast<double>(cost_) * ns_per_tick_; }
  template <class Call>
  double time(Call call) const {
    const std::uint64_t start = ticks();
    call();
    const std::uint64_t taken = ticks() - start;
    return static_cast<double>(taken > cost_ ? taken - cost_ : 0) * ns_per_tick_;
  }

 private:
  double ns_per_tick_;
  std::uint64_t cost_;
};

// What the two halves of a step and the whole take, in turn, so that all see the same machine.
struct Measured {
  Times step, push, prepare, null;
  double rate = 0.0;  // rows a second, one after the other, without a clock between them
};

Measured measure(streaming::Session& session, const Clock& clock, double seconds) {
  constexpr std::size_t kRound = 256;
  Rows rows(session.model().inputs());
  std::vector<float> y(session.model().outputs());
  Measured all;
  std::vector<double> rounds;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t round = 0;; ++round) {
    Measured now;
    for (std::size_t n = 0; n < kRound; ++n) {
      const std::span<const float> x = rows.next();
      now.step.ns.push_back(clock.time([&] { session.push(x, y); }));
    }
    for (std::size_t n = 0; n < kRound; ++n) {
      const std::span<const float> x = rows.next();
      now.prepare.ns.push_back(clock.time([&] { session.prepare(); }));
      now.push.ns.push_back(clock.time([&] { session.push(x, y); }));
      now.null.ns.push_back(clock.time([] {}));
    }
    const double together = clock.time([&] {
      for (std::size_t n = 0; n < kRound; ++n) session.push(rows.next(), y);
    });
    if (round > 0) {  // the first warms up
      const auto add = [](Times& to, const Times& from) {
        to.ns.insert(to.ns.end(), from.ns.begin(), from.ns.end());
      };
      add(all.step, now.step);
      add(all.push, now.push);
      add(all.prepare, now.prepare);
      add(all.null, now.null);
      rounds.push_back(together / static_cast<double>(kRound));
    }
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begin;
    if (round > 3 && gone.count() > seconds) break;
  }
  for (Times* times : {&all.step, &all.push, &all.prepare, &all.null})
    std::sort(times->ns.begin(), times->ns.end());
  std::sort(rounds.begin(), rounds.end());
  all.rate = 1e9 / rounds[rounds.size() / 2];
  return all;
}

std::string line(const char* name, const Times& times) {
  return fmt::format("  {:<20}{:>10.0f}{:>10.0f}{:>10.0f}{:>10.0f}{:>12.0f}\n", name,
                     times.ns.front(), times.at(0.5), times.at(0.99), times.at(0.999),
                     times.ns.back());
}

}  // namespace

void bench_stream(const BenchOptions& options) {
  const Subject subject = options.model.empty() ? of_shape(options) : of_model(options);
  const Architecture& of = subject.model->network().architecture();
  streaming::Session session(subject.model, subject.window, MissingRow::refuse, nullptr,
                             options.threads);
  ThreadPool one(1);
  const double before = kernels::fma_peak_gflops(kernels::chosen(), one);
  const Clock clock;
  const Measured seen = measure(session, clock, options.seconds);
  const double peak = std::max(before, kernels::fma_peak_gflops(kernels::chosen(), one));
  const double audio = 1e9 / 48000.0 / (1e9 / seen.rate);
  const std::string state =
      subject.window > 0 ? fmt::format("windows of {} rows", subject.window) : "state carried";
  const char* weights = engine::kWeightTypeNames[static_cast<std::size_t>(
      subject.model->network().storage().weights)];
  say("I {}, H {}, O {}: {}, {} weights, {}, {}\n", of.input, fmt::join(of.hidden, "+"), of.width(),
      state, weights, session.threads() == 1 ? "one core" : "two cores", kernels::chosen().name);
  say("  {:<20}{:>10}{:>10}{:>10}{:>10}{:>12}\n", "ns", "min", "p50", "p99", "p99.9", "max");
  say("{}{}{}{}", line("whole step", seen.step), line("prepare", seen.prepare),
      line("push after it", seen.push), line("nothing", seen.null));
  say("  The clock's own {:.0f} ns are taken off; 'nothing' is an empty call timed alike.\n"
      "  In a row: {:.0f} rows a second; audio at 48 kHz {:.1f} times faster than it plays.\n"
      "  Multiply-adds alone reach {:.1f} GFLOP/s here.\n",
      clock.cost_ns(), seen.rate, audio, peak);
  if (options.json.empty()) return;
  const json shape = {
      {"input", of.input}, {"hidden", of.hidden}, {"output", of.width()}, {"layers", of.layers()}};
  const json out = {{"shape", shape},
                    {"threads", session.threads()},
                    {"window", subject.window},
                    {"weights", weights},
                    {"kernels", kernels::chosen().name},
                    {"fma_peak_gflops", peak},
                    {"step_ns", seen.step.to_json()},
                    {"push_ns", seen.push.to_json()},
                    {"prepare_ns", seen.prepare.to_json()},
                    {"null_ns", seen.null.to_json()},
                    {"timer_ns", clock.cost_ns()},
                    {"rows_per_second", seen.rate},
                    {"real_time_factor_48khz", audio}};
  write_file_atomically(options.json, out.dump(1) + "\n");
}

}  // namespace sluice::cli
