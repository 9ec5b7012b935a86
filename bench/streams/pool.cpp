// 10,000 streams: a row of each through a pool, on one thread and on two, and through as many
// streams of their own, one after the other. Google Benchmark; a figure is for all rows, `rows` a
// second.
#include "streaming/pool.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "core/random.hpp"
#include "streaming/session.hpp"

namespace sluice::streaming {
namespace {

constexpr std::size_t kStreams = 10000;

struct Problem {
  std::shared_ptr<const StreamModel> model;
  std::vector<float> x, y;

  Problem(std::size_t input, std::size_t hidden) : y(kStreams) {
    const Architecture architecture{.input = input, .hidden = {hidden}, .output = 1};
    auto network = std::make_shared<engine::Network>(architecture);
    network->set_parameters(initial_parameters(architecture, {.seed = 1}));
    model = std::make_shared<StreamModel>(network);
    Random random(2);
    for (std::size_t n = 0; n < kStreams * input; ++n)
      x.push_back(static_cast<float>(random.normal()));
  }
};

void count_rows(benchmark::State& state) {
  state.counters["rows"] = benchmark::Counter(static_cast<double>(state.iterations() * kStreams),
                                              benchmark::Counter::kIsRate);
}

// Arguments: inputs, units, threads.
void pooled(benchmark::State& state) {
  Problem problem(static_cast<std::size_t>(state.range(0)),
                  static_cast<std::size_t>(state.range(1)));
  Pool pool(problem.model, {.threads = static_cast<std::size_t>(state.range(2))});
  pool.reserve(kStreams);
  std::vector<Pool::Id> all;
  while (all.size() < kStreams) all.push_back(pool.add());
  for (auto _ : state) pool.push(all, problem.x, problem.y);
  count_rows(state);
}

void one_by_one(benchmark::State& state) {
  Problem problem(static_cast<std::size_t>(state.range(0)),
                  static_cast<std::size_t>(state.range(1)));
  std::vector<Session> streams;
  while (streams.size() < kStreams) streams.emplace_back(problem.model, 0, MissingRow::refuse);
  const std::size_t inputs = problem.model->inputs();
  for (auto _ : state) {
    for (std::size_t n = 0; n < kStreams; ++n)
      streams[n].push({&problem.x[n * inputs], inputs}, {&problem.y[n], 1});
  }
  count_rows(state);
}

BENCHMARK(pooled)
    ->Args({1, 32, 1})
    ->Args({128, 128, 1})
    ->Args({1, 32, 2})
    ->Args({128, 128, 2})
    ->UseRealTime();
BENCHMARK(one_by_one)->Args({1, 32})->Args({128, 128});

}  // namespace
}  // namespace sluice::streaming

BENCHMARK_MAIN();
