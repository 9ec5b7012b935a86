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
  const Architecture& of = network.architecture();
  Subject made;
  made.description = fmt::format(
      "{}, {} {} of {} units{}, {}", of.cell.kind == CellKind::rnn ? "plain RNN" : "LSTM",
      of.layers(), of.layers() == 1 ? "layer" : "layers", fmt::join(of.hidden, ", "),
      of.direction == Direction::both ? " in both directions" : "",
      window == 0 ? "state carried" : fmt::format("windows of {} rows", window));
  made.network = &network;
  made.window = window;
  made.rows = x.size() / of.input;
  made.x = std::move(x);
  made.inputs = names.empty() ? numbered("x", of.input) : std::move(names);
  made.outputs = numbered("y", of.width());
  made.judged = {0, made.rows};
  return made;
}

}  // namespace sluice::inspection
