// Validates an Architecture and answers which fast paths it allows. The checks of a single cell's
// options are in cell_options.cpp.
#include "sluice/architecture.hpp"

#include <string>

#include "model/parameters.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t kLargest = 1 << 20;

[[noreturn]] void refuse(const std::string& field, const std::string& what,
                         const std::string& expected, const std::string& got,
                         const std::string& hint = "") {
  throw Error(ErrorCode::usage, {.where = "architecture, " + field,
                                 .what = what,
                                 .expected = expected,
                                 .got = got,
                                 .hint = hint});
}

void check_sizes(const Architecture& architecture) {
  const auto size = [](const std::string& field, const char* what, std::size_t lowest,
                       std::size_t got) {
    if (got >= lowest && got <= kLargest) return;
    refuse(field, what, std::to_string(lowest) + " to 1048576", std::to_string(got));
  };
  size("input", "bad number of inputs", 1, architecture.input);
  if (architecture.layers() == 0)
    refuse("hidden", "no layers", "the units of 1 layer or more", "0");
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    size("hidden[" + std::to_string(layer) + "]", "bad hidden size", 1, architecture.hidden[layer]);
  }
  size("output", "bad number of outputs", 0, architecture.output);
  if (architecture.biases > 2) {
    refuse("biases", "bad number of bias vectors", "0, 1 or 2",
           std::to_string(architecture.biases));
  }
}

void check_residual(const Architecture& architecture) {
  for (std::size_t layer = 1; layer < architecture.layers(); ++layer) {
    const std::size_t in = architecture.layer_input(layer), out = architecture.layer_output(layer);
    if (in == out) continue;
    refuse("residual",
           "a residual connection adds a layer's input to its output, which must have one size",
           std::to_string(in) + " outputs of layer " + std::to_string(layer), std::to_string(out),
           "give all layers the same size");
  }
}

}  // namespace

void check(const Architecture& architecture) {
  check_sizes(architecture);
  for (const std::size_t hidden : architecture.hidden) check(architecture.cell, hidden);
  if (architecture.residual) check_residual(architecture);
  if (!(architecture.dropout >= 0.0 && architecture.dropout < 1.0)) {
    refuse("dropout", "dropout is no rate", "0 or more, and less than 1",
           std::to_string(architecture.dropout), "0 turns it off");
  }
}

bool plain(const Architecture& architecture) {
  const CellOptions& cell = architecture.cell;
  return cell.kind == CellKind::lstm && !cell.peephole && cell.coupling == Coupling::none &&
         cell.layer_norm == LayerNorm::none && cell.gate_clip <= 0.0 && cell.cell_clip <= 0.0 &&
         cell.zoneout_c <= 0.0 && cell.recurrent_dropout <= 0.0 && standard(architecture);
}

bool plain_stack(const Architecture& architecture) {
  return plain(architecture) && architecture.direction == Direction::forward &&
         architecture.cell.projection == 0 && architecture.cell.projection_clip <= 0.0 &&
         architecture.cell.zoneout_h <= 0.0 && !architecture.residual;
}

bool standard(const Architecture& architecture) {
  return architecture.activations == std::array<CellActivations, 2>{};
}

}  // namespace sluice
