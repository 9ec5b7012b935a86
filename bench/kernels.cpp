// Google Benchmark of the kernels: products, sums over rows, steps, activations, Adam. GFLOP/s
// stand in the column `flop`; beside them the multiply-adds alone, which nothing can exceed.
#include <benchmark/benchmark.h>

#include <vector>

#include "core/aligned.hpp"
#include "core/random.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"

namespace sluice::kernels {
namespace {

FloatVector drawn(std::size_t count) {
  Random random(1);
  FloatVector values(count);
  for (float& value : values) value = static_cast<float>(0.1 * random.normal());
  return values;
}

void report(benchmark::State& state, double flop) {
  state.counters["flop"] = benchmark::Counter(flop * static_cast<double>(state.iterations()),
                                              benchmark::Counter::kIsRate);
}

void multiply_adds(benchmark::State& state) {
  constexpr std::size_t kRounds = 4096;
  for (auto _ : state) benchmark::DoNotOptimize(chosen().multiply_adds(kRounds));
  report(state, 2.0 * 12 * kRounds * static_cast<double>(chosen().lanes));
}
BENCHMARK(multiply_adds);

// A layer of H units that reads I floats, on some rows: all that a step touches.
struct LayerArrays {
  LayerArrays(std::size_t input, std::size_t hidden, std::size_t count)
      : inputs(input),
        units(hidden),
        rows(count),
        wide(4 * padded(hidden)),
        narrow(padded(hidden)),
        w(drawn(4 * hidden * input)),
        r(drawn(4 * hidden * hidden)),
        bias(wide),
        x(drawn(count * padded(input))),
        gates(drawn(count * wide)),
        h(drawn(count * narrow)),
        c(h),
        c_next(h),
        tanh_c(h),
        h_next(h),
        d_c(h),
        d_h(h),
        packed_w(PackedMatrix::gates(hidden, input, chosen())),
        packed_r(PackedMatrix::gates(hidden, hidden, chosen())),
        packed_back(hidden, 4 * hidden, chosen()) {
    const auto rows_of = [&](const FloatVector& from, std::size_t width) {
      return [&from, width, this](std::size_t n) {
        return n % narrow < units ? from.data() + (n / narrow * units + n % narrow) * width
                                  : nullptr;
      };
    };
    packed_w.pack_rows(0, packed_w.panels(), rows_of(w, inputs));
    packed_r.pack_rows(0, packed_r.panels(), rows_of(r, units));
    packed_back.pack_columns(0, packed_back.panels(), units,
                             [&](std::size_t k) { return r.data() + k * units; });
  }

  UnitVectors all() const { return {0, (units + chosen().lanes - 1) / chosen().lanes}; }

