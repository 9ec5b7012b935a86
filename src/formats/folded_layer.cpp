#include "formats/folded_layer.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

// W A, [G H, inputs]
void multiply(std::span<const float> w, std::size_t inner, const LayerBefore& layer, float* to) {
  for (std::size_t row = 0; row < w.size() / inner; ++row) {
    for (std::size_t column = 0; column < layer.inputs; ++column) {
      double sum = 0.0;
      for (std::size_t k = 0; k < inner; ++k)
        sum += static_cast<double>(w[row * inner + k]) * layer.weight[k * layer.inputs + column];
      *to++ = static_cast<float>(sum);
    }
  }
}

// b += W a
void shift(std::span<const float> w, std::size_t inner, const LayerBefore& layer, float* bias) {
  for (std::size_t row = 0; row < w.size() / inner; ++row) {
    double sum = static_cast<double>(bias[row]);
    for (std::size_t k = 0; k < inner; ++k)
      sum += static_cast<double>(w[row * inner + k]) * layer.bias[k];
    bias[row] = static_cast<float>(sum);
  }
}

// The values of a parameter; empty if the network has none of that name.
std::span<const float> values(const engine::Network& network, const std::string& name) {
  for (const Parameter& parameter : network.list()) {
    if (parameter.name == name)
      return network.parameters().subspan(parameter.offset, parameter.count);
  }
  return {};
}

std::span<const float> first_weights(const engine::Network& network, std::size_t direction) {
  return values(network, direction == 0 ? "weight_ih_l0" : "weight_ih_l0_reverse");
}

}  // namespace

engine::Network with_layer_before(const engine::Network& network, const LayerBefore& layer) {
  Architecture architecture = network.architecture();
  const std::size_t inner = architecture.input;
  if (layer.weight.size() != inner * layer.inputs ||
      (!layer.bias.empty() && layer.bias.size() != inner)) {
    throw Error(ErrorCode::internal, {.what = "a layer that does not fit before the network"});
  }
  architecture.input = layer.inputs;
  if (!layer.bias.empty() && architecture.biases == 0) architecture.biases = 1;
  engine::Network made(architecture);
  std::vector<float> parameters(made.count(), 0.0f);
  for (const Parameter& parameter : made.list()) {
    float* to = parameters.data() + parameter.offset;
    const std::span<const float> old = values(network, parameter.name);
    const bool first = parameter.layer == 0;
    if (parameter.role == Role::weight_ih && first) {
      multiply(old, inner, layer, to);
      continue;
    }
    std::copy(old.begin(), old.end(), to);
    if (parameter.role == Role::bias_ih && first && !layer.bias.empty())
      shift(first_weights(network, parameter.direction), inner, layer, to);
  }
  made.set_parameters(parameters);
  return made;
}

}  // namespace sluice::formats
