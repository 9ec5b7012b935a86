// Checks the inputs against the model's declarations, runs the program, and converts its values to
// tensors.
#include "formats/onnx/onnx_model.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/file.hpp"
#include "formats/onnx/lstm.hpp"
#include "formats/onnx/program.hpp"
#include "formats/quotes.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

[[noreturn]] void refuse(const std::string& where, std::string what, std::string expected,
                         std::string got, std::string hint = "") {
  throw Error(ErrorCode::shape, {.where = where,
                                 .what = std::move(what),
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .hint = std::move(hint)});
}

std::string list_of(const std::vector<Declared>& declared) {
  std::string text;
  for (const Declared& one : declared) {
    text += (text.empty() ? "" : "; ") + in_quotes(one.name) + " " + to_string(one);
  }
  return text.empty() ? "none" : text;
}

bool fits(const Declared& declared, const std::vector<std::size_t>& shape) {
  if (!declared.shape) return true;
  if (declared.shape->size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const Dimension& dimension = (*declared.shape)[i];
    if (dimension.size && *dimension.size != shape[i]) return false;
  }
  return true;
}

Value checked_input(const std::string& path, const Declared& declared, const Tensor& tensor) {
  const std::string where = path + ", input " + in_quotes(declared.name);
  const auto count = element_count(tensor.shape, tensor.dtype);
  if (!count || tensor.bytes.size() != *count * size_of(tensor.dtype)) {
    refuse(where, "the shape does not fit its bytes", formats::to_string(tensor.shape),
           std::to_string(tensor.bytes.size()) + " bytes");
  }
  if (!is_reasonable(tensor.shape)) {
    refuse(where, "an array without elements has huge dimensions", to_string(declared),
           formats::to_string(tensor.shape), "give an array with numbers in it");
  }
  if (tensor.dtype != declared.dtype || !fits(declared, tensor.shape)) {
    refuse(where, "the array is not as the model declares it", to_string(declared),
           type_name(tensor.dtype) + " " + formats::to_string(tensor.shape),
           "write the array with that type and shape");
  }
  return Value::from_tensor(tensor);
}

}  // namespace

std::string to_string(const Declared& declared) {
  const std::string type = type_name(declared.dtype);
  if (!declared.shape) return type + ", any shape";
  std::string text;
  for (const Dimension& dimension : *declared.shape) {
    text += text.empty() ? "" : ", ";
    text += dimension.size           ? std::to_string(*dimension.size)
            : dimension.name.empty() ? "?"
                                     : dimension.name.substr(0, 60);
  }
  return type + " [" + text + "]";
}

struct OnnxModel::State {
  Program program;
};

OnnxModel::OnnxModel(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnnxModel::OnnxModel(OnnxModel&&) noexcept = default;
OnnxModel& OnnxModel::operator=(OnnxModel&&) noexcept = default;
OnnxModel::~OnnxModel() = default;

OnnxModel OnnxModel::load(const std::string& path) { return parse(read_file(path), path); }

OnnxModel OnnxModel::parse(std::string_view bytes, const std::string& path) {
  return OnnxModel(std::make_unique<State>(State{Program(read_graph(bytes, path))}));
}

const std::vector<Declared>& OnnxModel::inputs() const { return state_->program.graph().inputs; }
const std::vector<Declared>& OnnxModel::outputs() const { return state_->program.graph().outputs; }
int OnnxModel::opset() const { return state_->program.graph().opset; }
const std::string& OnnxModel::producer() const { return state_->program.graph().producer; }

std::map<std::string, std::size_t> OnnxModel::operators() const {
  std::map<std::string, std::size_t> counts;
  for (const Node& node : state_->program.graph().nodes) ++counts[node.op];
  return counts;
}

std::vector<LstmSummary> OnnxModel::lstms() const {
  const Program& program = state_->program;
  const Graph& graph = program.graph();
  std::vector<LstmSummary> all;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const PreparedLstm* lstm = program.lstm(n);
    if (lstm == nullptr) continue;
    const Node& node = graph.nodes[n];
    const auto has = [&](std::size_t place) {
      return place < node.inputs.size() && !node.inputs[place].empty();
    };
    LstmSummary summary;
    summary.node = node.where.substr(graph.path.size() + 2);
    summary.batch_first = lstm->attributes.batch_first;
    summary.lengths = has(4);
    summary.initial_state = has(5) || has(6);
    if (lstm->layer) summary.architecture = lstm->layer->architecture;
    all.push_back(std::move(summary));
  }
  return all;
}

std::map<std::string, Tensor> OnnxModel::run(const std::map<std::string, Tensor>& inputs) const {
  const Graph& graph = state_->program.graph();
  std::map<std::string, Value> values;
  for (const Declared& declared : graph.inputs) {
    const auto found = inputs.find(declared.name);
    if (found == inputs.end()) {
      refuse(graph.path + ", input " + in_quotes(declared.name), "no array was given for it",
             to_string(declared), "",
             "give one for each of the model's inputs: " + list_of(graph.inputs));
    }
    values.emplace(declared.name, checked_input(graph.path, declared, found->second));
  }
  for (const auto& input : inputs) {
    if (values.count(input.first) > 0) continue;
    refuse(graph.path, "it has no input " + in_quotes(input.first), list_of(graph.inputs), "");
  }
  std::vector<std::string> wanted;
  for (const Declared& output : graph.outputs) wanted.push_back(output.name);
  std::map<std::string, Value> outputs = state_->program.run(values, wanted);
  std::map<std::string, Tensor> results;
  while (!outputs.empty()) {  // free each as soon as its bytes are converted
    const auto first = outputs.begin();
    results.emplace(first->first, first->second.to_tensor(first->first));
    outputs.erase(first);
  }
  return results;
}

NativeResult OnnxModel::native() const { return recognise(state_->program); }

}  // namespace sluice::formats::onnx