  std::size_t inputs, units, rows, wide, narrow;
  FloatVector w, r, bias, x, gates, h, c, c_next, tanh_c, h_next, d_c, d_h;
  PackedMatrix packed_w, packed_r, packed_back;
};

void input_product(benchmark::State& state) {
  LayerArrays arrays(static_cast<std::size_t>(state.range(0)),
                     static_cast<std::size_t>(state.range(1)),
                     static_cast<std::size_t>(state.range(2)));
  for (auto _ : state) {
    chosen().multiply({.a = arrays.x.data(),
                       .a_stride = padded(arrays.inputs),
                       .rows = arrays.rows,
                       .w = arrays.packed_w.view(),
                       .bias = nullptr,
                       .out = arrays.gates.data(),
                       .out_stride = arrays.wide});
    benchmark::ClobberMemory();
  }
  report(state, 8.0 * static_cast<double>(arrays.units * arrays.inputs * arrays.rows));
}

void forward_step(benchmark::State& state) {
  LayerArrays arrays(1, static_cast<std::size_t>(state.range(1)),
                     static_cast<std::size_t>(state.range(2)));
  for (auto _ : state) {
    chosen().step_forward({{.a = arrays.h.data(),
                            .a_stride = arrays.narrow,
                            .rows = arrays.rows,
                            .w = arrays.packed_r.view(),
                            .bias = arrays.bias.data(),
                            .out = nullptr,
                            .out_stride = 0},
                           {.gates = arrays.gates.data(),
                            .rh = nullptr,
                            .c_prev = arrays.c.data(),
                            .rows = arrays.rows,
                            .units = arrays.narrow,
                            .hidden = arrays.units,
                            .c = arrays.c_next.data(),
                            .tanh_c = arrays.tanh_c.data(),
                            .h = arrays.h_next.data()},
                           arrays.all()});
    benchmark::ClobberMemory();
  }
  report(state, 8.0 * static_cast<double>(arrays.units * arrays.units * arrays.rows));
}

void backward_step(benchmark::State& state) {
  LayerArrays arrays(1, static_cast<std::size_t>(state.range(1)),
                     static_cast<std::size_t>(state.range(2)));
  FloatVector d_next = arrays.gates;
  for (auto _ : state) {
    chosen().step_backward({{.a = d_next.data(),
                             .a_stride = arrays.wide,
                             .rows = arrays.rows,
                             .w = arrays.packed_back.view(),
                             .bias = nullptr,
                             .out = arrays.d_h.data(),
                             .out_stride = arrays.narrow,
                             .a_blocks = 4,
                             .a_block_stride = arrays.narrow},
                            arrays.h.data(),
                            arrays.narrow,
                            {.gates = arrays.gates.data(),
                             .c_prev = arrays.c.data(),
                             .tanh_c = arrays.tanh_c.data(),
                             .d_h = arrays.d_h.data(),
                             .rows = arrays.rows,
                             .units = arrays.narrow,
                             .hidden = arrays.units,
                             .d_c = arrays.d_c.data(),
                             .d_a = d_next.data()},
                            arrays.all()});
    benchmark::ClobberMemory();
  }
  report(state, 8.0 * static_cast<double>(arrays.units * arrays.units * arrays.rows));
}

void sums_over_rows(benchmark::State& state) {
  const auto inputs = static_cast<std::size_t>(state.range(0));
  const auto hidden = static_cast<std::size_t>(state.range(1));
  constexpr std::size_t kRows = 1024;
  const std::size_t wide = 4 * padded(hidden), vectors = wide / chosen().lanes;
  const FloatVector x = drawn(kRows * padded(inputs)), h = drawn(kRows * padded(hidden));
  const FloatVector d = drawn(kRows * wide);
  FloatVector c((inputs + hidden + 1) * wide), work(outer_work(inputs + hidden + 1));
  const Columns columns[] = {
      {x.data(), padded(inputs), inputs}, {h.data(), padded(hidden), hidden}, {nullptr, 0, 1}};
  for (auto _ : state) {
    chosen().add_outer({.a = columns,
                        .b = d.data(),
                        .b_stride = wide,
                        .layout = {},
                        .vectors = vectors,
                        .rows = kRows,
                        .c = c.data(),
                        .c_stride = wide,
                        .first = 0,
                        .last = inputs + hidden + 1,
                        .work = work.data()});
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * static_cast<double>(kRows * wide * (inputs + hidden + 1)));
}

// I, H, rows of the shapes T1, T2, T7, T8, T9, T11 (docs/performance.md).
void shapes(benchmark::internal::Benchmark* benchmark) {
  for (const std::vector<std::int64_t>& shape :
       std::vector<std::vector<std::int64_t>>{{1, 16, 50},
                                              {65, 128, 13},
                                              {100, 100, 16},
                                              {250, 200, 32},
                                              {500, 500, 32},
                                              {768, 768, 16}}) {
    benchmark->Args(shape);
  }
}
BENCHMARK(input_product)->Apply(shapes);
BENCHMARK(forward_step)->Apply(shapes);
BENCHMARK(backward_step)->Apply(shapes);
BENCHMARK(sums_over_rows)->Apply(shapes);

void activation(benchmark::State& state, void (*function)(const float*, float*, std::size_t)) {
  const FloatVector x = drawn(4096);
  FloatVector y(x.size());
  for (auto _ : state) {
    function(x.data(), y.data(), x.size());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.size()));
}
BENCHMARK_CAPTURE(activation, sigmoid, chosen().sigmoid);
BENCHMARK_CAPTURE(activation, tanh, chosen().tanh);

void adam(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  FloatVector p = drawn(count), g = p, first(count), second(count);
  for (auto _ : state) {
    chosen().adam({.parameters = p.data(),
                   .gradient = g.data(),
                   .first = first.data(),
                   .second = second.data(),
                   .count = count,
                   .scale = 1.0f,
                   .decay = 0.0f,
                   .keep = 1.0f,
                   .beta1 = 0.9f,
                   .beta2 = 0.999f,
                   .new1 = 0.1f,
                   .new2 = 1e-3f,
                   .step = 1e-3f,
                   .shrink = 1.0f,
                   .epsilon = 1e-8f});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(adam)->Arg(1 << 12)->Arg(1 << 18);

}  // namespace
}  // namespace sluice::kernels

BENCHMARK_MAIN();
