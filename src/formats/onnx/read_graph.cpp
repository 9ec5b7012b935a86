// Converts a ModelProto to a Graph. See proto_tensor.cpp for the elements of its tensors.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <set>
#include <utility>

#include "formats/file_kind.hpp"
#include "formats/onnx/graph.hpp"
#include "formats/onnx/graph_error.hpp"
#include "formats/onnx/proto_tensor.hpp"
#include "formats/onnx/proto_types.hpp"
#include "formats/quotes.hpp"

namespace sluice::formats::onnx {
namespace {

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;

// Newer files have fields that our schema lacks. Those that do not affect the computation are
// accepted.
template <class Message>
void check_fields(const Message& message, std::initializer_list<int> harmless,
                  const std::string& where) {
  const auto& unknown = message.unknown_fields();
  for (int i = 0; i < unknown.field_count(); ++i) {
    const int number = unknown.field(i).number();
    if (std::find(harmless.begin(), harmless.end(), number) != harmless.end()) continue;
    fail(where, "an unknown field", "", "field " + std::to_string(number),
         "the file is damaged, or of a newer format: export it with opset 22 or lower");
  }
}

constexpr std::initializer_list<int> kNodeFields = {9,
                                                    10};   // metadata_props, device_configurations
constexpr std::initializer_list<int> kGraphFields = {16};  // metadata_props
constexpr std::initializer_list<int> kTensorFields = {16};
constexpr std::initializer_list<int> kValueFields = {4};
constexpr std::initializer_list<int> kModelFields = {26};  // configuration

Value tensor(const ::onnx::TensorProto& proto, const std::string& where) {
  check_fields(proto, kTensorFields, where);
  return read_tensor(proto, where);
}

Attribute read_attribute(const AttributeProto& proto, const std::string& where) {
  check_fields(proto, {}, where);
  if (!proto.ref_attr_name().empty()) fail(where, "it refers to a function's attribute");
  Attribute attribute;
  switch (proto.type()) {
    case AttributeProto::INT:
      attribute.kind = AttributeKind::integer;
      attribute.integer = proto.i();
      break;
    case AttributeProto::FLOAT:
      attribute.kind = AttributeKind::real;
      attribute.real = proto.f();
      break;
    case AttributeProto::STRING:
      attribute.kind = AttributeKind::text;
      attribute.text = proto.s();
      break;
    case AttributeProto::TENSOR:
      attribute.kind = AttributeKind::tensor;
      attribute.tensor = tensor(proto.t(), where);
      break;
    case AttributeProto::INTS:
      attribute.kind = AttributeKind::integers;
      attribute.integers.assign(proto.ints().begin(), proto.ints().end());
      break;
    case AttributeProto::FLOATS:
      attribute.kind = AttributeKind::reals;
      attribute.reals.assign(proto.floats().begin(), proto.floats().end());
      break;
    case AttributeProto::STRINGS:
      attribute.kind = AttributeKind::texts;
      attribute.texts.assign(proto.strings().begin(), proto.strings().end());
      break;
    default:
      attribute.kind = AttributeKind::other;
  }
  return attribute;
}

std::string name_of_node(const NodeProto& proto, int index) {
  const std::string name = proto.name().empty() ? std::to_string(index) : in_quotes(proto.name());
  return "node " + name + " (" + proto.op_type().substr(0, 60) + ")";
}

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

Node read_node(const NodeProto& proto, int index, const std::string& path) {
  Node node;
  node.where = path + ", " + name_of_node(proto, index);
  check_fields(proto, kNodeFields, node.where);
  if (!is_standard(proto.domain())) {
    fail(node.where, "an operator of an unknown domain", "ONNX's own operators",
         in_quotes(proto.domain()), "export the model to plain ONNX, opset 7 to 22");
  }
  node.op = proto.op_type();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const AttributeProto& attribute : proto.attribute()) {
    const std::string where = node.where + ", attribute " + in_quotes(attribute.name());
    if (!node.attributes.emplace(attribute.name(), read_attribute(attribute, where)).second) {
      fail(where, "it is there twice");
    }
  }
  return node;
}

Declared read_declared(const ::onnx::ValueInfoProto& proto, const std::string& what,
                       const std::string& path) {
  const std::string where = path + ", " + what + " " + in_quotes(proto.name());
  check_fields(proto, kValueFields, where);
  check_fields(proto.type(), {}, where);
  if (proto.name().empty()) fail(where, "it has no name");
  if (!proto.type().has_tensor_type()) {
    fail(where, "it is not a tensor", "a tensor", "a sequence, map, optional or nothing",
         "export the model with tensors as inputs and outputs");
  }
  const auto& type = proto.type().tensor_type();
  check_fields(type, {}, where);
  const auto dtype = dtype_of(type.elem_type());
  if (!dtype) {
    fail(where, "its element type is not supported", kHeldTypes, data_type_name(type.elem_type()),
         "cast it in the original model");
  }
  Declared declared{proto.name(), *dtype, std::nullopt};
  if (!type.has_shape()) return declared;
  check_fields(type.shape(), {}, where);
  std::vector<Dimension> dimensions;
  for (const auto& dim : type.shape().dim()) {
    check_fields(dim, {}, where);
    Dimension dimension{std::nullopt, dim.dim_param()};
    // Exporters write -1 for an unknown length.
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      dimension.size = static_cast<std::size_t>(dim.dim_value());
    }
    dimensions.push_back(std::move(dimension));
  }
  declared.shape = std::move(dimensions);
  return declared;
}

