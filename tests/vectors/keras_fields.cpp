#include "vectors/keras_fields.hpp"

#include <algorithm>

#include "formats/gate_order.hpp"
#include "vectors/parameters.hpp"

namespace sluice::vectors {
namespace {

using formats::GateOrder;

Merge merge_named(const std::string& name, const std::string& where) {
  if (name == "concat") return Merge::concat;
  if (name == "sum") return Merge::sum;
  if (name == "ave") return Merge::mean;
  if (name == "mul") return Merge::product;
  refuse(where, "merge_mode", "concat, sum, ave or mul", name);
}

// The names under which files give a tensor of the forward and of the backward layer.
std::vector<std::string> names_of(const std::string& base, std::size_t direction) {
  std::vector<std::string> names;
  if (direction == 0) names.push_back(base);
  const std::vector<std::string> words =
      direction == 0 ? std::vector<std::string>{"forward", "fwd", "fw"}
                     : std::vector<std::string>{"backward", "bwd", "bw", "reverse"};
  for (const std::string& word : words) {
    for (const auto& [first, second] : {std::pair{&word, &base}, std::pair{&base, &word}}) {
      names.push_back(*first);
      names.back().append("_").append(*second);
    }
  }
  return names;
}

struct Weights {
  Array kernel, recurrent;
  std::optional<Array> bias;
};

// A list as get_weights() gives it: kernel, recurrent kernel, bias, then the backward layer's.
std::optional<Weights> from_list(Fields& fields, std::size_t direction, std::size_t directions) {
  if (!fields.has("weights") || !fields.at("weights").is_array()) return std::nullopt;
  const nlohmann::json& list = fields.at("weights");
  const std::size_t each = list.size() / directions;
  if (each * directions != list.size() || each < 2 || each > 3) {
    refuse(fields.where() + ".weights", "a list of weights", "2 or 3 a direction");
  }
  const auto at = [&](std::size_t j) {
    return parse_array(list[direction * each + j], fields.where() + ".weights");
  };
  Weights weights{at(0), at(1), std::nullopt};
  if (each == 3) weights.bias = at(2);
  return weights;
}

std::optional<Weights> from_names(Fields& fields, std::size_t direction) {
  const auto kernel = fields.array_of(names_of("kernel", direction));
  const auto recurrent = fields.array_of(names_of("recurrent_kernel", direction));
  const auto bias = fields.array_of(names_of("bias", direction));
  if (!kernel || !recurrent) return std::nullopt;
  return Weights{*kernel, *recurrent, bias};
}

std::optional<Weights> from_group(Fields& fields, std::size_t direction) {
  const auto key =
      fields.first_of(direction == 0 ? std::vector<std::string>{"forward", "forward_layer"}
                                     : std::vector<std::string>{"backward", "backward_layer"});
  if (!key) return std::nullopt;
  Fields group = fields.object(*key);
  auto weights = from_names(group, 0);
  group.finish();
  return weights;
}

Weights weights_of(Fields& fields, std::size_t direction, std::size_t directions) {
  if (auto found = from_names(fields, direction)) return *found;
  if (auto found = from_group(fields, direction)) return *found;
  if (auto found = from_list(fields, direction, directions)) return *found;
  if (direction == 1 &&
      fields.get<std::string>("layout").find("same weights") != std::string::npos) {
    return weights_of(fields, 0, directions);
  }
  refuse(fields.where(),
         "no weights of the " + std::string(direction == 0 ? "" : "backward ") + "layer",
         "kernel, recurrent_kernel");
}

// Mask of words, and x where the file leaves it out.
void check_words(Fields& fields, const Array& words, const std::optional<Array>& table,
                 const Array& x) {
  expect_shape(words, {x.shape[0], x.shape[1]}, fields.where() + ".tokens");
  if (!table) return;
  for (std::size_t j = 0; j < words.data.size(); ++j) {
    for (std::size_t k = 0; k < x.shape[2]; ++k) {
      const std::size_t at = static_cast<std::size_t>(words.data[j]) * table->shape[1] + k;
      if (at >= table->data.size() || table->data[at] != x.data[j * x.shape[2] + k]) {
        refuse(fields.where() + ".x", "an x that is not the embedding of the tokens");
      }
    }
  }
}

}  // namespace

ActivationFunction keras_activation(const std::string& name, KerasVersion version,
                                    const std::string& where) {
  if (name == "sigmoid") return {Activation::sigmoid};
  if (name == "tanh") return {Activation::tanh};
  if (name == "relu") return {Activation::relu};
  if (name == "linear") return {Activation::affine, 1.0, 0.0};
  if (name == "elu") return {Activation::elu, 1.0};
  if (name == "softsign") return {Activation::softsign};
  if (name == "softplus") return {Activation::softplus};
  if (name == "hard_sigmoid") {
    return {Activation::hard_sigmoid, version == KerasVersion::two ? 0.2 : 1.0 / 6.0, 0.5};
  }
  refuse(where, "an activation", "one of Keras's", name);
}

Architecture keras_architecture(Fields& config, KerasVersion version) {
  Architecture architecture;
  architecture.hidden = {config.get<std::size_t>("units")};
  CellActivations functions;
  functions.gate = keras_activation(config.get_or<std::string>("recurrent_activation", "sigmoid"),
                                    version, config.where());
  functions.candidate = functions.cell =
      keras_activation(config.get_or<std::string>("activation", "tanh"), version, config.where());
  architecture.activations = {functions, functions};
  if (config.get_or<bool>("bidirectional", false)) {
    architecture.direction = Direction::both;
    architecture.merge =
        merge_named(config.get_or<std::string>("merge_mode", "concat"), config.where());
  } else if (config.get_or<bool>("go_backwards", false)) {
    architecture.direction = Direction::reverse;
  }
  // Of the initialisation and of the way it is computed: the weights and sums are the same.
  for (const char* key : {"unit_forget_bias", "unroll", "return_state", "time_major"}) {
    config.get_or<bool>(key, false);
  }
  config.get_or<int>("implementation", 1);
  for (const char* key : {"dropout", "recurrent_dropout"}) {
    if (config.get_or<double>(key, 0.0) != 0.0) refuse(config.where(), key, "0");
  }
  return architecture;
}

Doubles keras_parameters(Architecture& architecture, Fields& fields, const Doubles& head) {
  const std::size_t hidden = architecture.hidden[0], directions = architecture.directions();
  std::vector<Weights> weights;
  for (std::size_t d = 0; d < directions; ++d) weights.push_back(weights_of(fields, d, directions));
  architecture.input = weights[0].kernel.shape[0];
  architecture.biases = weights[0].bias ? 1 : 0;
  Parameters parameters(architecture, fields.where());
  const auto ours = [&](const Array& theirs, std::size_t columns) {
    return formats::gates_to_ours(GateOrder::keras, theirs.data,
                                  {hidden, columns, architecture.cell});
  };
  for (std::size_t d = 0; d < directions; ++d) {
    expect_shape(weights[d].kernel, {architecture.input, 4 * hidden}, fields.where() + ".kernel");
    expect_shape(weights[d].recurrent, {hidden, 4 * hidden}, fields.where() + ".recurrent_kernel");
    parameters.set(Role::weight_ih, 0, d, ours(weights[d].kernel, architecture.input));
    parameters.set(Role::weight_hh, 0, d, ours(weights[d].recurrent, hidden));
    if (!weights[d].bias) continue;
    expect_shape(*weights[d].bias, {4 * hidden}, fields.where() + ".bias");
    parameters.set(Role::bias_ih, 0, d, ours(*weights[d].bias, 1));
  }
  if (architecture.output > 0) {
    const std::size_t inputs = architecture.layer_output(0) * architecture.output;
    const auto middle = head.begin() + static_cast<std::ptrdiff_t>(inputs);
    parameters.set(Role::head_weight, 0, 0, {head.begin(), middle});
    parameters.set(Role::head_bias, 0, 0, {middle, head.end()});
  }
  return parameters.take();
}

void read_keras_input(Fields& fields, Fields& config, Case& made) {
  const Array x = fields.array("x");
  if (x.shape.size() != 3) refuse(fields.where() + ".x", "an x that has not 3 dimensions");
  made.batch = x.shape[0];
  made.steps = x.shape[1];
  made.x = swap_first_two(x.data, made.batch, made.steps);
  expect_shape(x, {made.batch, made.steps, made.architecture.input}, fields.where() + ".x");
  const auto tokens = fields.array_of({"tokens"});
  const auto table = fields.array_of({"embedding"});
  if (tokens) check_words(fields, *tokens, table, x);
  if (config.has("embedding")) {
    Fields embedding = config.object("embedding");
    embedding.get_or<std::size_t>("input_dim", 0);
    embedding.get_or<std::size_t>("output_dim", 0);
    embedding.get_or<bool>("mask_zero", false);
    embedding.get_or<std::string>("init", "");
    embedding.finish();
  }
  if (!fields.has("mask")) return;
  const Array mask = fields.array("mask");
  expect_shape(mask, {made.batch, made.steps}, fields.where() + ".mask");
  for (std::size_t j = 0; tokens && j < mask.data.size(); ++j) {
    if ((mask.data[j] != 0.0) != (tokens->data[j] != 0.0)) {
      refuse(fields.where() + ".mask", "a mask that is not where the tokens are 0");
    }
  }
  for (const double value : swap_first_two(mask.data, made.batch, made.steps)) {
    made.mask.push_back(value != 0.0 ? 1 : 0);
  }
}

}  // namespace sluice::vectors
