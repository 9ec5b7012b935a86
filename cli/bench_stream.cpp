// sluice bench MODEL: the latency of one row, less the cost of reading the clock.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/bench.hpp"
#include "cli/standard_output.hpp"
#include "cli/stream_times.hpp"
#include "core/file.hpp"
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

// Inputs beyond it saturate, which does not change the time of a step.
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

json to_json(const Times& times) {
  return {{"min", times.ns.front()},
          {"p50", times.at(0.5)},
          {"p99", times.at(0.99)},
          {"p999", times.at(0.999)},
          {"max", times.ns.back()}};
}

std::string line(const char* name, const Times& times) {
  return fmt::format("  {:<20}{:>10.0f}{:>10.0f}{:>10.0f}{:>10.0f}{:>12.0f}\n", name,
                     times.ns.front(), times.at(0.5), times.at(0.99), times.at(0.999),
                     times.ns.back());
}

}  // namespace

void bench_stream(const BenchOptions& options) {
  const Subject subject = options.model.empty() ? of_shape(options) : of_model(options);
  const Architecture& arch = subject.model->network().architecture();
  streaming::Session session(subject.model, subject.window, MissingRow::refuse, nullptr,
                             options.threads);
  ThreadPool one(1);
  const double before = kernels::fma_peak_gflops(kernels::chosen(), one);
  const Clock clock;
  const StreamTimes seen = measure_stream(session, clock, options.seconds);
  const double peak = std::max(before, kernels::fma_peak_gflops(kernels::chosen(), one));
  const double audio = 1e9 / 48000.0 / (1e9 / seen.rate);
  const std::string state =
      subject.window > 0 ? fmt::format("windows of {} rows", subject.window) : "state carried";
  const char* weights = engine::kWeightTypeNames[static_cast<std::size_t>(
      subject.model->network().storage().weights)];
  say("I {}, H {}, O {}: {}, {} weights, {}, {}\n", arch.input, fmt::join(arch.hidden, "+"),
      arch.width(), state, weights, session.threads() == 1 ? "one core" : "two cores",
      kernels::chosen().name);
  say("  {:<20}{:>10}{:>10}{:>10}{:>10}{:>12}\n", "ns", "min", "p50", "p99", "p99.9", "max");
  say("{}{}{}{}", line("whole step", seen.step), line("prepare", seen.prepare),
      line("push after it", seen.push), line("nothing", seen.null));
  say("  The {:.0f} ns of reading the clock are subtracted; 'nothing' times an empty call.\n"
      "  Throughput: {:.0f} rows per second; audio at 48 kHz runs {:.1f} times faster than real "
      "time.\n"
      "  Peak multiply-add rate: {:.1f} GFLOP/s.\n",
      clock.cost_ns(), seen.rate, audio, peak);
  if (options.json.empty()) return;
  const json shape = {{"input", arch.input},
                      {"hidden", arch.hidden},
                      {"output", arch.width()},
                      {"layers", arch.layers()}};
  const json out = {{"shape", shape},
                    {"threads", session.threads()},
                    {"window", subject.window},
                    {"weights", weights},
                    {"kernels", kernels::chosen().name},
                    {"fma_peak_gflops", peak},
                    {"step_ns", to_json(seen.step)},
                    {"push_ns", to_json(seen.push)},
                    {"prepare_ns", to_json(seen.prepare)},
                    {"null_ns", to_json(seen.null)},
                    {"timer_ns", clock.cost_ns()},
                    {"rows_per_second", seen.rate},
                    {"real_time_factor_48khz", audio}};
  write_file_atomically(options.json, out.dump(1) + "\n");
}

}  // namespace sluice::cli
