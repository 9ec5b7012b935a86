// Names of the options' values in files and on the command line. Words that combine a name and a
// value are in cell_words.hpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/cell_options.hpp"

namespace sluice {

template <class Enum>
struct Names;

template <>
struct Names<Activation> {
  static constexpr std::array<std::pair<std::string_view, Activation>, 11> table{{
      {"sigmoid", Activation::sigmoid},
      {"tanh", Activation::tanh},
      {"relu", Activation::relu},
      {"affine", Activation::affine},
      {"leaky-relu", Activation::leaky_relu},
      {"thresholded-relu", Activation::thresholded_relu},
      {"scaled-tanh", Activation::scaled_tanh},
      {"hard-sigmoid", Activation::hard_sigmoid},
      {"elu", Activation::elu},
      {"softsign", Activation::softsign},
      {"softplus", Activation::softplus},
  }};
};

template <>
struct Names<Coupling> {
  static constexpr std::array<std::pair<std::string_view, Coupling>, 3> table{{
      {"none", Coupling::none},
      {"input-from-forget", Coupling::input_from_forget},
      {"forget-from-input", Coupling::forget_from_input},
  }};
};

template <>
struct Names<LayerNorm> {
  static constexpr std::array<std::pair<std::string_view, LayerNorm>, 3> table{{
      {"none", LayerNorm::none},
      {"ba", LayerNorm::ba},
      {"tflite", LayerNorm::tflite},
  }};
};

template <>
struct Names<CellKind> {
  static constexpr std::array<std::pair<std::string_view, CellKind>, 2> table{{
      {"lstm", CellKind::lstm},
      {"rnn", CellKind::rnn},
  }};
};

template <>
struct Names<Direction> {
  static constexpr std::array<std::pair<std::string_view, Direction>, 3> table{{
      {"forward", Direction::forward},
      {"reverse", Direction::reverse},
      {"both", Direction::both},
  }};
};

template <>
struct Names<Merge> {
  static constexpr std::array<std::pair<std::string_view, Merge>, 4> table{{
      {"concat", Merge::concat},
      {"sum", Merge::sum},
      {"mean", Merge::mean},
      {"product", Merge::product},
  }};
};

template <class Enum>
std::string_view name(Enum value) {
  for (const auto& entry : Names<Enum>::table) {
    if (entry.second == value) return entry.first;
  }
  return "?";
}

template <class Enum>
std::optional<Enum> from_name(std::string_view text) {
  for (const auto& entry : Names<Enum>::table) {
    if (entry.first == text) return entry.second;
  }
  return std::nullopt;
}

/// "forward, reverse, both"
template <class Enum>
std::string names_of() {
  std::string all;
  for (const auto& entry : Names<Enum>::table)
    all += (all.empty() ? "" : ", ") + std::string(entry.first);
  return all;
}

}  // namespace sluice
