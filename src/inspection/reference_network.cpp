#include "inspection/reference_network.hpp"

namespace sluice::inspection {

using Values = std::vector<double>;

Values* reference_array(reference::LayerWeights& weights, Role role) {
  switch (role) {
    case Role::weight_ih:
      return &weights.weight_ih;
    case Role::weight_hh:
      return &weights.weight_hh;
    case Role::bias_ih:
    case Role::bias_hh:
      return &weights.bias;
    case Role::weight_hr:
      return &weights.weight_hr;
    case Role::bias_hr:
      return &weights.bias_hr;
    case Role::peephole:
      return &weights.peephole;
    case Role::norm_ih:
      return &weights.norm_ih;
    case Role::norm_hh:
      return &weights.norm_hh;
    case Role::norm_gates:
      return &weights.norm_gates;
    case Role::norm_c:
      return &weights.norm_c;
    case Role::norm_c_bias:
      return &weights.norm_c_bias;
    case Role::initial_h:
    case Role::initial_c:
    case Role::head_weight:
    case Role::head_bias:
      break;  // not part of a layer
  }
  return nullptr;
}

reference::Network reference_network(const Architecture& arch, std::span<const float> parameters) {
  reference::Network made{.cell = arch.cell,
                          .activations = arch.activations,
                          .direction = arch.direction,
                          .merge = arch.merge,
                          .residual = arch.residual,
                          .layers = {},
                          .head = {}};
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    for (std::size_t d = 0; d < arch.directions(); ++d) {
      reference::LayerWeights& weights = made.layers.emplace_back();
      weights.input = arch.layer_input(layer);
      weights.hidden = arch.hidden[layer];
      weights.state = arch.state(layer);
    }
  }
  for (const Parameter& parameter : parameter_list(arch)) {
    const float* from = parameters.data() + parameter.offset;
    const Values values(from, from + parameter.count);
    if (parameter.role == Role::head_weight) {
      made.head = {parameter.hidden, arch.output, values, {}};
    } else if (parameter.role == Role::head_bias) {
      made.head.bias = values;
    } else if (Values* array = reference_array(
                   made.layers[parameter.layer * arch.directions() + parameter.direction],
                   parameter.role)) {
      if (array->empty()) array->assign(values.size(), 0.0);
      for (std::size_t j = 0; j < values.size(); ++j) (*array)[j] += values[j];
    }
  }
  return made;
}

reference::State reference_start(const Architecture& arch, std::span<const float> parameters,
                                 std::size_t batch) {
  reference::State start;
  const auto add = [&](Values& to, const Parameter& parameter) {
    const float* from = parameters.data() + parameter.offset;
    for (std::size_t b = 0; b < batch; ++b) to.insert(to.end(), from, from + parameter.count);
  };
  for (const Parameter& parameter : parameter_list(arch)) {
    if (parameter.role == Role::initial_h) add(start.h, parameter);
    if (parameter.role == Role::initial_c) add(start.c, parameter);
  }
  const reference::State zeros =
      reference::zero_state(reference_network(arch, {parameters}), batch);
  if (start.h.empty()) start.h = zeros.h;
  if (start.c.empty()) start.c = zeros.c;
  return start;
}

}  // namespace sluice::inspection
