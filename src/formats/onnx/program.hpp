// A graph ready to run: names resolved, operators found, constants computed, LSTM nodes prepared.
// Running does not change it.
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
  /// Throws Error(model) for an operator that is unsupported or misused, Error(shape) for LSTM
  /// weights that do not fit.
  explicit Program(Graph graph);

  const Graph& graph() const { return graph_; }
  /// The prepared LSTM of graph().nodes[node]; null for other nodes.
  const PreparedLstm* lstm(std::size_t node) const { return steps_[node].lstm.get(); }
  /// The value of this name if it does not depend on the inputs, else null.
  const Value* constant(const std::string& name) const;

  /// Computes the named values from a value for each of the graph's inputs. Inputs are checked only
  /// by the nodes that read them. Each array is freed after its last reader; run_budget.hpp limits
  /// the run.
  std::map<std::string, Value> run(const std::map<std::string, Value>& inputs,
                                   const std::vector<std::string>& wanted) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Step {
    const Operator* row = nullptr;
    std::vector<std::size_t> inputs, outputs;  // indices of values; kNone if omitted
    std::vector<std::size_t> last_reads;       // indices of values that no later step reads
    std::shared_ptr<const PreparedLstm> lstm;
    bool folded = false;  // its outputs are constants
  };

  // Remaining budget of the computation at load.
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
  std::map<std::string, std::size_t> places_;  // name -> index in constants_
  std::vector<Value> constants_;               // one per value; empty unless constant
  std::vector<bool> is_constant_;
};

}  // namespace sluice::formats::onnx
