// A random network and rows for it, and what a run over whole sequences makes of them.
#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "engine/engine_run.hpp"
#include "engine/run.hpp"
#include "quantization/quantize.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

struct Named {
  std::string name;
  Architecture architecture;
  kernels::WeightType weights = kernels::WeightType::f32;
};

/// The network with its weights stored so; int8: of inputs up to `largest_input`.
inline engine::Network stored(const engine::Network& network, kernels::WeightType weights,
                              float largest_input) {
  switch (weights) {
    case kernels::WeightType::f16:
      return quantization::to_f16(network);
    case kernels::WeightType::int8:
      return quantization::to_int8(network, {.largest_input = largest_input});
    case kernels::WeightType::f32:
      break;
  }
  return network;
}

struct Problem {
  std::shared_ptr<const StreamModel> model;
  std::size_t steps;
  std::vector<float> x;  // [T, I]

  Problem(const Named& named, std::size_t steps_, std::uint64_t seed,
          const kernels::KernelTable& table = kernels::chosen())
      : steps(steps_) {
    Random random(seed);
    engine::Network network(named.architecture, table);
    network.set_parameters(engine::random_parameters(named.architecture, random));
    // Rows below reach beyond 2: some are cut.
    model = std::make_shared<StreamModel>(
        std::make_shared<engine::Network>(stored(network, named.weights, 2.0f)));
    for (std::size_t n = 0; n < steps * model->inputs(); ++n)
      x.push_back(static_cast<float>(random.normal()));
  }

  Problem(const Architecture& architecture, std::size_t steps_, std::uint64_t seed)
      : Problem(Named{"", architecture}, steps_, seed) {}

  std::size_t outputs() const { return model->outputs(); }
  std::span<const float> row(std::size_t t) const {
    return std::span(x).subspan(t * model->inputs(), model->inputs());
  }

  /// y [T, O] of some steps from a state, which goes on to the last one.
  std::vector<float> whole(std::size_t first, std::size_t count, State& state) const {
    const std::size_t inputs = model->inputs();
    return engine::run(
        model->network(),
        {.x = std::span(x).subspan(first * inputs, count * inputs), .batch = 1, .steps = count},
        state);
  }
  std::vector<float> whole() const {
    State state;
    return whole(0, steps, state);
  }
};

/// Plain stacks, which run row by row on kernels of their own, one of each option, and both with
/// smaller weights.
inline std::vector<Named> architectures() {
  const Architecture base{.input = 3, .hidden = {13, 5}, .output = 2, .biases = 2};
  std::vector<Named> list = {
      {"plain", base},
      {"one layer", {.input = 1, .hidden = {20}, .output = 1}},
      {"three layers", {.input = 7, .hidden = {37, 64, 17}, .output = 19}},
      {"no head", {.input = 2, .hidden = {11, 100}, .output = 0}},
      {"no bias", {.input = 2, .hidden = {33}, .output = 3, .biases = 0}},
  };
  const auto with = [&](const char* name, auto change) {
    list.push_back({name, base});
    change(list.back().architecture);
  };
  with("learned state", [](Architecture& architecture) { architecture.learned_state = true; });
  with("peephole", [](Architecture& architecture) { architecture.cell.peephole = true; });
  with("coupled", [](Architecture& architecture) {
    architecture.cell.coupling = Coupling::input_from_forget;
  });
  with("projection", [](Architecture& architecture) { architecture.cell.projection = 4; });
  with("cell clip", [](Architecture& architecture) { architecture.cell.cell_clip = 0.4; });
  with("gate clip", [](Architecture& architecture) { architecture.cell.gate_clip = 0.6; });
  with("zoneout", [](Architecture& architecture) {
    architecture.cell.zoneout_c = architecture.cell.zoneout_h = 0.2;
  });
  with("layer norm ba",
       [](Architecture& architecture) { architecture.cell.layer_norm = LayerNorm::ba; });
  with("layer norm tflite",
       [](Architecture& architecture) { architecture.cell.layer_norm = LayerNorm::tflite; });
  with("rnn", [](Architecture& architecture) { architecture.cell.kind = CellKind::rnn; });
  with("residual", [](Architecture& architecture) {
    architecture.hidden = {13, 13};
    architecture.residual = true;
  });
  const auto smaller = [&](std::size_t number, kernels::WeightType weights, const char* name) {
    list.push_back({list[number].name + ", " + name, list[number].architecture, weights});
  };
  for (const std::size_t number : {0, 2, 5}) {
    smaller(number, kernels::WeightType::int8, "int8");
    smaller(number, kernels::WeightType::f16, "f16");
  }
  smaller(3, kernels::WeightType::int8, "int8");
  smaller(6, kernels::WeightType::f16, "f16");
  return list;
}

/// Whether rows [count] of `width` floats from `at` on are those of `b`, bit for bit.
inline ::testing::AssertionResult same_rows(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size())
    return ::testing::AssertionFailure() << a.size() << " values against " << b.size();
  for (std::size_t n = 0; n < a.size(); ++n) {
    if (std::bit_cast<std::uint32_t>(a[n]) != std::bit_cast<std::uint32_t>(b[n]))
      return ::testing::AssertionFailure() << "value " << n << ": " << a[n] << " against " << b[n];
  }
  return ::testing::AssertionSuccess();
}

}  // namespace sluice::streaming
