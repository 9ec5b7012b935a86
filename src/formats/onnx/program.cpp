#include "formats/onnx/program.hpp"

#include <algorithm>
#include <utility>

#include "formats/onnx/lstm.hpp"

namespace sluice::formats::onnx {
namespace {

// Elements that constants computed at load may have in all, beside those in the file: 16 MiB of
// floats. What is larger is computed when the graph runs.
constexpr std::size_t kFoldedElements = std::size_t{1} << 22;

// Elements of one array when the graph runs, for each element that goes in. An LSTM with one input
// and 512 units, or an embedding, is what makes most of least.
constexpr std::size_t kGrowth = 1024;
constexpr std::size_t kLeastElements = std::size_t{1} << 22;
constexpr std::size_t kMostElements = std::size_t{1} << 28;  // 1 GiB of floats

std::size_t elements_in(const Graph& graph) {
  std::size_t count = 0;
  for (const auto& constant : graph.constants) count += constant.second.count();
  return count;
}

}  // namespace

Program::Program(Graph graph) : graph_(std::move(graph)) {
  for (const auto& constant : graph_.constants) {
    const std::size_t place = place_of(constant.first);
    constants_[place] = constant.second;
    is_constant_[place] = true;
  }
  for (const Declared& input : graph_.inputs) place_of(input.name);
  std::size_t budget = kFoldedElements + 4 * elements_in(graph_);
  for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
    const Node& node = graph_.nodes[n];
    Step step;
    step.row = &operator_of(node, graph_.opset);
    for (const std::string& name : node.inputs) {
      step.inputs.push_back(name.empty() ? kNone : place_of(name));
    }
    for (const std::string& name : node.outputs) {
      step.outputs.push_back(name.empty() ? kNone : place_of(name));
    }
    if (node.op == "LSTM") step.lstm = prepare_lstm(node, gather(step, constants_, is_constant_));
    steps_.push_back(std::move(step));
    fold(n, budget);
  }
  find_last_reads();
}

std::size_t Program::place_of(const std::string& name) {
  const auto found = places_.emplace(name, constants_.size());
  if (found.second) {
    constants_.emplace_back();
    is_constant_.push_back(false);
  }
  return found.first->second;
}

const Value* Program::constant(const std::string& name) const {
  const auto found = places_.find(name);
  return found != places_.end() && is_constant_[found->second] ? &constants_[found->second]
                                                               : nullptr;
}

// Null where an input is left out or not there.
std::vector<const Value*> Program::gather(const Step& step, const std::vector<Value>& values,
                                          const std::vector<bool>& there) const {
  std::vector<const Value*> gathered;
  for (const std::size_t place : step.inputs) {
    gathered.push_back(place != kNone && there[place] ? &values[place] : nullptr);
  }
  return gathered;
}

void Program::fold(std::size_t node, std::size_t& budget) {
  Step& step = steps_[node];
  if (!step.row->foldable) return;
  const std::vector<const Value*> inputs = gather(step, constants_, is_constant_);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (step.inputs[i] != kNone && inputs[i] == nullptr) return;
  }
  std::vector<Value> results;
  try {
    results = step.row->kernel({graph_.nodes[node], graph_.opset, inputs, budget});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) throw;
    return;  // it says so again when it runs, or has room then
  }
  for (const Value& result : results) budget -= std::min(budget, result.count());
  for (std::size_t i = 0; i < step.outputs.size() && i < results.size(); ++i) {
    if (step.outputs[i] == kNone) continue;
    constants_[step.outputs[i]] = std::move(results[i]);
    is_constant_[step.outputs[i]] = true;
  }
  step.folded = true;
}

void Program::find_last_reads() {
  std::vector<bool> seen(constants_.size(), false);
  for (const Declared& output : graph_.outputs) seen[places_.at(output.name)] = true;
  for (std::size_t n = steps_.size(); n-- > 0;) {
    for (const std::size_t place : steps_[n].inputs) {
      if (place == kNone || seen[place] || is_constant_[place]) continue;
      seen[place] = true;
      steps_[n].last_reads.push_back(place);
    }
  }
}

std::size_t Program::elements_allowed(const std::map<std::string, Value>& inputs) const {
  std::size_t count = elements_in(graph_);
  for (const auto& input : inputs) count += input.second.count();
  if (count > kMostElements / kGrowth) return kMostElements;
  return std::max(kLeastElements, count * kGrowth);
}

std::map<std::string, Value> Program::run(const std::map<std::string, Value>& inputs,
                                          const std::vector<std::string>& wanted) const {
  std::vector<Value> values = constants_;
  std::vector<bool> there = is_constant_;
  for (const auto& input : inputs) {
    values[places_.at(input.first)] = input.second;
    there[places_.at(input.first)] = true;
  }
  const std::size_t allowed = elements_allowed(inputs);
  std::vector<bool> kept(values.size(), false);
  for (const std::string& name : wanted) kept[places_.at(name)] = true;
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const Step& step = steps_[n];
    if (step.folded) continue;
    const std::vector<const Value*> given = gather(step, values, there);
    std::vector<Value> results =
        step.row->kernel({graph_.nodes[n], graph_.opset, given, allowed, step.lstm.get()});
    for (std::size_t i = 0; i < step.outputs.size() && i < results.size(); ++i) {
      if (step.outputs[i] == kNone) continue;
      values[step.outputs[i]] = std::move(results[i]);
      there[step.outputs[i]] = true;
    }
    for (const std::size_t place : step.last_reads) {
      if (!kept[place]) values[place] = Value();
    }
  }
  std::map<std::string, Value> results;
  for (const std::string& name : wanted) results.emplace(name, values[places_.at(name)]);
  return results;
}

}  // namespace sluice::formats::onnx
