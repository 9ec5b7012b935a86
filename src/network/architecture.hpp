// What a network is made of, and the one list of its parameter tensors: sizes, views, names in
// files and counts all come from here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::network {

struct Architecture {
  std::size_t input = 1;            ///< I >= 1
  std::vector<std::size_t> hidden;  ///< H of each layer, first layer first, at least one
  std::size_t output = 0;  ///< O of the linear head; 0: no head, the output is h of the last layer
  std::size_t biases = 1;  ///< Bias vectors a layer has: 0, 1 (bias_ih) or 2 (and bias_hh, PyTorch)

  std::size_t layers() const { return hidden.size(); }
  std::size_t layer_input(std::size_t layer) const {
    return layer == 0 ? input : hidden[layer - 1];
  }
  /// Floats of one output row: O, or H of the last layer where there is no head.
  std::size_t width() const { return output > 0 ? output : hidden.back(); }

  friend bool operator==(const Architecture&, const Architecture&) = default;
};

/// How a tensor starts out.
enum class Initialiser {
  uniform_hidden,  ///< Uniform in +-1/sqrt(H), as PyTorch's LSTM.
  forget_one,      ///< Zeros, but 1 for the forget gate (Gers 2000; Jozefowicz 2015).
  zeros,
};

struct Parameter {
  std::string name;                ///< As in PyTorch: "weight_ih_l0", .., "head.weight".
  std::vector<std::size_t> shape;  ///< Row-major, gates in the order i, f, g, o.
  Initialiser initialiser;
  std::size_t
      hidden;  ///< H of its layer: the scale of uniform_hidden, the place of the forget gate.
  std::size_t offset;  ///< Where it begins in the flat parameters.
  std::size_t count;   ///< Its floats.
};

/// The tensors in the order in which they lie in the flat parameters.
std::vector<Parameter> parameter_list(const Architecture& architecture);
std::size_t parameter_count(const std::vector<Parameter>& list);

/// Throws Error(usage) where a size is 0 or absurd, there is no layer, or more than 2 biases are
/// asked for.
void check(const Architecture& architecture);

/// Starting values for all parameters: [parameter_count]. The head starts at zero where
/// `zero_head`.
std::vector<float> initial_parameters(const Architecture& architecture, std::uint64_t seed,
                                      bool zero_head);

}  // namespace sluice::network
