// Runs an ONNX model: load it, give it inputs, get its outputs. Entry point of this folder, free of
// protobuf types. Operators are those of op_table.cpp; LSTM nodes run on engine::Network.
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

/// One declared dimension of an array.
struct Dimension {
  std::optional<std::size_t> size;  ///< nullopt: any.
  std::string name;                 ///< "batch"; empty if it has none.
};

/// A declared input or output.
struct Declared {
  std::string name;
  DType dtype = DType::f32;
  std::optional<std::vector<Dimension>> shape;  ///< nullopt: any number of dimensions.
};

/// "float32 [batch, 7]", "int64 [?]", "float32, any shape".
std::string to_string(const Declared& declared);

/// An LSTM node as shown by `sluice info`.
struct LstmSummary {
  std::string node;                          ///< "node 'lstm_1' (LSTM)".
  bool batch_first = false;                  ///< ONNX's layout 1.
  bool lengths = false;                      ///< Whether it has sequence_lens.
  bool initial_state = false;                ///< Whether it has initial_h or initial_c.
  std::optional<Architecture> architecture;  ///< nullopt: its weights are not constant.
};

class OnnxModel {
 public:
  /// Throws Error(file) if the file cannot be read and Error(model), with the path and the node or
  /// tensor, if it is damaged, outside opset 7 to 22, keeps its weights in other files, or has an
  /// unsupported operator.
  static OnnxModel load(const std::string& path);
  /// Parses the bytes of a file; `path` is only for messages.
  static OnnxModel parse(std::string_view bytes, const std::string& path);

  OnnxModel(OnnxModel&&) noexcept;
  OnnxModel& operator=(OnnxModel&&) noexcept;
  ~OnnxModel();

  /// In the model's order, without those that the file gives a value.
  const std::vector<Declared>& inputs() const;
  const std::vector<Declared>& outputs() const;
  /// The opset version, 7 to 22.
  int opset() const;
  /// "pytorch 2.1"; empty if the file does not say.
  const std::string& producer() const;
  /// The number of nodes of each operator.
  std::map<std::string, std::size_t> operators() const;
  std::vector<LstmSummary> lstms() const;

  /// Computes all outputs by name from all inputs by name. float16 and bfloat16 are computed in
  /// float32 and rounded after each node. Throws Error(shape) for an input that is missing,
  /// unknown, or of another type or shape than declared, for arrays that do not fit one another in
  /// a node, or if the run would exceed run_budget.hpp's memory or work; Error(data) for a value
  /// that no operator takes (an index outside its array). Both name the node. LSTM nodes of float64
  /// are rejected. Thread-safe.
  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const;

  /// The graph as a stack of LSTM layers with a linear head, or the reason why it is not one. Runs
  /// both on random input and compares them.
  NativeResult native() const;

 private:
  struct State;
  explicit OnnxModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::formats::onnx
