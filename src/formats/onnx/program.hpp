// A graph that is ready to run: names resolved, operators found, constants computed, LSTM nodes
// prepared. Running it changes nothing in it.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "formats/onnx/graph.hpp"
#include "formats/onnx/operator.hpp"
#include "formats/onnx/run_budget.hpp"

namespace sluice::formats::onnx {

class Program {
 public:
  /// Throws Error(model) for an operator that is not known or used wrongly, Error(shape) for
  /// weights of an LSTM that do not fit.
  explicit Program(Graph graph);

  const Graph& graph() const { return graph_; }
  /// What was made of the LSTM node with this place in graph().nodes; null for other nodes.
  const PreparedLstm* lstm(std::size_t node) const { return steps_[node].lstm.get(); }
  /// The value of this name, where it does not depend on the inputs; else null.
  const Value* constant(const std::string& name) const;

  /// The values of these names, from a value for each of the graph's inputs. Nothing is checked of
  /// the inputs but by the nodes that read them. Each array is freed behind the node that reads it
  /// last; run_budget.hpp says what a run may take.
  std::map<std::string, Value> run(const std::map<std::string, Value>& inputs,
                                   const std::vector<std::string>& wanted) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Step {
    const Operator* row = nullptr;
    std::vector<std::size_t> inputs, outputs;  // places of values; kNone where left out
    std::vector<std::size_t> last_reads;       // places of values that no later step reads
    std::shared_ptr<const PreparedLstm> lstm;
    bool folded = false;  // its outputs are constants
  };

  // What computing ahead may still take while the program is made.
  struct LoadBudget {
    std::size_t folded;    // elements of constants
    std::size_t prepared;  // weights of LSTMs
    RunBudget run;         // work
  };

  std::size_t place_of(const std::string& name);
  std::shared_ptr<const PreparedLstm> prepared(const Node& node, const Step& step,
                                               LoadBudget& budget) const;
  void fold(std::size_t node, LoadBudget& budget);
  void find_last_reads();
  std::vector<const Value*> gather(const Step& step, const std::vector<Value>& values,
                                   const std::vector<bool>& there) const;

  Graph graph_;
  double constants_size_ = 0.0;                // for RunSize
  std::vector<Step> steps_;                    // one for each node
  std::map<std::string, std::size_t> places_;  // name -> place in constants_
  std::vector<Value> constants_;               // of all values: empty where not constant
  std::vector<bool> is_constant_;
};

}  // namespace sluice::formats::onnx
