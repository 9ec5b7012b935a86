// The reference as a Machine: flat parameters into its layers, its gradients back into flat ones.
#include "reference/lstm.hpp"
#include "vectors/machine.hpp"

namespace sluice::vectors {
namespace {

// Where the reference keeps a tensor. Two biases share one place: it knows their sum alone.
Doubles& place(reference::Network& in, const Parameter& parameter) {
  if (parameter.role == Role::head_weight) return in.head.weight;
  if (parameter.role == Role::head_bias) return in.head.bias;
  reference::LayerWeights& layer =
      in.layers[parameter.layer * in.directions() + parameter.direction];
  switch (parameter.role) {
    case Role::weight_ih:
      return layer.weight_ih;
    case Role::weight_hh:
      return layer.weight_hh;
    case Role::bias_ih:
    case Role::bias_hh:
      return layer.bias;
    case Role::weight_hr:
      return layer.weight_hr;
    case Role::bias_hr:
      return layer.bias_hr;
    case Role::peephole:
      return layer.peephole;
    case Role::norm_gates:
      return layer.norm_gates;
    case Role::norm_ih:
    case Role::norm_hh:
    case Role::norm_c:
    case Role::norm_c_bias:
    case Role::initial_h:
    case Role::initial_c:
    case Role::head_weight:
    case Role::head_bias:
      break;
  }
  refuse(parameter.name, "a tensor that no published case has");
}

reference::Network empty_network(const Architecture& architecture) {
  reference::Network made;
  made.cell = architecture.cell;
  made.activations = architecture.activations;
  made.direction = architecture.direction;
  made.merge = architecture.merge;
  made.residual = architecture.residual;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    for (std::size_t d = 0; d < architecture.directions(); ++d) {
      reference::LayerWeights weights;
      weights.input = architecture.layer_input(layer);
      weights.hidden = architecture.hidden[layer];
      weights.state = architecture.state(layer);
      made.layers.push_back(std::move(weights));
    }
  }
  if (architecture.output > 0) {
    made.head.hidden = architecture.layer_output(architecture.layers() - 1);
    made.head.output = architecture.output;
  }
  return made;
}

class ReferenceMachine : public Machine {
 public:
  explicit ReferenceMachine(const Architecture& architecture)
      : list_(parameter_list(architecture)), empty_(empty_network(architecture)) {}

  void set_parameters(const Doubles& parameters) override {
    network_ = empty_;
    for (const Parameter& one : list_) {
      Doubles& values = place(network_, one);
      values.resize(one.count, 0.0);
      for (std::size_t j = 0; j < one.count; ++j) values[j] += parameters[one.offset + j];
    }
  }

  Outcome forward(const Sequences& sequences) override {
    input_ = {sequences.x, sequences.steps, sequences.batch, sequences.lengths, sequences.mask, {}};
    first_ = state(sequences.first_h, sequences.first_c);
    forward_ = reference::forward(network_, input_, first_);
    return {forward_.y, forward_.last.h, forward_.last.c};
  }

  InputGradient backward(const OutputGradient& d) override {
    const reference::Backward back =
        reference::backward(network_, input_, first_, forward_, d.y, state(d.h, d.c));
    InputGradient made{{}, back.d_x, back.d_first.h, back.d_first.c};
    reference::Network d_weights = back.d_weights;
    for (const Parameter& one : list_) {
      const Doubles& values = place(d_weights, one);
      made.parameters.insert(made.parameters.end(), values.begin(), values.end());
    }
    return made;
  }

 private:
  reference::State state(const Doubles& h, const Doubles& c) const {
    reference::State made = reference::zero_state(network_, input_.batch);
    if (!h.empty()) made.h = h;
    if (!c.empty()) made.c = c;
    return made;
  }

  std::vector<Parameter> list_;
  reference::Network empty_, network_;
  reference::Input input_;
  reference::State first_;
  reference::Forward forward_;
};

}  // namespace

std::unique_ptr<Machine> reference_machine(const Architecture& architecture) {
  return std::make_unique<ReferenceMachine>(architecture);
}

Outcome run_reference(const Case& test_case) {
  const auto machine = reference_machine(test_case.architecture);
  machine->set_parameters(test_case.parameters);
  Sequences sequences = test_case;
  Outcome outcome;
  for (std::size_t call = 0; call < test_case.calls; ++call) {
    outcome = machine->forward(sequences);
    sequences.first_h = outcome.h;
    sequences.first_c = outcome.c;
  }
  return outcome;
}

}  // namespace sluice::vectors
