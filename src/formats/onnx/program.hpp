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
  /// the inputs but by the nodes that read them. An array in between may have 1024 times the
  /// elements of all inputs and constants, so that a damaged file takes no more memory than that.
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

  std::size_t elements_allowed(const std::map<std::string, Value>& inputs) const;
  std::size_t place_of(const std::string& name);
  void fold(std::size_t node, std::size_t& budget);
  void find_last_reads();
  std::vector<const Value*> gather(const Step& step, const std::vector<Value>& values,
                                   const std::vector<bool>& there) const;

  Graph graph_;
  std::vector<Step> steps_;                    // one for each node
  std::map<std::string, std::size_t> places_;  // name -> place in constants_
  std::vector<Value> constants_;               // of all values: empty where not constant
  std::vector<bool> is_constant_;
};

}  // namespace sluice::formats::onnx
