// The single list of a network's parameter tensors: sizes, views, names in files and counts derive
// from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/architecture.hpp"

namespace sluice {

/// Whether every cell is exactly S1..S7, except for a projection and training noise on x, h' and R:
/// the cells of the fast kernel.
bool plain(const Architecture& architecture);
/// Whether row steps can run it: plain forward layers without projection, residual or anything
/// between them.
bool plain_stack(const Architecture& architecture);
/// Whether all activations are sigma and tanh, whose slopes follow from their values.
bool standard(const Architecture& architecture);

/// What a tensor is. For each direction of a layer, in this order, those that its options need:
enum class Role {
  weight_ih,    ///< [G H, I]
  weight_hh,    ///< [G H, P]
  bias_ih,      ///< [G H]
  bias_hh,      ///< [G H]
  weight_hr,    ///< [P, H] the projection
  bias_hr,      ///< [P]
  peephole,     ///< [H (G - 1)] i, f, o
  norm_ih,      ///< [G H] gain of LN(W x), Ba
  norm_hh,      ///< [G H] gain of LN(R h'), Ba
  norm_gates,   ///< [G H] gain, TensorFlow Lite
  norm_c,       ///< [H] gain of LN(c), Ba
  norm_c_bias,  ///< [H]
  initial_h,    ///< [P] learned initial state
  initial_c,    ///< [H]
  head_weight,  ///< [O, width of the last layer]
  head_bias,    ///< [O]
};

struct Parameter {
  /// As in PyTorch: "weight_ih_l0", "weight_ih_l0_reverse", .., "head.weight".
  std::string name;
  std::vector<std::size_t> shape;  ///< Row-major.
  Role role;
  std::size_t layer;
  std::size_t direction;  ///< 0: forward, or the only one; 1: the reverse of two.
  std::size_t hidden;     ///< H of its layer; for the head, its inputs.
  std::size_t offset;     ///< Index of its first float in the flat parameters.
  std::size_t count;      ///< Number of floats.
};

/// The tensors in the order of the flat parameters.
std::vector<Parameter> parameter_list(const Architecture& architecture);
std::size_t parameter_count(const std::vector<Parameter>& list);

struct Start {
  std::uint64_t seed = 0;
  Initialiser initialiser = Initialiser::standard;
  float forget_bias = 1.0f;  ///< Gers 2000, Jozefowicz 2015; `pytorch` ignores it.
  bool zero_head = false;    ///< Zeroes the head's weights.
};

/// Initial values of all parameters: [parameter_count].
std::vector<float> initial_parameters(const Architecture& architecture, const Start& start);

}  // namespace sluice
