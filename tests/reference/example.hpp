// A small network that hides no mistake: every gate of every layer has its own scale, and all sizes
// are different primes. For the tests of the reference and of what is checked against it.
#pragma once

#include <array>
#include <cstddef>
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

/// An array [4H, columns] whose four blocks of H rows are scaled each in its own way.
inline std::vector<double> gate_blocks(Random& random, std::size_t hidden, std::size_t columns) {
  std::vector<double> values = normals(random, 4 * hidden * columns);
  for (std::size_t n = 0; n < values.size(); ++n) values[n] *= kGateScales[n / (hidden * columns)];
  return values;
}

inline LayerWeights example_layer(Random& random, std::size_t input, std::size_t hidden) {
  return {input, hidden, gate_blocks(random, hidden, input), gate_blocks(random, hidden, hidden),
          gate_blocks(random, hidden, 1)};
}

/// Sizes of an example: I, then H of each layer, then O.
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
    arrays.insert(arrays.end(), {&layer.weight_ih, &layer.weight_hh, &layer.bias});
  }
  arrays.insert(arrays.end(), {&network.head.weight, &network.head.bias});
  return arrays;
}

}  // namespace sluice::reference
