// sluice bench: training throughput or streaming latency on this machine.
#include "cli/bench.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <string>

#include "cli/cell_option.hpp"
#include "cli/commands.hpp"
#include "cli/output_path.hpp"
#include "sluice/error.hpp"
#include "streaming/window.hpp"

namespace sluice::cli {

Architecture architecture_of(const BenchOptions& options) {
  if (options.shape.size() != 3) {
    throw Error(ErrorCode::usage, {.where = "--shape",
                                   .what = "wrong number of sizes",
                                   .expected = "I,H,L: inputs, units per layer, number of layers",
                                   .got = fmt::format("{}", fmt::join(options.shape, ","))});
  }
  forecasting::ForecastOptions words;
  apply_cell_options(options.cell, words);
  Architecture architecture;
  architecture.input = options.shape[0];
  architecture.hidden.assign(options.shape[2], options.shape[1]);
  architecture.cell = words.cell;
  architecture.cell.projection = options.projection;
  architecture.activations.fill(words.activations);
  architecture.residual = words.residual;
  architecture.learned_state = words.learned_state;
  check(architecture);
  return architecture;
}

namespace {

void refuse(bool given, const char* option, const char* why) {
  if (!given) return;
  throw Error(ErrorCode::usage,
              {.where = option, .what = why, .hint = "leave it out; `sluice bench --help`"});
}

void run(const BenchOptions& options, const CLI::App& command) {
  if (options.model.empty() == options.shape.empty()) {
    throw Error(ErrorCode::usage, {.where = "bench",
                                   .what = "expected exactly one thing to time",
                                   .expected = "a MODEL, or --shape I,H,L"});
  }
  if (!std::isfinite(options.seconds)) {
    throw Error(ErrorCode::usage, {.where = "--seconds",
                                   .what = "not a time",
                                   .expected = "a positive number of seconds",
                                   .got = fmt::format("{}", options.seconds)});
  }
  check_outputs({options.json}, {options.model});
  if (options.train) {
    refuse(!options.model.empty(), "bench --train", "a model is timed as a stream; give --shape");
    refuse(options.window.has_value(), "--window", "training has no window");
    refuse(!options.weights.empty(), "--weights", "training is done in float32");
    return bench_train(options);
  }
  for (const char* name : {"--batch", "--steps", "--recompute"})
    refuse(command.count(name) > 0, name, "for --train alone: a stream takes one row at a time");
  if (!options.model.empty()) {
    for (const char* name : {"--cell", "--projection"})
      refuse(command.count(name) > 0, name, "the model file defines it");
  }
  bench_stream(options);
}

}  // namespace

void add_bench(CLI::App& program, int&) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* command = program.add_subcommand("bench", "Time a network on this machine");
  command->add_option("model", options->model, "Model file to time as a stream")
      ->type_name("MODEL");
  command->add_flag("--train", options->train, "Time training steps: forward, backward, Adam");
  command->add_option("--shape", options->shape, "Inputs, units per layer, number of layers")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("I,H,L");
  command->add_option("--cell", options->cell, "Cell options, as in `sluice train --cell`")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("OPTION,..");
  command
      ->add_option("--projection", options->projection,
                   "Size of the projected hidden state; 0: no projection")
      ->type_name("N");
  command->add_option("--batch", options->batch, "Sequences per training step")
      ->capture_default_str()
      ->type_name("B");
  command->add_option("--steps", options->steps, "Time steps per sequence")
      ->capture_default_str()
      ->type_name("T");
  command->add_flag("--recompute", options->recompute,
                    "Recompute activations in the backward pass instead of storing them");
  command
      ->add_option("--threads", options->threads,
                   "Number of threads; for a stream 1, 2, or 0: two if that is faster")
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--window", options->window,
                   "Stream over windows of T rows; 0: carry the state [from the model]")
      ->check(CLI::Range(std::size_t{0}, streaming::Window::kLongest))
      ->type_name("T");
  command
      ->add_option("--weights", options->weights,
                   "Storage of the weights in a stream [from the model]")
      ->check(CLI::IsMember({"f32", "f16", "int8"}))
      ->type_name("f32|f16|int8");
  command->add_option("--seconds", options->seconds, "Approximate duration of the measurement")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("S");
  command->add_option("--json", options->json, "Write the results to this file as JSON")
      ->type_name("FILE");
  command->footer(
      "Without --train: the latency of one row in one stream, with R h computed ahead (push after\n"
      "prepare) and without (whole step). The same run measures the processor's peak multiply-add "
      "rate.\n"
      "Example: sluice bench --shape 100,100,2\n"
      "         sluice bench --train --shape 100,100,2 --batch 64 --steps 50 --threads 2");
  command->callback([options, command] { run(*options, *command); });
}

}  // namespace sluice::cli
