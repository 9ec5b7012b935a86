// What a network is made of: a plain value that Model::create takes, that model files store and
// that `sluice info` prints.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/cell_options.hpp"

namespace sluice {

/// Stacked LSTM layers, all of one kind of cell, and a linear head. The defaults are a plain LSTM
/// with one bias, that reads forward; only `hidden` must be given.
///
///     const sluice::Architecture architecture{.input = 3, .hidden = {64, 64}, .output = 1};
struct Architecture {
  /// I: values of x in each step, 1 or more.
  std::size_t input = 1;
  /// H: units of each layer, first layer first; one layer or more.
  std::vector<std::size_t> hidden = {};
  /// O: outputs of the linear head. 0: no head, y is the h of the last layer.
  std::size_t output = 0;
  /// Bias vectors of a layer: 0, 1 (bias_ih) or 2 (and bias_hh). Two compute nothing that one does
  /// not; take 2 to train step by step as PyTorch does.
  std::size_t biases = 1;
  /// What every cell does beside the plain LSTM.
  CellOptions cell = {};
  /// Of the forward (or only) direction, then of the reverse one.
  std::array<CellActivations, 2> activations = {};
  /// `both` doubles the layers' outputs where they are concatenated; only `forward` can be streamed
  /// with its state carried.
  Direction direction = Direction::forward;
  /// How the two directions' h become one output.
  Merge merge = Merge::concat;
  /// From the second layer on, a layer's output is its own plus its input: all layers have one
  /// size.
  bool residual = false;
  /// Sequences start from parameters, not from zeros.
  bool learned_state = false;
  /// In training alone: the share, in [0, 1), of what each layer hands upward (to the next layer
  /// and to the head) that is set to 0, drawn anew at each step; the rest is divided by 1 -
  /// dropout.
  double dropout = 0.0;

  /// L
  std::size_t layers() const { return hidden.size(); }
  /// D: 1 or 2.
  std::size_t directions() const { return direction == Direction::both ? 2 : 1; }
  /// P: floats of h in one direction of a layer.
  std::size_t state(std::size_t layer) const { return cell.state(hidden[layer]); }
  /// Floats that a layer hands upward: P, or 2P where two directions are concatenated.
  std::size_t layer_output(std::size_t layer) const {
    return directions() == 2 && merge == Merge::concat ? 2 * state(layer) : state(layer);
  }
  /// Floats that a layer reads in each step.
  std::size_t layer_input(std::size_t layer) const {
    return layer == 0 ? input : layer_output(layer - 1);
  }
  /// Floats of one row of y: O, or the last layer's where there is no head.
  std::size_t width() const { return output > 0 ? output : layer_output(layers() - 1); }

  friend bool operator==(const Architecture&, const Architecture&) = default;
};

/// Throws Error(usage), naming the field, where a size is 0 or absurd, there is no layer, or
/// options do not go together: what was expected and what to do.
void check(const Architecture& architecture);

/// In one line: "3 -> 64 -> 64, head=1, peephole, dropout=0.1". The sizes are I and the layers' H;
/// the words are those of `sluice train --cell` and head=O, biases=N, projection=P, reverse or
/// bidirectional, merge=NAME, dropout=X. What has its default is left out.
std::string to_text(const Architecture& architecture);
/// The reverse of to_text. Throws Error(usage) for text that is none, and as check().
Architecture architecture_from_text(std::string_view text);

/// How weights start out, by the name that their field knows. Matrices of gates are drawn gate by
/// gate: fan-in and fan-out are those of one gate. Gains start at 1, peepholes and states at 0.
enum class Initialiser {
  standard,        ///< Uniform in +-1/sqrt(H); biases 0, the forget gate's 1 (Gers 2000).
  pytorch,         ///< Uniform in +-1/sqrt(H), all biases too.
  keras,           ///< W Glorot uniform over the whole [I, 4H], R orthogonal, biases as `standard`.
  glorot_uniform,  ///< +-sqrt(6 / (in + out)) (Glorot 2010).
  glorot_normal,
  he_uniform,  ///< +-sqrt(6 / in) (He 2015).
  he_normal,
  orthogonal,  ///< Rows or columns orthonormal, gate by gate (Saxe 2014).
};
/// By its name, "glorot-uniform"; throws Error(usage) that lists the names.
Initialiser initialiser_named(std::string_view name);

}  // namespace sluice
