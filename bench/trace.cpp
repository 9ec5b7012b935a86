// What it costs to look: whole runs with every gate kept in memory beside the same runs without.
//   build/bench/bench/bench_trace --benchmark_enable_random_interleaving --benchmark_repetitions=9
#include "inspection/trace.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "core/random.hpp"
#include "engine/run.hpp"

namespace sluice {
namespace {

// Inputs, units, layers, batch: as many steps as make 2,000 rows.
void run(benchmark::State& state, bool traced) {
  const auto inputs = static_cast<std::size_t>(state.range(0));
  const auto units = static_cast<std::size_t>(state.range(1));
  const auto layers = static_cast<std::size_t>(state.range(2));
  const Architecture architecture{
      .input = inputs, .hidden = std::vector<std::size_t>(layers, units), .output = 1};
  engine::Network network(architecture);
  network.set_parameters(initial_parameters(architecture, {.seed = 1}));
  constexpr std::size_t kSteps = 2000;
  Random random(2);
  std::vector<float> x(kSteps * inputs);
  for (float& value : x) value = static_cast<float>(random.normal());
  inspection::Trace trace(architecture,
                          {.layers = {}, .units = {}, .steps = {0, kSteps}, .direction = {}});
  for (auto _ : state) {
    State from;
    benchmark::DoNotOptimize(engine::run(
        network, {.x = x, .batch = 1, .steps = kSteps, .trace = traced ? &trace : nullptr}, from));
  }
}

#define SLUICE_SHAPES Args({1, 16, 1})->Args({27, 64, 1})->Args({27, 192, 1})->Args({100, 100, 2})
BENCHMARK_CAPTURE(run, plain, false)->SLUICE_SHAPES->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, traced, true)->SLUICE_SHAPES->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice

BENCHMARK_MAIN();
