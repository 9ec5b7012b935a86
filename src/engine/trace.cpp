#include "engine/trace.hpp"

#include <span>

#include "sluice/error.hpp"

namespace sluice::engine {

void check_traceable(const Network& network) {
  if (network.storage().weights != kernels::WeightType::int8) return;
  throw Error(ErrorCode::usage, {.where = "trace",
                                 .what = "a network of int8 weights keeps no gates",
                                 .expected = "float32 or float16 weights",
                                 .hint = "look into the model that it was converted from"});
}

void trace(const Activations& activations, const Architecture& architecture,
           FunctionRef<std::size_t(std::size_t)> place, TraceSink& sink) noexcept {
  const bool lstm = architecture.cell.kind == CellKind::lstm;
  const std::size_t batch = activations.batch();
  for (std::size_t index = 0; index < activations.layers.size(); ++index) {
    const LayerActivations& layer = activations.layers[index];
    const std::size_t number = index / architecture.directions(),
                      direction = index % architecture.directions();
    const std::size_t hidden = architecture.hidden[number], state = architecture.state(number);
    const bool reverse = architecture.direction == Direction::reverse || direction == 1;
    for (std::size_t position = 0; position < activations.longest(); ++position) {
      for (std::size_t sample = 0; sample < batch; ++sample) {
        const std::size_t time = activations.time(position, sample, reverse);
        if (!activations.runs(time, sample)) continue;
        const std::size_t row = position * batch + sample, after = row + batch;
        const auto gate = [&](std::size_t block, bool there) {
          const float* first = layer.gates.data() + (4 * row + block) * layer.units;
          return std::span(first, there ? hidden : 0);
        };
        const auto units = [&](const FloatVector& rows, std::size_t at) {
          return std::span(rows.data() + at * layer.units, lstm ? hidden : 0);
        };
        sink.step({.layer = number,
                   .direction = direction,
                   .sample = sample,
                   .step = place(sample) + time,
                   .f = gate(1, lstm),
                   .g = gate(2, true),
                   .i = gate(0, lstm),
                   .c = units(layer.c, after),
                   .tanh_c = units(layer.tanh_c, row),
                   .o = gate(3, lstm),
                   .h = std::span(layer.h.data() + after * layer.state_units, state)});
      }
    }
  }
}

}  // namespace sluice::engine
