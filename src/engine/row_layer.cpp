#include "engine/row_layer.hpp"

#include "engine/network.hpp"

namespace sluice::engine {

RowLayer row_layer(const Network& network, std::size_t layer) {
  const Architecture& architecture = network.architecture();
  const kernels::KernelTable& kernels = network.kernels();
  const std::size_t hidden = architecture.hidden[layer];
  const auto rows_of = [&](Role role, std::size_t inner, float largest) {
    const float* weights = network.tensor(role, layer);
    return kernels::RowWeights(hidden, inner, kernels,
                               [=](std::size_t gate, std::size_t unit) {
                                 return weights + (gate * hidden + unit) * inner;
                               },
                               network.storage().weights,
                               {network.scales(role, layer), largest / kernels::kActivationSteps});
  };
  // h = o tanh(c) is never larger than 1.
  const float largest_x = layer == 0 ? network.storage().largest_input : 1.0f;
  RowLayer made{rows_of(Role::weight_ih, architecture.layer_input(layer), largest_x),
                rows_of(Role::weight_hh, hidden, 1.0f),
                {}};
  made.bias.resize(made.r.places());
  for (const Role role : {Role::bias_ih, Role::bias_hh}) {
    const float* bias = network.tensor(role, layer);
    if (bias == nullptr) continue;
    for (std::size_t gate = 0; gate < 4; ++gate) {
      for (std::size_t unit = 0; unit < hidden; ++unit)
        made.bias[made.r.place(gate, unit)] += bias[gate * hidden + unit];
    }
  }
  return made;
}

}  // namespace sluice::engine
