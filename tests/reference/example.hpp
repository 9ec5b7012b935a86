// Small networks that hide no mistake: every gate of every layer has its own scale, and all sizes
// are different primes. For the tests of the reference and of what is checked against it.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "reference/lstm.hpp"

namespace sluice::reference {

inline std::vector<double> normals(Random& random, std::size_t count, double scale = 1.0) {
  std::vector<double> values(count);
  for (double& value : values) value = scale * random.normal();
  return values;
}

inline constexpr std::array<double, 4> kGateScales = {0.3, 0.5, 0.9, 0.7};  // i, f, g, o

/// An array [G H, columns] whose blocks of H rows are scaled each in its own way.
inline std::vector<double> gate_blocks(Random& random, const CellOptions& cell, std::size_t hidden,
                                       std::size_t columns) {
  std::vector<double> values;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    if (!cell.has_gate(gate)) continue;
    const std::vector<double> one = normals(random, hidden * columns, kGateScales[gate]);
    values.insert(values.end(), one.begin(), one.end());
  }
  return values;
}

/// Every parameter that the options ask for, and biases; gains lie around 1.
inline LayerWeights example_layer(Random& random, std::size_t input, std::size_t hidden,
                                  const CellOptions& cell = {}) {
  LayerWeights w;
  w.input = input;
  w.hidden = hidden;
  w.state = cell.state(hidden);
  const std::size_t gates = cell.gates() * hidden;
  const auto gains = [&](std::size_t count) {
    std::vector<double> values = normals(random, count, 0.2);
    for (double& value : values) value += 1.0;
    return values;
  };
  w.weight_ih = gate_blocks(random, cell, hidden, input);
  w.weight_hh = gate_blocks(random, cell, hidden, w.state);
  w.bias = gate_blocks(random, cell, hidden, 1);
  if (cell.projection > 0) w.weight_hr = normals(random, w.state * hidden, 0.6);
  if (cell.projection_bias) w.bias_hr = normals(random, w.state, 0.3);
  if (cell.peephole) w.peephole = normals(random, cell.peepholes() * hidden, 0.5);
  if (cell.layer_norm == LayerNorm::tflite) w.norm_gates = gains(gates);
  if (cell.layer_norm != LayerNorm::ba) return w;
  w.norm_ih = gains(gates);
  w.norm_hh = gains(gates);
  w.norm_c = gains(hidden);
  w.norm_c_bias = normals(random, hidden, 0.3);
  return w;
}

/// Sizes of a plain example: I, then H of each layer, then O.
inline Network example_network(Random& random, const std::vector<std::size_t>& sizes) {
  Network network;
  for (std::size_t l = 0; l + 2 < sizes.size(); ++l) {
    network.layers.push_back(example_layer(random, sizes[l], sizes[l + 1]));
  }
  const std::size_t hidden = sizes[sizes.size() - 2];
  const std::size_t output = sizes.back();
  network.head = {hidden, output, normals(random, output * hidden, 0.6), normals(random, output)};
  return network;
}

/// Every array of parameters, in one order.
template <class N>
auto parameter_arrays(N& network) {
  std::vector<decltype(&network.head.weight)> arrays;
  for (auto& layer : network.layers) {
    for (const auto array : kLayerArrays) arrays.push_back(&(layer.*array));
  }
  arrays.insert(arrays.end(), {&network.head.weight, &network.head.bias});
  return arrays;
}

}  // namespace sluice::reference
