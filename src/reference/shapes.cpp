#include "reference/shapes.hpp"

#include <string>

#include "sluice/error.hpp"

namespace sluice::reference {
namespace {

void check_size(const std::string& name, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = name,
                                 .what = "wrong size",
                                 .expected = std::to_string(expected),
                                 .got = std::to_string(got),
                                 .hint = "it follows from the network, the steps and the batch"});
}

std::string layer_name(std::size_t l) { return "layer " + std::to_string(l); }

void check_layer(const LayerWeights& w, const std::string& name) {
  check_size(name + ", weight_ih", w.weight_ih.size(), 4 * w.hidden * w.input);
  check_size(name + ", weight_hh", w.weight_hh.size(), 4 * w.hidden * w.hidden);
  check_size(name + ", bias", w.bias.size(), 4 * w.hidden);
}

void check_network(const Network& network) {
  if (network.layers.empty()) {
    throw Error(ErrorCode::shape, {.where = "network",
                                   .what = "no layers",
                                   .expected = "at least 1",
                                   .got = "0",
                                   .hint = "add a layer"});
  }
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const LayerWeights& w = network.layers[l];
    if (l > 0) check_size(layer_name(l) + ", input", w.input, network.layers[l - 1].hidden);
    check_layer(w, layer_name(l));
  }
  const Head& head = network.head;
  check_size("head, hidden", head.hidden, network.layers.back().hidden);
  check_size("head, weight", head.weight.size(), head.output * head.hidden);
  check_size("head, bias", head.bias.size(), head.output);
}

void check_state(const std::string& name, const State& state, std::size_t size) {
  check_size(name + ".h", state.h.size(), size);
  check_size(name + ".c", state.c.size(), size);
}

}  // namespace

std::size_t state_size(const Network& network, std::size_t batch) {
  std::size_t units = 0;
  for (const LayerWeights& layer : network.layers) units += layer.hidden;
  return units * batch;
}

void check_forward(const Network& network, const std::vector<double>& x, std::size_t steps,
                   std::size_t batch, const State& first) {
  check_network(network);
  check_size("x", x.size(), steps * batch * network.layers.front().input);
  check_state("first", first, state_size(network, batch));
}

void check_backward(const Network& network, std::size_t steps, std::size_t batch,
                    const Forward& forward, const std::vector<double>& d_y, const State& d_last) {
  check_size("trace", forward.trace.size(), network.layers.size());
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    check_size(layer_name(l) + ", trace", forward.trace[l].h.size(),
               steps * batch * network.layers[l].hidden);
  }
  check_size("d_y", d_y.size(), steps * batch * network.head.output);
  check_state("d_last", d_last, state_size(network, batch));
}

}  // namespace sluice::reference
