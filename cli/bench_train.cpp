// sluice bench --train: the time of a training step, and its share of the machine's peak
// multiply-add rate.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/bench.hpp"
#include "cli/standard_output.hpp"
#include "core/file.hpp"
#include "kernels/fma_peak.hpp"
#include "sluice/error.hpp"
#include "training/array_fit.hpp"

namespace sluice::cli {
namespace {

using nlohmann::json;

struct Figures {
  double min = 0.0, median = 0.0, p99 = 0.0;
};

// Peak resident memory of the process in units of 1e6 bytes; 0 where /proc is missing.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0.0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024e-6;
  }
  return 0.0;
}

double milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// Whole steps: forward, backward, update. The first two are a warm-up.
std::vector<double> time_steps(training::ArrayFit& fit, double seconds) {
  constexpr int kWarmUp = 2;
  constexpr std::size_t kFewest = 3;
  std::vector<double> times;
  const auto begin = std::chrono::steady_clock::now();
  for (int step = 0; times.size() < kFewest ||
                     milliseconds(std::chrono::steady_clock::now() - begin) < seconds * 1e3;
       ++step) {
    const auto start = std::chrono::steady_clock::now();
    fit.forward_backward();
    fit.update();
    if (step >= kWarmUp) times.push_back(milliseconds(std::chrono::steady_clock::now() - start));
  }
  return times;
}

Figures figures_of(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(
        std::lround(share * static_cast<double>(times.size() - 1)))];
  };
  return {times.front(), at(0.5), at(0.99)};
}

}  // namespace

void bench_train(const BenchOptions& options) {
  const Architecture architecture = architecture_of(options);
  if (options.batch == 0 || options.steps == 0 || options.threads == 0) {
    throw Error(ErrorCode::usage, {.where = "--batch, --steps, --threads",
                                   .what = "nothing to do",
                                   .expected = "at least 1 of each",
                                   .got = "0"});
  }
  ThreadPool pool(options.threads);
  training::ArrayFit fit(
      architecture,
      {.steps = options.steps, .batch = options.batch, .recompute = options.recompute}, pool);
  fit.draw(1);
  const double before = kernels::fma_peak_gflops(kernels::chosen(), pool);
  const std::vector<double> times = time_steps(fit, options.seconds);
  const double peak = std::max(before, kernels::fma_peak_gflops(kernels::chosen(), pool));
  const Figures ms = figures_of(times);
  const double gflops =
      training::training_flop(architecture, options.steps, options.batch) / ms.median * 1e-6;
  const double memory = peak_memory();
  const double kept = 4e-6 * static_cast<double>(fit.parts().kept_floats());
  say("I {}, H {}, L {}, B {}, T {}: {} steps on {} thread{}, {}\n"
      "  a training step  {:.3f} ms (min {:.3f}, p99 {:.3f})\n"
      "  speed            {:.1f} GFLOP/s, {:.0f} % of the peak multiply-add rate of {:.1f}\n"
      "  memory           {:.0f} MB at most, {:.0f} MB of it activations\n",
      options.shape[0], options.shape[1], options.shape[2], options.batch, options.steps,
      times.size(), options.threads, options.threads == 1 ? "" : "s", kernels::chosen().name,
      ms.median, ms.min, ms.p99, gflops, 100.0 * gflops / peak, peak, memory, kept);
  if (options.json.empty()) return;
  const json shape = {{"input", options.shape[0]},
                      {"hidden", options.shape[1]},
                      {"layers", options.shape[2]},
                      {"batch", options.batch},
                      {"steps", options.steps}};
  const json out = {{"shape", shape},
                    {"threads", options.threads},
                    {"parts", fit.parts().parts()},
                    {"kernels", kernels::chosen().name},
                    {"fma_peak_gflops", peak},
                    {"train_ms", {{"min", ms.min}, {"p50", ms.median}, {"p99", ms.p99}}},
                    {"gflops", gflops},
                    {"peak_share", gflops / peak},
                    {"activations_mb", kept},
                    {"peak_rss_mb", memory}};
  write_file_atomically(options.json, out.dump(1) + "\n");
}

}  // namespace sluice::cli