int read_opset(const ModelProto& model, const std::string& path) {
  std::optional<std::int64_t> opset;
  for (const auto& import : model.opset_import()) {
    check_fields(import, {}, path);
    if (!is_standard(import.domain())) continue;
    if (opset && *opset != import.version()) fail(path, "two versions of ONNX's operators");
    opset = import.version();
  }
  if (!opset) fail(path, "it names no version of ONNX's operators", "an opset_import of 7 to 22");
  if (*opset < kOldestOpset || *opset > kNewestOpset) {
    fail(path, "an unsupported version of ONNX's operators",
         "opset " + std::to_string(kOldestOpset) + " to " + std::to_string(kNewestOpset),
         std::to_string(*opset),
         *opset > kNewestOpset
             ? "export it with opset_version=22, or convert it: onnx.version_converter"
             : "export it with a newer opset, or convert it: onnx.version_converter");
  }
  return static_cast<int>(*opset);
}

void read_constants(const GraphProto& proto, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) {
    fail(graph.path, "it has sparse tensors", "", "", "export the model with dense weights");
  }
  if (proto.quantization_annotation_size() > 0) {
    fail(graph.path, "it is quantised", "", "", "export the model before it is quantised");
  }
  for (const auto& initializer : proto.initializer()) {
    const std::string where = graph.path + ", tensor " + in_quotes(initializer.name());
    if (initializer.name().empty()) fail(where, "it has no name");
    if (!graph.constants.emplace(initializer.name(), tensor(initializer, where)).second) {
      fail(where, "it is there twice");
    }
  }
}

void read_ports(const GraphProto& proto, Graph& graph) {
  std::set<std::string> names;
  for (const auto& input : proto.input()) {
    Declared declared = read_declared(input, "input", graph.path);
    if (!names.insert(declared.name).second) {
      fail(graph.path + ", input " + in_quotes(declared.name), "it is there twice");
    }
    // Files before IR version 4 list their weights as inputs too.
    if (graph.constants.count(declared.name) == 0) graph.inputs.push_back(std::move(declared));
  }
  names.clear();
  for (const auto& output : proto.output()) {
    graph.outputs.push_back(read_declared(output, "output", graph.path));
    if (!names.insert(graph.outputs.back().name).second) {
      fail(graph.path + ", output " + in_quotes(graph.outputs.back().name), "it is there twice");
    }
  }
  if (graph.outputs.empty()) fail(graph.path, "the graph has no output");
}

[[noreturn]] void fail_kind(std::string_view bytes, const std::string& path) {
  const auto kind = guess_kind(bytes);
  const bool other = kind && kind->name.find("ONNX") == std::string_view::npos;
  fail(
      path, "not an ONNX model", "a ModelProto of protobuf",
      other ? "what seems to be " + std::string(kind->name) : "a file that is truncated or damaged",
      "check the path, or copy or export it again");
}

}  // namespace

Graph read_graph(std::string_view bytes, const std::string& path) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    fail(path, "the file is too large", "less than 2 GiB", std::to_string(bytes.size()) + " bytes",
         "protobuf's limit: split or shrink the model");
  }
  ModelProto model;
  if (bytes.empty() || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    fail_kind(bytes, path);
  }
  check_fields(model, kModelFields, path);
  if (!model.has_graph() || !model.has_ir_version()) fail_kind(bytes, path);
  check_fields(model.graph(), kGraphFields, path);

  Graph graph;
  graph.path = path;
  graph.producer = model.producer_name();
  if (!model.producer_version().empty()) graph.producer += " " + model.producer_version();
  graph.opset = read_opset(model, path);
  read_constants(model.graph(), graph);
  read_ports(model.graph(), graph);
  for (int i = 0; i < model.graph().node_size(); ++i) {
    graph.nodes.push_back(read_node(model.graph().node(i), i, path));
  }
  order_nodes(graph);
  return graph;
}

}  // namespace sluice::formats::onnx
