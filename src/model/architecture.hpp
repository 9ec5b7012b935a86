// What a network is made of, and the one list of its parameter tensors: sizes, views, names in
// files and counts all come from here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/cell_options.hpp"

namespace sluice {

struct Architecture {
  std::size_t input = 1;            ///< I >= 1
  std::vector<std::size_t> hidden;  ///< H of each layer, first layer first, at least one
  std::size_t output =
      0;  ///< O of the linear head; 0: no head, the output is that of the last layer
  std::size_t biases = 1;  ///< Bias vectors a layer has: 0, 1 (bias_ih) or 2 (and bias_hh, PyTorch)
  CellOptions cell = {};   ///< Of every layer.
  std::array<CellActivations, 2> activations =
      {};  ///< Of the forward (or only) direction, the reverse.
  Direction direction = Direction::forward;
  Merge merge = Merge::concat;  ///< Where there are both directions.
  bool residual = false;  ///< A layer's output is its own plus its input, from the second layer on.
  bool learned_state = false;  ///< Sequences start from parameters, not from zeros.

  std::size_t layers() const { return hidden.size(); }
  std::size_t directions() const { return direction == Direction::both ? 2 : 1; }
  /// P: floats of h in one direction of a layer.
  std::size_t state(std::size_t layer) const { return cell.state(hidden[layer]); }
  /// Floats that a layer hands upward: P, or 2P where two directions are concatenated.
  std::size_t layer_output(std::size_t layer) const {
    return directions() == 2 && merge == Merge::concat ? 2 * state(layer) : state(layer);
  }
  std::size_t layer_input(std::size_t layer) const {
    return layer == 0 ? input : layer_output(layer - 1);
  }
  /// Floats of one output row: O, or the last layer's where there is no head.
  std::size_t width() const { return output > 0 ? output : layer_output(layers() - 1); }

  friend bool operator==(const Architecture&, const Architecture&) = default;
};

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

/// Throws Error(usage) where a size is 0 or absurd, there is no layer, or options do not go
/// together: what was expected and what to do.
void check(const Architecture& architecture);

/// How weights start out, by the name that their field knows. Matrices of gates are drawn gate by
/// gate: fan-in and fan-out are those of one gate. Gains start at 1, peepholes and states at 0.
enum class Initialiser {
  standard,        ///< Uniform in +-1/sqrt(H); biases 0, the forget gate's `forget_bias`.
  pytorch,         ///< Uniform in +-1/sqrt(H), biases too; `forget_bias` is not used.
  keras,           ///< W Glorot uniform over the whole [I, 4H], R orthogonal, biases as `standard`.
  glorot_uniform,  ///< +-sqrt(6 / (in + out)) (Glorot 2010).
  glorot_normal,
  he_uniform,  ///< +-sqrt(6 / in) (He 2015).
  he_normal,
  orthogonal,  ///< Rows or columns orthonormal, gate by gate (Saxe 2014).
};
/// By its name, "glorot-uniform"; throws Error(usage) that lists the names.
Initialiser initialiser_named(std::string_view name);

struct Start {
  std::uint64_t seed = 0;
  Initialiser initialiser = Initialiser::standard;
  float forget_bias = 1.0f;  ///< Gers 2000, Jozefowicz 2015.
  bool zero_head = false;    ///< The head's weights start at zero.
};

/// Starting values for all parameters: [parameter_count].
std::vector<float> initial_parameters(const Architecture& architecture, const Start& start);

}  // namespace sluice
