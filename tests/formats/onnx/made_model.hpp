// Small ONNX models made in a test.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "formats/error_message.hpp"
#include "formats/onnx/onnx_model.hpp"
#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

using ::onnx::AttributeProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

inline Tensor floats(Shape shape, std::vector<float> values) {
  return Tensor::from_floats("", std::move(shape), values);
}

/// Numbers between -1 and 1, others for each seed.
inline Tensor random_floats(Shape shape, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count_of(shape));
  for (float& value : values) value = static_cast<float>(random.uniform(-1.0, 1.0));
  return floats(std::move(shape), values);
}

class MadeModel {
 public:
  explicit MadeModel(int opset = 14) {
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(opset);
  }

  ModelProto proto;

  ::onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs) {
    NodeProto& made = *graph().add_node();
    made.set_op_type(op);
    made.set_name("the_" + op);
    for (const std::string& name : inputs) made.add_input(name);
    for (const std::string& name : outputs) made.add_output(name);
    return made;
  }

  /// Of any shape where it is not given.
  void input(const std::string& name, int type = TensorProto::FLOAT,
             const std::vector<std::int64_t>& shape = {}) {
    declare(*graph().add_input(), name, type, shape);
  }
  void output(const std::string& name, int type = TensorProto::FLOAT) {
    declare(*graph().add_output(), name, type, {});
  }

  TensorProto& constant(const std::string& name, const Tensor& tensor) {
    TensorProto& made = *graph().add_initializer();
    made.set_name(name);
    made.set_data_type(TensorProto::FLOAT);
    for (const std::size_t length : tensor.shape) made.add_dims(static_cast<std::int64_t>(length));
    made.set_raw_data(tensor.bytes);
    return made;
  }
  TensorProto& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    TensorProto& made = *graph().add_initializer();
    made.set_name(name);
    made.set_data_type(TensorProto::INT64);
    made.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) made.add_int64_data(value);
    return made;
  }

  std::string bytes() const { return proto.SerializeAsString(); }
  OnnxModel load() const { return OnnxModel::parse(bytes(), "m.onnx"); }
  /// The message of the Error(model) that loading it gives.
  std::string refusal() const {
    return error_message(ErrorCode::model, [&] { load(); });
  }

 private:
  static void declare(::onnx::ValueInfoProto& info, const std::string& name, int type,
                      const std::vector<std::int64_t>& shape) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    for (const std::int64_t length : shape)
      tensor.mutable_shape()->add_dim()->set_dim_value(length);
  }
};

inline void set(NodeProto& node, const std::string& name, std::int64_t value) {
  AttributeProto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(AttributeProto::INT);
  made.set_i(value);
}
inline void set(NodeProto& node, const std::string& name, float value) {
  AttributeProto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(AttributeProto::FLOAT);
  made.set_f(value);
}
inline void set(NodeProto& node, const std::string& name, const std::string& value) {
  AttributeProto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(AttributeProto::STRING);
  made.set_s(value);
}
inline void set(NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
  AttributeProto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(AttributeProto::INTS);
  for (const std::int64_t value : values) made.add_ints(value);
}
inline void set(NodeProto& node, const std::string& name, const std::vector<std::string>& values) {
  AttributeProto& made = *node.add_attribute();
  made.set_name(name);
  made.set_type(AttributeProto::STRINGS);
  for (const std::string& value : values) made.add_strings(value);
}

/// One LSTM node of T any, B any, I = 3, H = 2: X, and what `inputs` names of B, sequence_lens,
/// initial_h, initial_c and P; outputs Y, Y_h, Y_c. W, R, B and P are constants.
inline MadeModel lstm_model(const std::vector<std::string>& inputs = {}, int opset = 14) {
  MadeModel made(opset);
  made.input("X");
  made.constant("W", random_floats({1, 8, 3}, 1));
  made.constant("R", random_floats({1, 8, 2}, 2));
  for (const std::string& name : inputs) {
    if (name == "B") {
      made.constant("B", random_floats({1, 16}, 3));
    } else if (name == "P") {
      made.constant("P", random_floats({1, 6}, 4));
    } else if (!name.empty()) {
      made.input(name, name == "sequence_lens" ? TensorProto::INT32 : TensorProto::FLOAT);
    }
  }
  std::vector<std::string> all = {"X", "W", "R"};
  all.insert(all.end(), inputs.begin(), inputs.end());
  made.node("LSTM", all, {"Y", "Y_h", "Y_c"});
  for (const char* name : {"Y", "Y_h", "Y_c"}) made.output(name);
  return made;
}

}  // namespace sluice::formats::onnx
