#include "network/run.hpp"

#include <algorithm>

namespace sluice::network {
namespace {

constexpr std::size_t kChunk = 64;  // steps at a time: bounds the memory of a long run

using Rows = FloatVector LayerTape::*;

// Between [L, B, H] and the rows of the tape's first step.
void load(Tape& tape, const Architecture& architecture, Rows rows, const std::vector<float>& from) {
  const float* next = from.data();
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    const std::size_t hidden = architecture.hidden[layer];
    for (std::size_t b = 0; b < tape.batch(); ++b, next += hidden) {
      std::copy_n(next, hidden, (tape.layers[layer].*rows).data() + b * tape.layers[layer].units);
    }
  }
}

std::vector<float> store(const Tape& tape, const Architecture& architecture, Rows rows) {
  std::vector<float> to;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const float* row = (tape.layers[layer].*rows).data() + b * tape.layers[layer].units;
      to.insert(to.end(), row, row + architecture.hidden[layer]);
    }
  }
  return to;
}

}  // namespace

std::vector<float> run(const Network& network, std::span<const float> x, std::size_t batch,
                       std::size_t steps, RunState& state) {
  const Architecture& architecture = network.architecture();
  const std::size_t input = architecture.input, width = architecture.width();
  Tape tape(architecture, std::min(kChunk, std::max<std::size_t>(1, steps)), batch,
            Tape::Use::forward_only);
  if (!state.h.empty()) load(tape, architecture, &LayerTape::h, state.h);
  if (!state.c.empty()) load(tape, architecture, &LayerTape::c, state.c);
  std::vector<float> y(batch * steps * width);
  for (std::size_t first = 0; first < steps; first += kChunk) {
    const std::size_t count = std::min(kChunk, steps - first);
    tape.set_steps(count);
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t t = 0; t < count; ++t) {
        std::copy_n(x.data() + (b * steps + first + t) * input, input, tape.x(t, b));
      }
    }
    network.forward(tape);
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t t = 0; t < count; ++t) {
        std::copy_n(tape.y(t, b), width, y.data() + (b * steps + first + t) * width);
      }
    }
    tape.carry_state();
  }
  state.h = store(tape, architecture, &LayerTape::h);
  state.c = store(tape, architecture, &LayerTape::c);
  return y;
}

}  // namespace sluice::network
