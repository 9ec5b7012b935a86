// sluice bench: how fast a network trains on this machine, beside what the machine can do at most.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "cli/cell_option.hpp"
#include "cli/commands.hpp"
#include "cli/output_path.hpp"
#include "core/file.hpp"
#include "kernels/fma_peak.hpp"
#include "sluice/error.hpp"
#include "training/array_fit.hpp"

namespace sluice::cli {
namespace {

using nlohmann::json;

struct Options {
  std::vector<std::size_t> shape;
  std::vector<std::string> cell;
  std::size_t projection = 0, batch = 64, steps = 50, threads = 1;
  double seconds = 3.0;
  bool train = false, recompute = false;
  std::string json;
};

struct Figures {
  double min = 0.0, median = 0.0, p99 = 0.0;
};

network::Architecture architecture_of(const Options& options) {
  if (options.shape.size() != 3) {
    throw Error(ErrorCode::usage, {.where = "--shape",
                                   .what = "wrong number of sizes",
                                   .expected = "I,H,L: inputs, units of a layer, layers",
                                   .got = fmt::format("{}", fmt::join(options.shape, ","))});
  }
  training::ForecastOptions words;
  apply_cell_options(options.cell, words);
  network::Architecture architecture;
  architecture.input = options.shape[0];
  architecture.hidden.assign(options.shape[2], options.shape[1]);
  architecture.cell = words.cell;
  architecture.cell.projection = options.projection;
  architecture.activations.fill(words.activations);
  architecture.residual = words.residual;
  architecture.learned_state = words.learned_state;
  return architecture;
}

// The most memory that the process has held, in units of 1e6 bytes; 0 where nothing tells.
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

// Whole steps: forward, backward, update. The first two are not counted.
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

void run(const Options& options) {
  if (!options.train) {
    throw Error(ErrorCode::usage, {.where = "bench",
                                   .what = "nothing to time",
                                   .expected = "--train",
                                   .got = "",
                                   .hint = "training is what this version times"});
  }
  check_output(options.json);
  const network::Architecture architecture = architecture_of(options);
  network::check(architecture);
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
  const double kept = 4e-6 * static_cast<double>(fit.tape().kept_floats());
  fmt::print(
      "I {}, H {}, L {}, B {}, T {}: {} steps on {} thread{}, {}\n"
      "  a training step  {:.3f} ms (min {:.3f}, p99 {:.3f})\n"
      "  speed            {:.1f} GFLOP/s, {:.0f} % of the {:.1f} that multiply-adds alone reach\n"
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
                    {"kernels", kernels::chosen().name},
                    {"fma_peak_gflops", peak},
                    {"train_ms", {{"min", ms.min}, {"p50", ms.median}, {"p99", ms.p99}}},
                    {"gflops", gflops},
                    {"peak_share", gflops / peak},
                    {"activations_mb", kept},
                    {"peak_rss_mb", memory}};
  write_file_atomically(options.json, out.dump(1) + "\n");
}

}  // namespace

void add_bench(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("bench", "Time a network on this machine");
  command->add_flag("--train", options->train, "Time training steps: forward, backward, Adam");
  command->add_option("--shape", options->shape, "Inputs, units of a layer, layers")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("I,H,L");
  command->add_option("--cell", options->cell, "Options of the cell, as `sluice train --cell`")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("OPTION,..");
  command->add_option("--projection", options->projection, "Size of h, projected; 0: none")
      ->type_name("N");
  command->add_option("--batch", options->batch, "Sequences of a step")
      ->capture_default_str()
      ->type_name("B");
  command->add_option("--steps", options->steps, "Steps of a sequence")
      ->capture_default_str()
      ->type_name("T");
  command->add_flag("--recompute", options->recompute,
                    "Compute activations again on the way back instead of keeping them");
  command->add_option("--threads", options->threads, "Threads")
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--seconds", options->seconds, "About how long")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("S");
  command->add_option("--json", options->json, "Write the figures to this file")->type_name("FILE");
  command->footer(
      "What the processor can do at most is measured in the same run.\n"
      "Example: sluice bench --train --shape 100,100,2 --batch 64 --steps 50 --threads 2");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
