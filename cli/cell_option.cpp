#include "cli/cell_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "model/option_names.hpp"
#include "reference/activation.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using forecasting::ForecastOptions;

[[noreturn]] void refuse(const std::string& word, const std::string& what,
                         const std::string& expected) {
  throw Error(ErrorCode::usage, {.where = "--cell " + word,
                                 .what = what,
                                 .expected = expected,
                                 .got = "",
                                 .hint = "`sluice train --help` lists the words"});
}

struct Flag {
  std::string_view name, meaning;
  void (*apply)(ForecastOptions&);
};
constexpr std::array kFlags = {
    Flag{"peephole", "the gates see the cell state (Gers 2000)",
         [](ForecastOptions& o) { o.cell.peephole = true; }},
    Flag{"coupled", "CIFG: the input gate is 1 - the forget gate (Greff 2015)",
         [](ForecastOptions& o) { o.cell.coupling = Coupling::input_from_forget; }},
    Flag{"forget-from-input", "the forget gate is 1 - the input gate (ONNX's input_forget)",
         [](ForecastOptions& o) { o.cell.coupling = Coupling::forget_from_input; }},
    Flag{"layer-norm", "layer normalisation of W x, R h and c (Ba 2016)",
         [](ForecastOptions& o) { o.cell.layer_norm = LayerNorm::ba; }},
    Flag{"layer-norm-tflite", "layer normalisation of each gate's sum (TensorFlow Lite)",
         [](ForecastOptions& o) { o.cell.layer_norm = LayerNorm::tflite; }},
    Flag{"projection-bias", "a bias in the projection (--projection)",
         [](ForecastOptions& o) { o.cell.projection_bias = true; }},
    Flag{"residual", "a layer's input is added to its output, from the second layer on",
         [](ForecastOptions& o) { o.residual = true; }},
    Flag{"learned-state", "the initial state is learned",
         [](ForecastOptions& o) { o.learned_state = true; }},
    Flag{"rnn", "a plain tanh RNN, to compare with",
         [](ForecastOptions& o) { o.cell.kind = CellKind::rnn; }},
};

struct Number {
  std::string_view name, meaning;
  double& (*place)(ForecastOptions&);
};
constexpr std::array kNumbers = {
    Number{"forget-bias", "the forget gate's first bias [1]",
           [](ForecastOptions& o) -> double& { return o.forget_bias; }},
    Number{"gate-clip", "bound of what the gates' activations get",
           [](ForecastOptions& o) -> double& { return o.cell.gate_clip; }},
    Number{"cell-clip", "bound of the cell state",
           [](ForecastOptions& o) -> double& { return o.cell.cell_clip; }},
    Number{"projection-clip", "bound of the projected h",
           [](ForecastOptions& o) -> double& { return o.cell.projection_clip; }},
    Number{"zoneout-c", "chance that a unit keeps its old c (Krueger 2016)",
           [](ForecastOptions& o) -> double& { return o.cell.zoneout_c; }},
    Number{"zoneout-h", "chance that a unit keeps its old h",
           [](ForecastOptions& o) -> double& { return o.cell.zoneout_h; }},
    Number{"recurrent-dropout", "share of the candidates dropped (Semeniuta 2016)",
           [](ForecastOptions& o) -> double& { return o.cell.recurrent_dropout; }},
    Number{"variational-dropout", "share of x and h dropped, the same at all steps (Gal 2016)",
           [](ForecastOptions& o) -> double& { return o.cell.variational_dropout; }},
    Number{"drop-connect", "share of the recurrent weights dropped (Merity 2018)",
           [](ForecastOptions& o) -> double& { return o.cell.drop_connect; }},
};

struct Place {
  std::string_view name, meaning;
  ActivationFunction CellActivations::*place;
};
constexpr std::array kPlaces = {
    Place{"gate", "activation of the gates [sigmoid]", &CellActivations::gate},
    Place{"candidate", "activation of the candidate [tanh]", &CellActivations::candidate},
    Place{"squash", "activation of c on its way to h [tanh]", &CellActivations::cell},
};

double number_in(const std::string& word, const std::string& text) {
  double value = 0.0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    refuse(word, "not a number behind '='", word.substr(0, word.find('=')) + "=X");
  return value;
}

// Words of which only one can hold.
constexpr std::array<std::array<std::string_view, 2>, 2> kContradictions{
    {{"coupled", "forget-from-input"}, {"layer-norm", "layer-norm-tflite"}}};
// Words that mean nothing to the plain RNN, and that no check of the options sees.
constexpr std::array<std::string_view, 3> kOfGates = {"forget-bias", "gate", "squash"};

std::string name_of(const std::string& word) { return word.substr(0, word.find('=')); }

void check_together(const std::vector<std::string>& words) {
  const auto find = [&words](std::string_view name) {
    return std::find_if(words.begin(), words.end(),
                        [name](const std::string& word) { return name_of(word) == name; });
  };
  for (const auto& pair : kContradictions) {
    if (find(pair[0]) != words.end() && find(pair[1]) != words.end())
      refuse(std::string(pair[1]), "contradicts " + std::string(pair[0]), "one of the two");
  }
  if (find("rnn") == words.end()) return;
  for (const std::string_view name : kOfGates) {
    const auto word = find(name);
    if (word != words.end()) refuse(*word, "the plain RNN has no gates", "it left out");
  }
}

void apply(const std::string& word, ForecastOptions& options) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
  for (const Flag& flag : kFlags) {
    if (flag.name != name) continue;
    if (equals != std::string::npos) refuse(word, "takes no value", name);
    return flag.apply(options);
  }
  for (const Number& number : kNumbers) {
    if (number.name != name) continue;
    if (value.empty()) refuse(word, "needs a value", name + "=X");
    number.place(options) = number_in(word, value);
    return;
  }
  for (const Place& place : kPlaces) {
    if (place.name != name) continue;
    const auto kind = from_name<Activation>(value);
    if (!kind) refuse(word, "no such activation", "one of " + names_of<Activation>());
    options.activations.*place.place = default_parameters(*kind);
    return;
  }
  refuse(word, "no such option of the cell", "a word of the list");
}

}  // namespace

void apply_cell_options(const std::vector<std::string>& words, ForecastOptions& options) {
  check_together(words);
  for (const std::string& word : words) apply(word, options);
}

std::string cell_option_help() {
  std::string text = "Words for --cell, several with commas:\n";
  const auto line = [&text](const std::string& word, std::string_view meaning) {
    text += fmt::format("  {:<24}{}\n", word, meaning);
  };
  for (const Flag& flag : kFlags) line(std::string(flag.name), flag.meaning);
  for (const Number& number : kNumbers) line(std::string(number.name) + "=X", number.meaning);
  for (const Place& place : kPlaces) line(std::string(place.name) + "=NAME", place.meaning);
  return text + "  NAME is one of " + names_of<Activation>() + "\n";
}

}  // namespace sluice::cli
