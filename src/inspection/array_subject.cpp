#include "inspection/array_subject.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::inspection {
namespace {

std::vector<std::string> numbered(const char* letter, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t n = 1; n <= count; ++n) names.push_back(letter + std::to_string(n));
  return names;
}

}  // namespace

Subject array_subject(const engine::Network& network, std::size_t window, std::vector<float> x,
                      std::vector<std::string> names) {
  const Architecture& arch = network.architecture();
  Subject made;
  made.description = fmt::format(
      "{}, {} {} of {} units{}, {}", arch.cell.kind == CellKind::rnn ? "plain RNN" : "LSTM",
      arch.layers(), arch.layers() == 1 ? "layer" : "layers", fmt::join(arch.hidden, ", "),
      arch.direction == Direction::both ? " in both directions" : "",
      window == 0 ? "state carried" : fmt::format("windows of {} rows", window));
  made.network = &network;
  made.window = window;
  made.rows = x.size() / arch.input;
  made.x = std::move(x);
  made.inputs = names.empty() ? numbered("x", arch.input) : std::move(names);
  made.outputs = numbered("y", arch.width());
  made.judged = {0, made.rows};
  return made;
}

}  // namespace sluice::inspection
