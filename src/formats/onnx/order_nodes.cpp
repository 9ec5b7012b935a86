// Sorts a graph's nodes topologically, or finds a cycle.
#include <queue>
#include <unordered_map>
#include <utility>

#include "formats/onnx/graph.hpp"
#include "formats/quotes.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);  // an input or a constant

[[noreturn]] void fail(const std::string& where, std::string what, std::string hint) {
  throw Error(ErrorCode::model, {.where = where, .what = std::move(what), .hint = std::move(hint)});
}

// name of a value -> node that produces it
using Givers = std::unordered_map<std::string, std::size_t>;

Givers find_givers(const Graph& graph) {
  Givers givers;
  for (const auto& constant : graph.constants) givers.emplace(constant.first, kNobody);
  for (const Declared& input : graph.inputs) givers.emplace(input.name, kNobody);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const std::string& name : graph.nodes[n].outputs) {
      if (name.empty() || givers.emplace(name, n).second) continue;
      fail(graph.nodes[n].where, "its output " + in_quotes(name) + " has a name that is taken",
           "the file is damaged: export it again");
    }
  }
  return givers;
}

std::size_t giver(const Givers& givers, const std::string& name, const std::string& where) {
  const auto found = givers.find(name);
  if (found == givers.end()) {
    fail(where, "no node, input or tensor gives " + in_quotes(name),
         "the file is damaged: export it again");
  }
  return found->second;
}

}  // namespace

void order_nodes(Graph& graph) {
  const Givers givers = find_givers(graph);
  const std::size_t count = graph.nodes.size();
  std::vector<std::vector<std::size_t>> readers(count);  // one entry per input read
  std::vector<std::size_t> missing(count, 0);
  for (std::size_t n = 0; n < count; ++n) {
    for (const std::string& name : graph.nodes[n].inputs) {
      if (name.empty()) continue;
      const std::size_t from = giver(givers, name, graph.nodes[n].where);
      if (from == kNobody) continue;
      readers[from].push_back(n);
      ++missing[n];
    }
  }
  for (const Declared& output : graph.outputs) {
    giver(givers, output.name, graph.path + ", output " + in_quotes(output.name));
  }

  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t n = 0; n < count; ++n) {
    if (missing[n] == 0) ready.push(n);
  }
  std::vector<Node> sorted;
  sorted.reserve(count);
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    sorted.push_back(std::move(graph.nodes[next]));
    for (const std::size_t reader : readers[next]) {
      if (--missing[reader] == 0) ready.push(reader);
    }
  }
  for (std::size_t n = 0; n < count; ++n) {
    if (missing[n] > 0) {
      fail(graph.nodes[n].where, "it depends on its own output",
           "a graph with a loop cannot be run: export the model without one");
    }
  }
  graph.nodes = std::move(sorted);
}

}  // namespace sluice::formats::onnx
