// Every option of the LSTM as a change of one random problem, for tests that compare what the
// engine makes of it with the reference.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/engine_run.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {

struct Variant {
  std::string name;
  std::function<void(Problem&, Architecture&)> apply;
};

inline Variant of_cell(const std::string& name, std::function<void(CellOptions&)> apply) {
  return {name, [apply](Problem&, Architecture& architecture) { apply(architecture.cell); }};
}

inline Variant of_activation(const std::string& name, ActivationFunction CellActivations::*place,
                             ActivationFunction function) {
  return {name, [=](Problem&, Architecture& architecture) {
            architecture.activations[0].*place = function;
            // The other direction's is another, so that they cannot be mistaken for one another.
            if (architecture.direction == Direction::both)
              architecture.activations[1].*place = {Activation::softsign, 0.0, 0.0};
          }};
}

// Directions first, because what follows looks at them.
inline std::vector<Variant> variants() {
  std::vector<Variant> all = {
      {"reverse",
       [](Problem&, Architecture& architecture) { architecture.direction = Direction::reverse; }},
      {"both",
       [](Problem&, Architecture& architecture) { architecture.direction = Direction::both; }},
  };
  for (const Merge merge : {Merge::sum, Merge::mean, Merge::product}) {
    all.push_back({"merge " + std::to_string(static_cast<int>(merge)),
                   [merge](Problem&, Architecture& architecture) {
                     architecture.direction = Direction::both;
                     architecture.merge = merge;
                   }});
  }
  all.push_back(of_cell("peephole", [](CellOptions& c) { c.peephole = true; }));
  all.push_back(
      of_cell("i = 1 - f", [](CellOptions& c) { c.coupling = Coupling::input_from_forget; }));
  all.push_back(
      of_cell("f = 1 - i", [](CellOptions& c) { c.coupling = Coupling::forget_from_input; }));
  all.push_back(of_cell("norm ba", [](CellOptions& c) { c.layer_norm = LayerNorm::ba; }));
  all.push_back(of_cell("norm tflite", [](CellOptions& c) { c.layer_norm = LayerNorm::tflite; }));
  all.push_back(of_cell("projection", [](CellOptions& c) { c.projection = 3; }));
  all.push_back(of_cell("projection, bias, clip", [](CellOptions& c) {
    c.projection = 3;
    c.projection_bias = true;
    c.projection_clip = 0.11;
  }));
  all.push_back(of_cell("gate clip", [](CellOptions& c) { c.gate_clip = 0.6; }));
  all.push_back(of_cell("cell clip", [](CellOptions& c) { c.cell_clip = 0.35; }));
  all.push_back(of_cell("zoneout c", [](CellOptions& c) { c.zoneout_c = 0.3; }));
  all.push_back(of_cell("zoneout h", [](CellOptions& c) { c.zoneout_h = 0.2; }));
  all.push_back(of_cell("recurrent dropout", [](CellOptions& c) { c.recurrent_dropout = 0.3; }));
  all.push_back(of_cell("variational", [](CellOptions& c) { c.variational_dropout = 0.4; }));
  all.push_back(of_cell("drop connect", [](CellOptions& c) { c.drop_connect = 0.25; }));
  all.push_back(of_cell("rnn", [](CellOptions& c) { c.kind = CellKind::rnn; }));
  all.push_back(
      {"no biases", [](Problem&, Architecture& architecture) { architecture.biases = 0; }});
  all.push_back(
      {"two biases", [](Problem&, Architecture& architecture) { architecture.biases = 2; }});
  all.push_back(
      {"residual", [](Problem&, Architecture& architecture) { architecture.residual = true; }});
  all.push_back({"learned state",
                 [](Problem&, Architecture& architecture) { architecture.learned_state = true; }});
  all.push_back({"no head", [](Problem&, Architecture& architecture) { architecture.output = 0; }});
  all.push_back({"lengths", [](Problem& p, Architecture&) { p.lengths = {5, 0, 7}; }});
  all.push_back({"short lengths", [](Problem& p, Architecture&) { p.lengths = {2, 5, 3}; }});
  all.push_back({"mask", [](Problem& p, Architecture&) {
                   p.mask.assign(7 * 3, 1);
                   for (const std::size_t at : {0, 4, 7, 10, 12, 20}) p.mask[at] = 0;
                 }});
  const auto gate = &CellActivations::gate;
  const auto candidate = &CellActivations::candidate;
  const auto cell = &CellActivations::cell;
  all.push_back(of_activation("gate hard sigmoid", gate, {Activation::hard_sigmoid, 0.2, 0.5}));
  all.push_back(of_activation("gate affine", gate, {Activation::affine, 0.4, 0.3}));
  all.push_back(of_activation("candidate relu", candidate, {Activation::relu, 0, 0}));
  all.push_back(of_activation("candidate leaky", candidate, {Activation::leaky_relu, -0.2, 0}));
  all.push_back(
      of_activation("candidate thresholded", candidate, {Activation::thresholded_relu, 0.1, 0}));
  all.push_back(of_activation("candidate elu", candidate, {Activation::elu, 0.7, 0}));
  all.push_back(of_activation("cell scaled tanh", cell, {Activation::scaled_tanh, 1.3, 0.6}));
  all.push_back(of_activation("cell softsign", cell, {Activation::softsign, 0, 0}));
  // Not of a gate: with a peephole that cell grows faster than any power.
  all.push_back(of_activation("cell softplus", cell, {Activation::softplus, 0, 0}));
  all.push_back(of_activation("cell sigmoid", cell, {Activation::sigmoid, 0, 0}));
  return all;
}

inline Problem make(const std::vector<const Variant*>& chosen, std::uint64_t seed) {
  // 20 units end in half a vector, of 8 lanes and of 16.
  const Shape shape{{.input = 5, .hidden = {20, 20}, .output = 2, .biases = 1}, 7, 3};
  Problem plain(shape, seed);
  Architecture& architecture = plain.shape.architecture;
  for (const Variant* variant : chosen) variant->apply(plain, architecture);
  Problem made(plain.shape, seed);
  made.lengths = plain.lengths;
  made.mask = plain.mask;
  return made;
}

inline bool allowed(const Problem& problem) {
  const Architecture& architecture = problem.shape.architecture;
  try {
    check(architecture);
    return true;
  } catch (const Error&) {
    return false;
  }
}

inline bool near_a_kink(const Problem& problem) {
  const Architecture& architecture = problem.shape.architecture;
  const reference::Network truth = reference_network(architecture, problem.parameters);
  const reference::Forward run = reference::forward(truth, problem.input(), problem.first);
  return reference::distance_to_kink(truth, problem.input(), run) < 1e-5;
}

}  // namespace sluice::engine
