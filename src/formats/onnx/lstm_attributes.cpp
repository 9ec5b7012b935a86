// Parses the attributes of an LSTM node.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

#include "formats/onnx/lstm.hpp"
#include "formats/quotes.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

[[noreturn]] void fail(const Node& node, const std::string& attribute, std::string what,
                       std::string expected, std::string got, std::string hint = "") {
  throw Error(ErrorCode::model, {.where = node.where + ", attribute " + in_quotes(attribute),
                                 .what = std::move(what),
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .hint = std::move(hint)});
}

// An activation function of ONNX's table, whether it takes alpha and beta, and their defaults: ONNX
// Runtime's rnn_helpers.cc.
struct FunctionRow {
  std::string_view name;
  Activation kind;
  bool takes_alpha, takes_beta;
  float alpha, beta;
};

constexpr FunctionRow kFunctions[] = {
    {"affine", Activation::affine, true, true, 0.0f, 0.0f},
    {"elu", Activation::elu, true, false, 1.0f, 0.0f},
    {"hardsigmoid", Activation::hard_sigmoid, true, true, 0.2f, 0.5f},
    {"leakyrelu", Activation::leaky_relu, true, false, 0.01f, 0.0f},
    {"relu", Activation::relu, false, false, 0.0f, 0.0f},
    {"scaledtanh", Activation::scaled_tanh, true, true, 0.0f, 0.0f},
    {"sigmoid", Activation::sigmoid, false, false, 0.0f, 0.0f},
    {"softplus", Activation::softplus, false, false, 0.0f, 0.0f},
    {"softsign", Activation::softsign, false, false, 0.0f, 0.0f},
    {"tanh", Activation::tanh, false, false, 0.0f, 0.0f},
    {"thresholdedrelu", Activation::thresholded_relu, true, false, 0.0f, 0.0f},
};

const FunctionRow& function_named(const Node& node, const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
  for (const FunctionRow& row : kFunctions) {
    if (row.name == lower) return row;
  }
  fail(node, "activations", "a function that the operator does not have",
       "one of Affine, Elu, HardSigmoid, LeakyRelu, Relu, ScaledTanh, Sigmoid, Softplus, Softsign, "
       "Tanh, ThresholdedRelu",
       in_quotes(name));
}

// Assigns alphas or betas in order to the functions that take one.
class Handed {
 public:
  Handed(const Node& node, const std::string& name) {
    const auto found = node.attributes.find(name);
    if (found != node.attributes.end()) values_ = found->second.reals;
  }
  double next(bool takes, float otherwise) {
    if (!takes) return 0.0;
    return static_cast<double>(next_ < values_.size() ? values_[next_++] : otherwise);
  }

 private:
  std::vector<float> values_;
  std::size_t next_ = 0;
};

void read_activations(const Node& node, LstmAttributes& attributes) {
  std::vector<std::string> names;
  const auto found = node.attributes.find("activations");
  if (found != node.attributes.end()) names = found->second.texts;
  const std::size_t directions = attributes.directions();
  if (names.empty()) {
    for (std::size_t d = 0; d < directions; ++d) {
      names.insert(names.end(), {"Sigmoid", "Tanh", "Tanh"});
    }
  }
  if (names.size() != 3 * directions) {
    fail(node, "activations", "the wrong number of functions",
         fmt::format("3 for each direction, {}", 3 * directions), std::to_string(names.size()));
  }
  Handed alphas(node, "activation_alpha"), betas(node, "activation_beta");
  std::vector<ActivationFunction> functions;
  for (const std::string& name : names) {
    const FunctionRow& row = function_named(node, name);
    const double alpha = alphas.next(row.takes_alpha, row.alpha);
    functions.push_back({row.kind, alpha, betas.next(row.takes_beta, row.beta)});
  }
  for (std::size_t d = 0; d < 2; ++d) {
    const std::size_t first = directions == 2 ? 3 * d : 0;
    attributes.activations[d] = {functions[first], functions[first + 1], functions[first + 2]};
  }
}

Direction read_direction(const Node& node) {
  const auto found = node.attributes.find("direction");
  if (found == node.attributes.end() || found->second.text == "forward") return Direction::forward;
  if (found->second.text == "reverse") return Direction::reverse;
  if (found->second.text == "bidirectional") return Direction::both;
  fail(node, "direction", "a direction that the operator does not have",
       "forward, reverse or bidirectional", in_quotes(found->second.text));
}

double read_clip(const Node& node) {
  const auto found = node.attributes.find("clip");
  if (found == node.attributes.end()) return 0.0;
  const float clip = found->second.real;
  if (!(clip > 0.0f)) {
    fail(node, "clip", "a clip bound that is not positive", "a number above 0",
         fmt::format("{}", clip), "leave it out where nothing is to be clipped");
  }
  return std::isinf(clip) ? 0.0 : static_cast<double>(clip);
}

bool read_flag(const Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return false;
  const std::int64_t flag = found->second.integer;
  if (flag != 0 && flag != 1) fail(node, name, "not a flag", "0 or 1", std::to_string(flag));
  return flag == 1;
}

}  // namespace

LstmAttributes read_lstm_attributes(const Node& node) {
  LstmAttributes attributes;
  attributes.direction = read_direction(node);
  attributes.clip = read_clip(node);
  attributes.coupled = read_flag(node, "input_forget");
  attributes.batch_first = read_flag(node, "layout");
  const auto hidden = node.attributes.find("hidden_size");
  if (hidden != node.attributes.end()) {
    if (hidden->second.integer < 1) {
      fail(node, "hidden_size", "not a layer size", "at least 1",
           std::to_string(hidden->second.integer));
    }
    attributes.hidden = static_cast<std::size_t>(hidden->second.integer);
  }
  read_activations(node, attributes);
  return attributes;
}

}  // namespace sluice::formats::onnx
