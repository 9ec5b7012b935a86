// Resolves names to indices and computes constant nodes at load, within a budget. A run then
// executes the nodes in order and frees each value after its last reader.
#include "formats/onnx/program.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "formats/onnx/lstm.hpp"

namespace sluice::formats::onnx {
namespace {

// Most elements of constants computed at load, beyond those in the file: 16 MiB of floats. Larger
// ones are computed when the graph runs. The same limit holds for the weights of prepared LSTMs,
// since many nodes may share those in the file.
constexpr std::size_t kFoldedElements = std::size_t{1} << 22;

std::size_t elements_in(const Graph& graph) {
  std::size_t count = 0;
  for (const auto& constant : graph.constants) count += constant.second.count();
  return count;
}

std::size_t count_of_all(const std::vector<const Value*>& values) {
  std::size_t count = 0;
  for (const Value* value : values) count += value != nullptr ? value->count() : 0;
  return count;
}

// Whether the results share the inputs' elements, or only depend on their shape.
bool copies_nothing(const Node& node) {
  static const std::set<std::string_view> names = {"Constant", "Dropout", "Flatten", "Identity",
                                                   "Reshape",  "Shape",   "Squeeze", "Unsqueeze"};
  return names.count(node.op) > 0;
}

}  // namespace

Program::Program(Graph graph)
    : graph_(std::move(graph)), constants_size_(size_of_constants(graph_)) {
  for (const auto& constant : graph_.constants) {
    const std::size_t place = place_of(constant.first);
    constants_[place] = constant.second;
    is_constant_[place] = true;
  }
  for (const Declared& input : graph_.inputs) place_of(input.name);
  const std::size_t most = kFoldedElements + 4 * elements_in(graph_);
  LoadBudget budget{most, most, RunBudget({.constants = constants_size_})};
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
    if (node.op == "LSTM") step.lstm = prepared(node, step, budget);
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

// Null for an input that is omitted or not available.
std::vector<const Value*> Program::gather(const Step& step, const std::vector<Value>& values,
                                          const std::vector<bool>& there) const {
  std::vector<const Value*> gathered;
  for (const std::size_t place : step.inputs) {
    gathered.push_back(place != kNone && there[place] ? &values[place] : nullptr);
  }
  return gathered;
}

std::shared_ptr<const PreparedLstm> Program::prepared(const Node& node, const Step& step,
                                                      LoadBudget& budget) const {
  std::vector<const Value*> given = gather(step, constants_, is_constant_);
  const std::size_t count = count_of_all(given);
  // prepared at each run instead
  if (count > budget.prepared) std::fill(given.begin(), given.end(), nullptr);
  auto lstm = prepare_lstm(node, given);
  if (lstm->layer) budget.prepared -= count;
  return lstm;
}

void Program::fold(std::size_t node, LoadBudget& budget) {
  Step& step = steps_[node];
  if (!step.row->foldable) return;
  const std::vector<const Value*> inputs = gather(step, constants_, is_constant_);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (step.inputs[i] != kNone && inputs[i] == nullptr) return;
  }
  // Checked here because kernels that move elements do not check the budget: their results are no
  // larger than their inputs.
  if (!copies_nothing(graph_.nodes[node]) && count_of_all(inputs) > budget.folded) return;
  std::vector<Value> results;
  try {
    results =
        step.row->kernel({graph_.nodes[node], graph_.opset, inputs, budget.folded, budget.run});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) throw;
    return;  // the run reports the error, or has the room
  }
  for (const Value& result : results) budget.folded -= std::min(budget.folded, result.count());
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
  const auto last = [&](std::size_t n, std::size_t place) {
    if (place == kNone || seen[place] || is_constant_[place]) return;
    seen[place] = true;
    steps_[n].last_reads.push_back(place);
  };
  for (std::size_t n = steps_.size(); n-- > 0;) {
    for (const std::size_t place : steps_[n].outputs) last(n, place);  // never read
    for (const std::size_t place : steps_[n].inputs) last(n, place);
  }
}

std::map<std::string, Value> Program::run(const std::map<std::string, Value>& inputs,
                                          const std::vector<std::string>& wanted) const {
  std::vector<Value> values = constants_;
  std::vector<bool> there = is_constant_;
  RunSize size{.constants = constants_size_};
  for (const auto& input : inputs) {
    values[places_.at(input.first)] = input.second;
    there[places_.at(input.first)] = true;
    size.inputs += size_of(input.second);
  }
  RunBudget budget(size);
  std::vector<bool> kept(values.size(), false);
  for (const std::string& name : wanted) kept[places_.at(name)] = true;
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    const Step& step = steps_[n];
    if (step.folded) continue;
    const std::vector<const Value*> given = gather(step, values, there);
    std::vector<Value> results = step.row->kernel(
        {graph_.nodes[n], graph_.opset, given, budget.room(), budget, step.lstm.get()});
    for (std::size_t i = 0; i < step.outputs.size() && i < results.size(); ++i) {
      if (step.outputs[i] == kNone) continue;
      budget.spend(graph_.nodes[n].where,
                   results[i].alone() ? kWorkOfElement * size_of(results[i]) : 0.0);
      budget.keep(graph_.nodes[n].where, results[i]);
      values[step.outputs[i]] = std::move(results[i]);
      there[step.outputs[i]] = true;
    }
    for (const std::size_t place : step.last_reads) {
      if (kept[place]) continue;
      budget.give_up(values[place]);
      values[place] = Value();
    }
  }
  std::map<std::string, Value> results;
  for (const std::string& name : wanted) results.emplace(name, values[places_.at(name)]);
  return results;
}

}  // namespace sluice::formats::onnx
