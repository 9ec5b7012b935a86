// The experiments, by name.
#include "experiments/experiment.hpp"

namespace sluice::experiments {
namespace {

auto adding_of(std::size_t steps) {
  return [steps](std::size_t batch) { return adding(steps, batch); };
}
auto order_of(std::size_t length) {
  return [length](std::size_t batch) { return temporal_order(length, batch); };
}
auto copy_of(std::size_t kept, std::size_t delay) {
  return [kept, delay](std::size_t batch) { return copy_memory(kept, delay, batch); };
}

// The adding problem of 100 steps with another cell or start; all else is the same.
Experiment adding_with(std::string_view name, const CellOptions& cell, float forget_bias = 1.0f) {
  return {.name = name,
          .task = adding_of(100),
          .units = 32,
          .rate = 1e-2,
          .updates = 3000,
          .wrong_allowed = 5,
          .forget_bias = forget_bias,
          .cell = cell};
}

Experiment adding_with_cell(std::string_view name, const CellOptions& cell) {
  Experiment experiment = adding_with(name, cell);
  experiment.seeds = {1, 2};
  return experiment;
}

Experiment order_with(std::string_view name, float forget_bias) {
  return {.name = name,
          .task = order_of(100),
          .units = 32,
          .rate = 1e-2,
          .updates = 3000,
          .forget_bias = forget_bias};
}

}  // namespace

const std::vector<Experiment>& recorded() {
  static const std::vector<Experiment> list = {
      {.name = "reber",
       .task = embedded_reber,
       .units = 16,
       .rate = 1e-2,
       .updates = 6000,
       .slices = 1,
       .seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
      adding_with("adding-100", {}),
      {.name = "adding-400",
       .task = adding_of(400),
       .units = 32,
       .rate = 1e-2,
       .updates = 4000,
       .wrong_allowed = 5,
       .seeds = {1},
       .forget_bias = 5.0f},
      order_with("order-100", 5.0f),
      {.name = "copy-20",
       .task = copy_of(10, 20),
       .units = 128,
       .rate = 5e-3,
       .updates = 3000,
       .seeds = {1},
       .forget_bias = 5.0f},
      {.name = "copy-100",
       .task = copy_of(10, 100),
       .units = 64,
       .rate = 2e-2,
       .updates = 2000,
       .seeds = {1},
       .forget_bias = 5.0f},
      // The same again with one thing changed.
      adding_with("adding-100-rnn", {.kind = CellKind::rnn}),
      adding_with("adding-100-forget-0", {}, 0.0f),
      order_with("order-100-forget-1", 1.0f),
      adding_with_cell("adding-100-peephole", {.peephole = true}),
      adding_with_cell("adding-100-coupled", {.coupling = Coupling::input_from_forget}),
      adding_with_cell("adding-100-layer-norm", {.layer_norm = LayerNorm::ba}),
      adding_with_cell("adding-100-layer-norm-tflite", {.layer_norm = LayerNorm::tflite}),
  };
  return list;
}

const std::vector<Experiment>& quick() {
  static const std::vector<Experiment> list = {
      {.name = "order-50",
       .task = order_of(50),
       .units = 24,
       .rate = 1e-2,
       .updates = 600,
       .seeds = {1},
       .forget_bias = 4.0f},
      {.name = "copy-2-10",
       .task = copy_of(2, 10),
       .units = 32,
       .rate = 2e-2,
       .updates = 1500,
       .seeds = {1},
       .forget_bias = 3.0f},
  };
  return list;
}

}  // namespace sluice::experiments
