// The tables of words for cell options, and their parser. Names of enum values are in
// option_names.hpp.
#include "model/cell_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "model/option_names.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

// A word, split at '=', with its origin for error messages.
struct Word {
  const std::string& where;
  std::string text, name, value;
  bool has_value;

  Word(const std::string& place, const std::string& word)
      : where(place), text(word), name(word.substr(0, word.find('='))) {
    const std::size_t equals = word.find('=');
    has_value = equals != std::string::npos;
    if (has_value) value = word.substr(equals + 1);
  }
  [[noreturn]] void refuse(const std::string& what, const std::string& expected) const {
    throw Error(ErrorCode::usage, {.where = where + " " + text,
                                   .what = what,
                                   .expected = expected,
                                   .got = "",
                                   .hint = "`sluice train --help` lists the words"});
  }
};

struct Flag {
  std::string_view name, meaning;
  void (*apply)(Architecture&);
};
constexpr std::array kFlags = {
    Flag{"peephole", "the gates see the cell state (Gers 2000)",
         [](Architecture& a) { a.cell.peephole = true; }},
    Flag{"coupled", "CIFG: the input gate is 1 - the forget gate (Greff 2015)",
         [](Architecture& a) { a.cell.coupling = Coupling::input_from_forget; }},
    Flag{"forget-from-input", "the forget gate is 1 - the input gate (ONNX's input_forget)",
         [](Architecture& a) { a.cell.coupling = Coupling::forget_from_input; }},
    Flag{"layer-norm", "layer normalisation of W x, R h and c (Ba 2016)",
         [](Architecture& a) { a.cell.layer_norm = LayerNorm::ba; }},
    Flag{"layer-norm-tflite", "layer normalisation of each gate's sum (TensorFlow Lite)",
         [](Architecture& a) { a.cell.layer_norm = LayerNorm::tflite; }},
    Flag{"projection-bias", "a bias in the projection (--projection)",
         [](Architecture& a) { a.cell.projection_bias = true; }},
    Flag{"residual", "a layer's input is added to its output, from the second layer on",
         [](Architecture& a) { a.residual = true; }},
    Flag{"learned-state", "the initial state is learned",
         [](Architecture& a) { a.learned_state = true; }},
    Flag{"rnn", "a plain tanh RNN, to compare with",
         [](Architecture& a) { a.cell.kind = CellKind::rnn; }},
};

struct Number {
  std::string_view name, meaning;
  double CellOptions::*place;
};
constexpr std::array kNumbers = {
    Number{"gate-clip", "bound of what the gates' activations get", &CellOptions::gate_clip},
    Number{"cell-clip", "bound of the cell state", &CellOptions::cell_clip},
    Number{"projection-clip", "bound of the projected h", &CellOptions::projection_clip},
    Number{"zoneout-c", "chance that a unit keeps its old c (Krueger 2016)",
           &CellOptions::zoneout_c},
    Number{"zoneout-h", "chance that a unit keeps its old h", &CellOptions::zoneout_h},
    Number{"recurrent-dropout", "share of the candidates dropped (Semeniuta 2016)",
           &CellOptions::recurrent_dropout},
    Number{"variational-dropout", "share of x and h dropped, the same at all steps (Gal 2016)",
           &CellOptions::variational_dropout},
    Number{"drop-connect", "share of the recurrent weights dropped (Merity 2018)",
           &CellOptions::drop_connect},
};

struct Squashing {
  std::string_view name, meaning;
  ActivationFunction CellActivations::*place;
};
constexpr std::array kActivations = {
    Squashing{"gate", "activation of the gates [sigmoid]", &CellActivations::gate},
    Squashing{"candidate", "activation of the candidate [tanh]", &CellActivations::candidate},
    Squashing{"squash", "activation of c on its way to h [tanh]", &CellActivations::cell},
};
// Prefix that selects the reverse direction's activation.
constexpr std::string_view kReverse = "reverse-";

double number_in(const Word& word, std::string_view text) {
  double value = 0.0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    word.refuse("not a number behind '='", word.name + "=X");
  return value;
}

// Parses "hard-sigmoid", or with alpha and beta "hard-sigmoid:0.2:0.5".
ActivationFunction function_in(const Word& word) {
  const std::string kind = word.value.substr(0, word.value.find(':'));
  const auto found = from_name<Activation>(kind);
  if (!found) word.refuse("no such activation", "one of " + names_of<Activation>());
  ActivationFunction function = default_parameters(*found);
  if (kind.size() == word.value.size()) return function;
  const std::string_view rest = std::string_view{word.value}.substr(kind.size() + 1);
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos)
    word.refuse("one of two numbers", word.name + "=" + kind + ":ALPHA:BETA");
  function.alpha = number_in(word, rest.substr(0, colon));
  function.beta = number_in(word, rest.substr(colon + 1));
  return function;
}

