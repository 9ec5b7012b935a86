// The one list of a network's parameter tensors: sizes, views, names in files and counts all come
// from here.
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

/// Whether every cell is S1..S7 and nothing else, but for a projection and training noise on x, h'
/// and R: what the fast kernel computes.
bool plain(const Architecture& architecture);
/// Whether a step of rows computes it: plain layers, one upon the other, and nothing between them.
bool plain_stack(const Architecture& architecture);
/// Whether sigma and tanh alone are applied: their slopes follow from their values.
bool standard(const Architecture& architecture);

/// What a tensor is. Of a layer's direction, in this order, those that the options ask for:
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
  std::string name;  ///< As in PyTorch: "weight_ih_l0", "weight_ih_l0_reverse", .., "head.weight".
  std::vector<std::size_t> shape;  ///< Row-major.
  Role role;
  std::size_t layer;
  std::size_t direction;  ///< 0: forward, or the only one; 1: reverse beside forward.
  std::size_t hidden;     ///< H of its layer (the head: its inputs).
  std::size_t offset;     ///< Where it begins in the flat parameters.
  std::size_t count;      ///< Its floats.
};

/// The tensors in the order in which they lie in the flat parameters.
std::vector<Parameter> parameter_list(const Architecture& architecture);
std::size_t parameter_count(const std::vector<Parameter>& list);

struct Start {
  std::uint64_t seed = 0;
  Initialiser initialiser = Initialiser::standard;
  float forget_bias = 1.0f;  ///< Gers 2000, Jozefowicz 2015; not used by `pytorch`.
  bool zero_head = false;    ///< The head's weights start at zero.
};

/// Starting values for all parameters: [parameter_count].
std::vector<float> initial_parameters(const Architecture& architecture, const Start& start);

}  // namespace sluice
