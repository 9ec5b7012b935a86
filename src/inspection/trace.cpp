#include "inspection/trace.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::inspection {
namespace {

Range within(const Range& chosen, std::size_t count) {
  const std::size_t first = std::min(chosen.first, count);
  return {first, std::max(first, std::min(chosen.last, count))};
}

bool has(const Architecture& arch, std::size_t signal) {
  return arch.cell.kind == CellKind::lstm || signal == kG || signal == kH;
}

}  // namespace

Trace::Trace(const Architecture& arch, const Where& where, std::size_t first_step)
    : where_(where),
      first_step_(first_step),
      directions_(arch.directions()),
      reverse_(arch.direction == Direction::reverse) {
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    for (std::size_t direction = 0; direction < directions_; ++direction) {
      if (!where.holds(layer, direction, where.steps.first)) continue;
      Part& part = parts_.emplace_back();
      part.layer = layer;
      part.direction = direction;
      part.units = within(where.units, arch.hidden[layer]);
      part.state = within(where.units, arch.state(layer));
      for (std::size_t signal = 0; signal < kSignalNames.size(); ++signal) {
        if (has(arch, signal))
          part.signals[signal].assign(where.steps.count() * part.width(signal), std::nanf(""));
      }
    }
  }
}

std::size_t Trace::bytes(const Architecture& arch, const Where& where) {
  std::size_t floats = 0;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    for (std::size_t direction = 0; direction < arch.directions(); ++direction) {
      if (!where.holds(layer, direction, where.steps.first)) continue;
      const std::size_t units = within(where.units, arch.hidden[layer]).count();
      const std::size_t state = within(where.units, arch.state(layer)).count();
      floats += where.steps.count() *
                (arch.cell.kind == CellKind::lstm ? 6 * units + state : units + state);
    }
  }
  return floats * sizeof(float);
}

void Trace::put(std::size_t part, std::size_t signal, std::size_t step, const float* values) {
  Part& to = parts_[part];
  const Range& chosen = signal == kH ? to.state : to.units;
  std::copy_n(values + chosen.first, chosen.count(),
              to.signals[signal].data() + (step - where_.steps.first) * chosen.count());
}

void Trace::step(const TraceStep& s) noexcept {
  const std::size_t step = first_step_ + s.step;
  if (s.sample != 0 || !where_.steps.holds(step)) return;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part].layer != s.layer || parts_[part].direction != s.direction) continue;
    const std::array values = {s.f, s.i, s.g, s.o, s.c, s.tanh_c, s.h};
    for (std::size_t signal = 0; signal < values.size(); ++signal) {
      if (!values[signal].empty()) put(part, signal, step, values[signal].data());
    }
  }
}

void Trace::take(const reference::Forward& run, const reference::Network& network) {
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const std::size_t index = parts_[part].layer * directions_ + parts_[part].direction;
    const reference::LayerTrace& from = run.trace[index];
    const std::array signals = {&from.f, &from.i, &from.g, &from.o, &from.c, &from.tanh_c, &from.h};
    for (std::size_t signal = 0; signal < signals.size(); ++signal) {
      if (parts_[part].signals[signal].empty()) continue;
      const std::size_t width =
          signal == kH ? network.layers[index].state : network.layers[index].hidden;
      const std::size_t steps = signals[signal]->size() / width;
      std::vector<float> row(width);
      for (std::size_t t = 0; t < steps; ++t) {
        if (!where_.steps.holds(first_step_ + t)) continue;
        for (std::size_t u = 0; u < width; ++u)
          row[u] = static_cast<float>((*signals[signal])[t * width + u]);
        put(part, signal, first_step_ + t, row.data());
      }
    }
  }
}

std::string Trace::name(const Part& part) const {
  const bool reverse = reverse_ || part.direction == 1;
  return "layer" + std::to_string(part.layer) + (reverse ? ".reverse" : ".forward");
}

}  // namespace sluice::inspection
