// A PyTorch state dictionary as modules, derived from the names and shapes of its tensors. See
// chain.hpp for which of them make up the model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/safetensors.hpp"
#include "model/parameters.hpp"

namespace sluice::formats {

/// A module with a matrix `weight` [outputs, inputs] and an optional `bias` [outputs]: a Linear, or
/// an Embedding [V, E].
struct MatrixModule {
  std::string prefix;  ///< "fc.", "decoder.out."
  std::size_t outputs = 0, inputs = 0;
  bool bias = false;

  std::string name() const { return prefix.substr(0, prefix.size() - 1); }
  std::string weight() const { return prefix + "weight"; }
  /// "fc.weight [2, 5]"
  std::string described() const;
};

struct StateDict {
  std::vector<std::string> lstms;  ///< Prefixes of `weight_ih_l0`: "", "lstm.", "net.rnn."
  std::vector<std::string> cells;  ///< Prefixes of nn.LSTMCell's `weight_ih`
  std::vector<MatrixModule> matrices;
  std::vector<std::string> others;  ///< Tensors of no known module, in the file's order
  /// Whether tensors of each type are sorted by name, as Python's safetensors writes them: then
  /// their order says nothing about the model.
  bool sorted = true;

  const MatrixModule* find(const std::string& name) const;
};

StateDict state_dict(const SafeTensors& file);

/// The LSTM under a prefix, from the shapes of its tensors. Throws Error(model), naming the file
/// and the tensor.
Architecture lstm_of(const SafeTensors& file, const std::string& prefix, const std::string& path);

/// "lstm (3 -> 5, 2 layers, both directions)"
std::string describe_lstm(const std::string& prefix, const Architecture& architecture);

/// Throws Error(model): the tensor does not fit a plain LSTM.
[[noreturn]] void refuse_tensor(const std::string& path, const std::string& tensor,
                                const std::string& what, const std::string& expected,
                                const std::string& got);

}  // namespace sluice::formats
