// An ONNX model that runs as it is: load it, give it its inputs, get its outputs. The door of this
// folder, without a type of protobuf. Operators are those of op_table.cpp; LSTM nodes run on the
// network of src/network.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/onnx/native.hpp"
#include "formats/safetensors.hpp"
#include "model/parameters.hpp"

namespace sluice::formats::onnx {

/// One dimension of an array as the model declares it.
struct Dimension {
  std::optional<std::size_t> size;  ///< Nothing: any.
  std::string name;                 ///< "batch"; empty where it has none.
};

/// An input or output.
struct Declared {
  std::string name;
  DType dtype = DType::f32;
  std::optional<std::vector<Dimension>> shape;  ///< Nothing: any number of dimensions.
};

/// "float32 [batch, 7]", "int64 [?]", "float32, any shape".
std::string to_string(const Declared& declared);

/// What `sluice info` says of an LSTM node.
struct LstmSummary {
  std::string node;                          ///< "node 'lstm_1' (LSTM)".
  bool batch_first = false;                  ///< ONNX's layout 1.
  bool lengths = false;                      ///< Whether it has sequence_lens.
  bool initial_state = false;                ///< Whether it has initial_h or initial_c.
  std::optional<Architecture> architecture;  ///< Nothing: its weights are not constant.
};

class OnnxModel {
 public:
  /// Throws Error(file) where the file cannot be read and Error(model), with the path and the node
  /// or tensor, for one that is damaged, outside opset 7 to 22, keeps its weights in other files,
  /// or has an operator that is not known.
  static OnnxModel load(const std::string& path);
  /// The same from bytes in memory; `path` only names them in messages.
  static OnnxModel parse(std::string_view bytes, const std::string& path);

  OnnxModel(OnnxModel&&) noexcept;
  OnnxModel& operator=(OnnxModel&&) noexcept;
  ~OnnxModel();

  /// In the model's order, without those that the file gives a value.
  const std::vector<Declared>& inputs() const;
  const std::vector<Declared>& outputs() const;
  /// The version of the operators, 7 to 22.
  int opset() const;
  /// "pytorch 2.1"; empty where the file does not say.
  const std::string& producer() const;
  /// How often each operator stands in the graph.
  std::map<std::string, std::size_t> operators() const;
  std::vector<LstmSummary> lstms() const;

  /// All outputs by name, from all inputs by name. float16 and bfloat16 are computed in float32 and
  /// rounded after each node. Throws Error(shape) for an input that is missing, is not the model's,
  /// or has another type or shape than declared, and for arrays that do not fit one another in a
  /// node, or where the run would take more memory or work than run_budget.hpp allows;
  /// Error(data) for a value that no operator takes (an index outside its array). Both name the
  /// node. LSTM nodes of float64 are refused. May be called from several threads.
  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const;

  /// The graph as a stack of LSTM layers with a linear head, or the reason why it is none. Runs
  /// both on random input and compares them.
  NativeResult native() const;

 private:
  struct State;
  explicit OnnxModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::formats::onnx
