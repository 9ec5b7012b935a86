// Google Benchmark of whole training steps on one thread: what each option of the cell costs beside
// the plain one, sequences of different lengths, a silent input, recomputation. To be run with
// --benchmark_enable_random_interleaving=true: all in turn, medians to be compared.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "core/threads.hpp"
#include "training/array_fit.hpp"

namespace sluice::training {
namespace {

struct Shape {
  const char* name;
  std::size_t batch, steps, input, hidden, layers;
};
constexpr Shape kShapes[] = {{"T2", 50, 50, 65, 128, 2}, {"T7", 64, 50, 100, 100, 2}};

struct Variant {
  const char* name;
  void (*change)(Architecture&, const Shape&);
  bool lengths = false, silent = false, recompute = false;
};
const std::vector<Variant>& variants() {
  static const std::vector<Variant> all = {
      {"plain", [](Architecture&, const Shape&) {}},
      {"peephole",
       [](Architecture& architecture, const Shape&) { architecture.cell.peephole = true; }},
      // As many multiply-adds as the plain one, within a hundredth: P = H / 2 units of h, H larger.
      {"projection",
       [](Architecture& architecture, const Shape& shape) {
         architecture.hidden.assign(shape.layers, shape.name[1] == '2' ? 199 : 145);
         architecture.cell.projection = shape.hidden / 2;
       }},
      {"coupled", [](Architecture& architecture,
                     const Shape&) { architecture.cell.coupling = Coupling::input_from_forget; }},
      {"cell_clip",
       [](Architecture& architecture, const Shape&) { architecture.cell.cell_clip = 3.0; }},
      {"gate_clip",
       [](Architecture& architecture, const Shape&) { architecture.cell.gate_clip = 8.0; }},
      {"zoneout",
       [](Architecture& architecture, const Shape&) {
         architecture.cell.zoneout_c = architecture.cell.zoneout_h = 0.1;
       }},
      {"layer_norm", [](Architecture& architecture,
                        const Shape&) { architecture.cell.layer_norm = LayerNorm::ba; }},
      {"layer_norm_tflite", [](Architecture& architecture,
                               const Shape&) { architecture.cell.layer_norm = LayerNorm::tflite; }},
      {"lengths", [](Architecture&, const Shape&) {}, true},
      {"silent", [](Architecture&, const Shape&) {}, false, true},
      {"recompute", [](Architecture&, const Shape&) {}, false, false, true},
  };
  return all;
}

void run(benchmark::State& state, const Shape& shape, const Variant& variant) {
  Architecture architecture;
  architecture.input = shape.input;
  architecture.hidden.assign(shape.layers, shape.hidden);
  variant.change(architecture, shape);
  ThreadPool pool(1);
  ArrayFit fit(architecture,
               {.steps = shape.steps, .batch = shape.batch, .recompute = variant.recompute}, pool);
  fit.draw(1);
  if (variant.lengths) {  // from T down to 1
    std::vector<std::size_t> lengths;
    for (std::size_t b = 0; b < shape.batch; ++b)
      lengths.push_back(shape.steps - b * shape.steps / shape.batch);
    fit.parts().set_lengths(lengths);
  }
  if (variant.silent) {
    for (std::size_t t = 0; t < shape.steps; ++t) {
      for (std::size_t b = 0; b < shape.batch; ++b)
        std::fill_n(fit.parts().x(t, b), shape.input, 0.0f);
    }
  }
  for (auto _ : state) {
    fit.forward_backward();
    fit.update();
  }
  state.counters["gflop"] = training_flop(architecture, shape.steps, shape.batch) * 1e-9;
}

}  // namespace
}  // namespace sluice::training

int main(int argc, char** argv) {
  using namespace sluice::training;  // NOLINT(google-build-using-namespace)
  for (const Shape& shape : kShapes) {
    for (const Variant& variant : variants()) {
      const std::string name = std::string(shape.name) + "/" + variant.name;
      benchmark::RegisterBenchmark(name.c_str(), [&shape, &variant](benchmark::State& state) {
        run(state, shape, variant);
      })->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
