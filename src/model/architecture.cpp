#include "model/architecture.hpp"

#include <functional>
#include <numeric>

#include "sluice/error.hpp"

namespace sluice {
namespace {

class List {
 public:
  explicit List(const Architecture& of) : of_(of) {}

  void add_layer(std::size_t layer, std::size_t direction) {
    const CellOptions& cell = of_.cell;
    const std::size_t hidden = of_.hidden[layer], state = of_.state(layer);
    const std::size_t gates = cell.gates() * hidden;
    const auto put = [&](bool wanted, Role role, const char* name, std::vector<std::size_t> shape) {
      if (!wanted) return;
      add(name + ("_l" + std::to_string(layer)) + (direction == 1 ? "_reverse" : ""),
          std::move(shape), {.role = role, .layer = layer, .direction = direction}, hidden);
    };
    const bool ba = cell.layer_norm == LayerNorm::ba;
    put(true, Role::weight_ih, "weight_ih", {gates, of_.layer_input(layer)});
    put(true, Role::weight_hh, "weight_hh", {gates, state});
    put(of_.biases >= 1, Role::bias_ih, "bias_ih", {gates});
    put(of_.biases >= 2, Role::bias_hh, "bias_hh", {gates});
    put(cell.projection > 0, Role::weight_hr, "weight_hr", {state, hidden});
    put(cell.projection_bias, Role::bias_hr, "bias_hr", {state});
    put(cell.peephole, Role::peephole, "peephole", {cell.peepholes() * hidden});
    put(ba, Role::norm_ih, "norm_ih", {gates});
    put(ba, Role::norm_hh, "norm_hh", {gates});
    put(cell.layer_norm == LayerNorm::tflite, Role::norm_gates, "norm_gates", {gates});
    put(ba, Role::norm_c, "norm_c", {hidden});
    put(ba, Role::norm_c_bias, "norm_c_bias", {hidden});
    put(of_.learned_state, Role::initial_h, "initial_h", {state});
    put(of_.learned_state && cell.kind == CellKind::lstm, Role::initial_c, "initial_c", {hidden});
  }

  void add_head() {
    const std::size_t layer = of_.layers() - 1, inputs = of_.layer_output(layer);
    add("head.weight", {of_.output, inputs}, {.role = Role::head_weight, .layer = layer}, inputs);
    add("head.bias", {of_.output}, {.role = Role::head_bias, .layer = layer}, inputs);
  }

  std::vector<Parameter> take() { return std::move(list_); }

 private:
  struct Place {
    Role role;
    std::size_t layer;
    std::size_t direction = 0;
  };

  void add(std::string name, std::vector<std::size_t> shape, const Place& place,
           std::size_t hidden) {
    const std::size_t count =
        std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    list_.push_back({std::move(name), std::move(shape), place.role, place.layer, place.direction,
                     hidden, offset_, count});
    offset_ += count;
  }

  const Architecture& of_;
  std::vector<Parameter> list_;
  std::size_t offset_ = 0;
};

[[noreturn]] void refuse(const std::string& what, const std::string& expected,
                         const std::string& got, const std::string& hint = "") {
  throw Error(
      ErrorCode::usage,
      {.where = "architecture", .what = what, .expected = expected, .got = got, .hint = hint});
}

constexpr std::size_t kLargest = 1 << 20;

void check_sizes(const Architecture& of) {
  const auto size = [](const char* what, std::size_t lowest, std::size_t got) {
    if (got >= lowest && got <= kLargest) return;
    refuse(what, std::to_string(lowest) + " to 1048576", std::to_string(got));
  };
  if (of.layers() == 0) refuse("no layers", "at least 1", "0");
  size("bad number of inputs", 1, of.input);
  for (const std::size_t hidden : of.hidden) size("bad hidden size", 1, hidden);
  size("bad number of outputs", 0, of.output);
  if (of.biases > 2) refuse("bad number of bias vectors", "0, 1 or 2", std::to_string(of.biases));
}

void check_residual(const Architecture& of) {
  for (std::size_t layer = 1; layer < of.layers(); ++layer) {
    const std::size_t in = of.layer_input(layer), out = of.layer_output(layer);
    if (in == out) continue;
    refuse("a residual connection adds a layer's input to its output, which must have one size",
           std::to_string(in) + " outputs of layer " + std::to_string(layer), std::to_string(out),
           "give all layers the same size");
  }
}

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

bool plain(const Architecture& architecture) {
  const CellOptions& cell = architecture.cell;
  return cell.kind == CellKind::lstm && !cell.peephole && cell.coupling == Coupling::none &&
         cell.layer_norm == LayerNorm::none && cell.gate_clip <= 0.0 && cell.cell_clip <= 0.0 &&
         cell.zoneout_c <= 0.0 && cell.recurrent_dropout <= 0.0 && standard(architecture);
}

bool plain_stack(const Architecture& of) {
  return plain(of) && of.direction == Direction::forward && of.cell.projection == 0 &&
         of.cell.projection_clip <= 0.0 && of.cell.zoneout_h <= 0.0 && !of.residual;
}

bool standard(const Architecture& architecture) {
  return architecture.activations == std::array<CellActivations, 2>{};
}

void check(const Architecture& architecture) {
  check_sizes(architecture);
  for (const std::size_t hidden : architecture.hidden) sluice::check(architecture.cell, hidden);
  if (architecture.residual) check_residual(architecture);
}

}  // namespace sluice
