// Reads the recordings in tests/gold and their like in ../shared/vectors: JSON files in which
// PyTorch's arrays are {"shape": [..], "data": [..]} under PyTorch's names.
#pragma once

#include <cstddef>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

/// PyTorch's parameters by name, flattened: weight_ih_l0 .. bias_hh_l1, head.weight, head.bias.
using Tensors = std::map<std::string, std::vector<double>>;

inline nlohmann::json read_json(const std::string& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

inline std::vector<double> data(const nlohmann::json& array) {
  return array.at("data").get<std::vector<double>>();
}

inline Tensors tensors(const nlohmann::json& object) {
  Tensors result;
  for (const auto& [name, array] : object.items()) result[name] = data(array);
  return result;
}

/// Layer l with the sum of PyTorch's two biases, or zeros where it has none.
inline LayerWeights layer_of(const Tensors& parameters, std::size_t l) {
  const std::string suffix = "_l" + std::to_string(l);
  LayerWeights layer;
  layer.weight_ih = parameters.at("weight_ih" + suffix);
  layer.weight_hh = parameters.at("weight_hh" + suffix);
  while (4 * layer.hidden * layer.hidden < layer.weight_hh.size()) ++layer.hidden;
  layer.state = layer.hidden;
  layer.input = layer.weight_ih.size() / (4 * layer.hidden);
  layer.bias.assign(4 * layer.hidden, 0.0);
  if (parameters.count("bias_ih" + suffix) == 0) return layer;
  for (std::size_t n = 0; n < layer.bias.size(); ++n) {
    layer.bias[n] = parameters.at("bias_ih" + suffix)[n] + parameters.at("bias_hh" + suffix)[n];
  }
  return layer;
}

/// All layers, and a head where there is one. Else y is h.
inline Network network_of(const Tensors& parameters) {
  Network network;
  while (parameters.count("weight_ih_l" + std::to_string(network.layers.size())) > 0) {
    network.layers.push_back(layer_of(parameters, network.layers.size()));
  }
  const std::size_t hidden = network.layers.back().hidden;
  if (parameters.count("head.weight") > 0) {
    network.head = {hidden, parameters.at("head.bias").size(), parameters.at("head.weight"),
                    parameters.at("head.bias")};
  }
  return network;
}

/// Gradients under PyTorch's names: both biases get the gradient of their sum.
inline Tensors named_gradients(const Network& d) {
  Tensors result;
  for (std::size_t l = 0; l < d.layers.size(); ++l) {
    const std::string suffix = "_l" + std::to_string(l);
    result["weight_ih" + suffix] = d.layers[l].weight_ih;
    result["weight_hh" + suffix] = d.layers[l].weight_hh;
    result["bias_ih" + suffix] = d.layers[l].bias;
    result["bias_hh" + suffix] = d.layers[l].bias;
  }
  result["head.weight"] = d.head.weight;
  result["head.bias"] = d.head.bias;
  return result;
}

}  // namespace sluice::reference
