// Builds the parameter list of an architecture: names, shapes and offsets, in order. Their initial
// values are in initialisers.cpp.
#include "model/parameters.hpp"

#include <functional>
#include <numeric>

namespace sluice {
namespace {

class List {
 public:
  explicit List(const Architecture& architecture) : arch_(architecture) {}

  void add_layer(std::size_t layer, std::size_t direction) {
    const CellOptions& cell = arch_.cell;
    const std::size_t hidden = arch_.hidden[layer], state = arch_.state(layer);
    const std::size_t gates = cell.gates() * hidden;
    const auto put = [&](bool wanted, Role role, const char* name, std::vector<std::size_t> shape) {
      if (!wanted) return;
      add(name + ("_l" + std::to_string(layer)) + (direction == 1 ? "_reverse" : ""),
          std::move(shape), {.role = role, .layer = layer, .direction = direction}, hidden);
    };
    const bool ba = cell.layer_norm == LayerNorm::ba;
    put(true, Role::weight_ih, "weight_ih", {gates, arch_.layer_input(layer)});
    put(true, Role::weight_hh, "weight_hh", {gates, state});
    put(arch_.biases >= 1, Role::bias_ih, "bias_ih", {gates});
    put(arch_.biases >= 2, Role::bias_hh, "bias_hh", {gates});
    put(cell.projection > 0, Role::weight_hr, "weight_hr", {state, hidden});
    put(cell.projection_bias, Role::bias_hr, "bias_hr", {state});
    put(cell.peephole, Role::peephole, "peephole", {cell.peepholes() * hidden});
    put(ba, Role::norm_ih, "norm_ih", {gates});
    put(ba, Role::norm_hh, "norm_hh", {gates});
    put(cell.layer_norm == LayerNorm::tflite, Role::norm_gates, "norm_gates", {gates});
    put(ba, Role::norm_c, "norm_c", {hidden});
    put(ba, Role::norm_c_bias, "norm_c_bias", {hidden});
    put(arch_.learned_state, Role::initial_h, "initial_h", {state});
    put(arch_.learned_state && cell.kind == CellKind::lstm, Role::initial_c, "initial_c", {hidden});
  }

  void add_head() {
    const std::size_t layer = arch_.layers() - 1, inputs = arch_.layer_output(layer);
    add("head.weight", {arch_.output, inputs}, {.role = Role::head_weight, .layer = layer}, inputs);
    add("head.bias", {arch_.output}, {.role = Role::head_bias, .layer = layer}, inputs);
  }

  std::vector<Parameter> take() { return std::move(list_); }

 private:
  struct Key {
    Role role;
    std::size_t layer;
    std::size_t direction = 0;
  };

  void add(std::string name, std::vector<std::size_t> shape, const Key& key, std::size_t hidden) {
    const std::size_t count =
        std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    list_.push_back({std::move(name), std::move(shape), key.role, key.layer, key.direction, hidden,
                     offset_, count});
    offset_ += count;
  }

  const Architecture& arch_;
  std::vector<Parameter> list_;
  std::size_t offset_ = 0;
};

}  // namespace

std::vector<Parameter> parameter_list(const Architecture& architecture) {
  List list(architecture);
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    for (std::size_t d = 0; d < architecture.directions(); ++d) list.add_layer(layer, d);
  }
  if (architecture.output > 0) list.add_head();
  return list.take();
}

std::size_t parameter_count(const std::vector<Parameter>& list) {
  return list.empty() ? 0 : list.back().offset + list.back().count;
}

}  // namespace sluice