std::string text_of(const ActivationFunction& function) {
  const std::string_view kind = name(function.kind);
  if (function == default_parameters(function.kind)) return std::string{kind};
  return fmt::format("{}:{}:{}", kind, function.alpha, function.beta);
}

// Pairs of words that exclude each other.
constexpr std::array<std::array<std::string_view, 2>, 2> kContradictions{
    {{"coupled", "forget-from-input"}, {"layer-norm", "layer-norm-tflite"}}};
// Words that make no sense for the plain RNN and that check(CellOptions) does not reject.
constexpr std::array<std::string_view, 3> kOfGates = {"forget-bias", "gate", "squash"};

void check_together(const std::vector<Word>& words) {
  const auto find = [&words](std::string_view name) {
    return std::find_if(words.begin(), words.end(),
                        [name](const Word& word) { return word.name == name; });
  };
  for (const auto& pair : kContradictions) {
    const auto second = find(pair[1]);
    if (find(pair[0]) != words.end() && second != words.end())
      second->refuse("contradicts " + std::string(pair[0]), "one of the two");
  }
  if (find("rnn") == words.end()) return;
  for (const std::string_view name : kOfGates) {
    const auto word = find(name);
    if (word != words.end()) word->refuse("the plain RNN has no gates", "it left out");
  }
}

void apply(const Word& word, Architecture& architecture) {
  for (const Flag& flag : kFlags) {
    if (flag.name != word.name) continue;
    if (word.has_value) word.refuse("takes no value", word.name);
    return flag.apply(architecture);
  }
  for (const Number& number : kNumbers) {
    if (number.name != word.name) continue;
    if (word.value.empty()) word.refuse("needs a value", word.name + "=X");
    architecture.cell.*number.place = number_in(word, word.value);
    return;
  }
  const bool reverse = word.name.rfind(kReverse, 0) == 0;
  for (const Squashing& activation : kActivations) {
    if (activation.name != std::string_view{word.name}.substr(reverse ? kReverse.size() : 0))
      continue;
    architecture.activations[reverse ? 1 : 0].*activation.place = function_in(word);
    return;
  }
  word.refuse("no such option of the cell", "a word of the list");
}

}  // namespace

void apply_cell_words(
    const std::vector<std::string>& words, const std::string& where, Architecture& architecture,
    const std::function<bool(std::string_view name, const std::string& value)>& other) {
  std::vector<Word> read;
  read.reserve(words.size());
  for (const std::string& word : words) read.emplace_back(where, word);
  check_together(read);
  for (const Word& word : read) {
    if (!other || !other(word.name, word.value)) apply(word, architecture);
  }
}

std::vector<std::string> cell_words(const Architecture& architecture) {
  std::vector<std::string> words;
  // A flag is set if applying it changes nothing.
  for (const Flag& flag : kFlags) {
    Architecture with = architecture;
    flag.apply(with);
    if (with == architecture) words.emplace_back(flag.name);
  }
  for (const Number& number : kNumbers) {
    const double value = architecture.cell.*number.place;
    if (value > 0.0) words.push_back(fmt::format("{}={}", number.name, value));
  }
  const CellActivations usual;
  for (std::size_t direction = 0; direction < 2; ++direction) {
    for (const Squashing& activation : kActivations) {
      const ActivationFunction& function = architecture.activations[direction].*activation.place;
      if (function == usual.*activation.place) continue;
      words.push_back(fmt::format("{}{}={}", direction == 1 ? kReverse : "", activation.name,
                                  text_of(function)));
    }
  }
  return words;
}

std::vector<CellWord> all_cell_words() {
  std::vector<CellWord> all;
  all.reserve(kFlags.size() + kNumbers.size() + kActivations.size());
  for (const Flag& flag : kFlags) all.push_back({std::string(flag.name), flag.meaning});
  for (const Number& number : kNumbers)
    all.push_back({std::string(number.name) + "=X", number.meaning});
  for (const Squashing& activation : kActivations)
    all.push_back({std::string(activation.name) + "=NAME", activation.meaning});
  return all;
}

}  // namespace sluice
