// A PyTorch state dictionary as the modules that its tensors' names and shapes show. It decides
// nothing: which of them make up the model is chain.hpp's business.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/safetensors.hpp"
#include "model/parameters.hpp"

namespace sluice::formats {

/// A module with a matrix `weight` [outputs, inputs] and perhaps a `bias` [outputs]: a Linear, or
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
  std::vector<std::string> lstms;  ///< What stands before `weight_ih_l0`: "", "lstm.", "net.rnn."
  std::vector<std::string> cells;  ///< What stands before nn.LSTMCell's `weight_ih`
  std::vector<MatrixModule> matrices;
  std::vector<std::string> others;  ///< Tensors of no such module, in the file's order
  /// Whether the tensors of a type lie by their names, as Python's safetensors writes them: then
  /// their order says nothing of the model's.
  bool sorted = true;

  const MatrixModule* find(const std::string& name) const;
};

StateDict state_dict(const SafeTensors& file);

/// The LSTM under a prefix, by the shapes of its tensors. Throws Error(model) that names the file
/// and the tensor.
Architecture lstm_of(const SafeTensors& file, const std::string& prefix, const std::string& path);

/// "lstm (3 -> 5, 2 layers, both directions)"
std::string describe_lstm(const std::string& prefix, const Architecture& architecture);

/// Throws Error(model): the tensor is not what a plain LSTM has there.
[[noreturn]] void refuse_tensor(const std::string& path, const std::string& tensor,
                                const std::string& what, const std::string& expected,
                                const std::string& got);

}  // namespace sluice::formats
