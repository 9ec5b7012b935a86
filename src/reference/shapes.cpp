// Shape checks of the reference's arguments, and their error messages. Only sizes, lengths and
// options are checked, no other values.
#include "reference/shapes.hpp"

#include <string>

#include "sluice/error.hpp"

namespace sluice::reference {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& what,
                         const std::string& expected, const std::string& got,
                         const std::string& hint) {
  throw Error(ErrorCode::shape,
              {.where = where, .what = what, .expected = expected, .got = got, .hint = hint});
}

void check_size(const std::string& name, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  refuse(name, "wrong size", std::to_string(expected), std::to_string(got),
         "it follows from the network, the steps and the batch");
}

void check_optional(const std::string& name, std::size_t got, std::size_t expected) {
  if (got > 0) check_size(name, got, expected);
}

// Names the n-th entry of Network::layers.
std::string layer_name(const Network& network, std::size_t n) {
  const std::string name = "layer " + std::to_string(n / network.directions());
  return n % network.directions() == 1 ? name + " reverse" : name;
}

std::size_t width_of(const Network& network, const LayerWeights& w) {
  return network.directions() == 2 && network.merge == Merge::concat ? 2 * w.state : w.state;
}

void check_layer(const CellOptions& cell, const LayerWeights& w, const std::string& name) {
  const std::size_t gates = cell.gates() * w.hidden;
  const bool ba = cell.layer_norm == LayerNorm::ba;
  const auto size = [&](const char* array, const std::vector<double>& values, bool there,
                        std::size_t count) {
    check_size(name + ", " + array, values.size(), there ? count : 0);
  };
  check_size(name + ", state", w.state, cell.state(w.hidden));
  size("weight_ih", w.weight_ih, true, gates * w.input);
  size("weight_hh", w.weight_hh, true, gates * w.state);
  size("bias", w.bias, !w.bias.empty(), gates);
  size("weight_hr", w.weight_hr, cell.projection > 0, w.state * w.hidden);
  size("bias_hr", w.bias_hr, cell.projection_bias, w.state);
  size("peephole", w.peephole, cell.peephole, cell.peepholes() * w.hidden);
  size("norm_ih", w.norm_ih, ba, gates);
  size("norm_hh", w.norm_hh, ba, gates);
  size("norm_gates", w.norm_gates, cell.layer_norm == LayerNorm::tflite, gates);
  size("norm_c", w.norm_c, ba, w.hidden);
  size("norm_c_bias", w.norm_c_bias, ba, w.hidden);
}

void check_network(const Network& network) {
  const std::size_t directions = network.directions();
  if (network.layers.empty()) refuse("network", "no layers", "at least 1", "0", "add a layer");
  if (network.layers.size() % directions != 0) {
    refuse("network", "a direction is missing", "two entries a layer",
           std::to_string(network.layers.size()), "add the last layer's reverse direction");
  }
  for (std::size_t n = 0; n < network.layers.size(); ++n) {
    const LayerWeights& w = network.layers[n];
    const std::string name = layer_name(network, n);
    check(network.cell, w.hidden);
    check_layer(network.cell, w, name);
    if (n % directions == 1) {
      check_size(name + ", input", w.input, network.layers[n - 1].input);
      check_size(name + ", hidden", w.hidden, network.layers[n - 1].hidden);
    }
    if (n < directions) continue;
    const std::size_t below = width_of(network, network.layers[n - directions]);
    check_size(name + ", input", w.input, below);
    if (network.residual) check_size(name + ", residual output", width_of(network, w), below);
  }
  const Head& head = network.head;
  if (head.output > 0) check_size("head, hidden", head.hidden, layers_width(network));
  check_size("head, weight", head.weight.size(), head.output * head.hidden);
  check_size("head, bias", head.bias.size(), head.output);
}

void check_noise(const Network& network, const Input& input) {
  check_optional("noise", input.noise.size(), network.layers.size());
  const std::size_t rows = input.steps * input.batch;
  for (std::size_t n = 0; n < input.noise.size(); ++n) {
    const Noise& noise = input.noise[n];
    const LayerWeights& w = network.layers[n];
    const std::string name = layer_name(network, n) + ", ";
    check_optional(name + "zone_c", noise.zone_c.size(), rows * w.hidden);
    check_optional(name + "zone_h", noise.zone_h.size(), rows * w.state);
    check_optional(name + "keep_g", noise.keep_g.size(), rows * w.hidden);
    check_optional(name + "keep_h", noise.keep_h.size(), input.batch * w.state);
    check_optional(name + "keep_x", noise.keep_x.size(), input.batch * w.input);
    check_optional(name + "keep_r", noise.keep_r.size(), w.weight_hh.size());
  }
}

void check_input(const Network& network, const Input& input) {
  check_size("x", input.x.size(), input.steps * input.batch * network.layers.front().input);
  check_optional("lengths", input.lengths.size(), input.batch);
  check_optional("mask", input.mask.size(), input.steps * input.batch);
  for (std::size_t b = 0; b < input.lengths.size(); ++b) {
    if (input.lengths[b] <= input.steps) continue;
    refuse("lengths[" + std::to_string(b) + "]", "longer than the array",
           "0 to " + std::to_string(input.steps), std::to_string(input.lengths[b]),
           "a length counts the steps of its sequence");
  }
  check_noise(network, input);
}

void check_state(const std::string& name, const State& state, const State& like) {
  check_size(name + ".h", state.h.size(), like.h.size());
  check_size(name + ".c", state.c.size(), like.c.size());
}

}  // namespace

std::size_t layers_width(const Network& network) {
  return width_of(network, network.layers.back());
}

void check_forward(const Network& network, const Input& input, const State& first) {
  check_network(network);
  check_input(network, input);
  check_state("first", first, zero_state(network, input.batch));
}

void check_backward(const Network& network, const Input& input, const Forward& forward,
                    const std::vector<double>& d_y, const State& d_last) {
  if (input.change) {
    throw Error(ErrorCode::usage,
                {.what = "a run that was changed from outside has no backward pass",
                 .expected = "an input without changes"});
  }
  const std::size_t rows = input.steps * input.batch;
  check_size("trace", forward.trace.size(), network.layers.size());
  for (std::size_t n = 0; n < network.layers.size(); ++n) {
    check_size(layer_name(network, n) + ", trace", forward.trace[n].h.size(),
               rows * network.layers[n].state);
  }
  check_size("d_y", d_y.size(), rows * output_width(network));
  check_state("d_last", d_last, zero_state(network, input.batch));
}

}  // namespace sluice::reference
