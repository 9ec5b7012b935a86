#include "inspection/ablation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/elementary.hpp"

namespace sluice::inspection {
namespace {

// Gates in the order of their weight blocks: i, f, g, o.
constexpr std::array<SignalIndex, 4> kBlocks = {kI, kF, kG, kO};

// Zeroes one column of weights [rows, columns].
void clear_column(std::vector<float>& parameters, const Parameter& matrix, std::size_t column) {
  const std::size_t columns = matrix.shape[1];
  for (std::size_t at = column; at < matrix.count; at += columns)
    parameters[matrix.offset + at] = 0.0f;
}

bool mixes(const Architecture& arch) {
  return arch.residual || (arch.direction == Direction::both && arch.merge != Merge::concat);
}

// First of the gate's H rows in a weight matrix; nothing where the gate is not learned.
std::optional<std::size_t> first_row(const Architecture& arch, std::size_t layer,
                                     SignalIndex gate) {
  std::size_t row = 0;
  for (std::size_t block = 0; block < kBlocks.size(); ++block) {
    const bool there = arch.cell.has_gate(block);
    if (kBlocks[block] == gate) return there ? std::optional(row) : std::nullopt;
    if (there) row += arch.hidden[layer];
  }
  return {};
}

// First of the gate's H values in the peepholes, which are those of i, f and o.
std::size_t peephole_row(const Architecture& arch, std::size_t layer, SignalIndex gate) {
  return *first_row(arch, layer, gate) - (gate == kO ? arch.hidden[layer] : 0);
}

// The inverse of the gate's activation, clamped to finite arguments.
float sum_for(SignalIndex gate, double value) {
  constexpr double kMost = 40.0;
  const double sum = gate == kG ? 0.5 * logarithm((1.0 + value) / (1.0 - value))
                                : logarithm(value / (1.0 - value));
  return static_cast<float>(std::clamp(sum, -kMost, kMost));
}

double spread(const Subject& subject, std::span<const float> y) {
  const std::size_t width = subject.width(), rows = y.size() / width;
  double sum = 0.0;
  for (std::size_t k = 0; k < width; ++k) {
    double mean = 0.0, square = 0.0;
    for (std::size_t r = 0; r < rows; ++r) {
      const auto value = static_cast<double>(y[r * width + k]);
      mean += value;
      square += value * value;
    }
    mean /= static_cast<double>(rows);
    sum += std::max(0.0, square / static_cast<double>(rows) - mean * mean);
  }
  return std::sqrt(sum / static_cast<double>(width));
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0.0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    const double off = static_cast<double>(a[n]) - static_cast<double>(b[n]);
    sum += off * off;
  }
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

std::optional<std::vector<float>> without_unit(const engine::Network& network, std::size_t layer,
                                               std::size_t direction, std::size_t unit) {
  const Architecture& arch = network.architecture();
  const bool projected = arch.cell.projection > 0;
  const bool last = layer + 1 == arch.layers();
  if (!projected && (mixes(arch) || (last && arch.output == 0))) return {};
  std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
  const std::size_t above = direction * arch.state(layer) + unit;
  for (const Parameter& parameter : network.list()) {
    const bool here = parameter.layer == layer && parameter.direction == direction;
    if (projected) {
      if (here && parameter.role == Role::weight_hr) clear_column(parameters, parameter, unit);
    } else if (parameter.role == Role::weight_hh && here) {
      clear_column(parameters, parameter, unit);
    } else if ((parameter.role == Role::weight_ih && parameter.layer == layer + 1) ||
               (parameter.role == Role::head_weight && last)) {
      clear_column(parameters, parameter, above);
    }
  }
  return parameters;
}

std::optional<std::vector<float>> with_gate_held(const engine::Network& network, std::size_t layer,
                                                 std::size_t direction, SignalIndex gate,
                                                 std::span<const double> values) {
  const Architecture& arch = network.architecture();
  const bool squashed = arch.activations[direction] == CellActivations{};
  const std::optional<std::size_t> row = first_row(arch, layer, gate);
  if (!row || !squashed || arch.cell.kind != CellKind::lstm || arch.biases == 0 ||
      arch.cell.layer_norm != LayerNorm::none || arch.cell.gate_clip > 0.0)
    return {};
  std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
  const std::size_t hidden = arch.hidden[layer];
  const auto fill = [&](const Parameter& of_parameter, std::size_t first, std::size_t count) {
    std::fill_n(parameters.begin() + static_cast<std::ptrdiff_t>(of_parameter.offset + first),
                count, 0.0f);
  };
  for (const Parameter& parameter : network.list()) {
    if (parameter.layer != layer || parameter.direction != direction) continue;
    if (parameter.role == Role::weight_ih || parameter.role == Role::weight_hh) {
      const std::size_t columns = parameter.shape[1];
      fill(parameter, *row * columns, hidden * columns);
    } else if (parameter.role == Role::bias_hh) {
      fill(parameter, *row, hidden);
    } else if (parameter.role == Role::bias_ih) {
      for (std::size_t u = 0; u < hidden; ++u)
        parameters[parameter.offset + *row + u] = sum_for(gate, values[u]);
    } else if (parameter.role == Role::peephole && gate != kG) {
      fill(parameter, peephole_row(arch, layer, gate), hidden);
    }
  }
  return parameters;
}

Range rows_to_ablate(const Subject& subject, double seconds) {
  constexpr double kFlopPerSecond = 1e10;
  constexpr std::size_t kLeast = 64, kMost = 2000;
  const Architecture& arch = subject.network->architecture();
  const auto weights = static_cast<double>(subject.network->count());
  double runs = 0.0;
  for (const std::size_t hidden : arch.hidden)
    runs += static_cast<double>(arch.directions() * (hidden + 4));
  const double steps = static_cast<double>(std::max<std::size_t>(subject.window, 1));
  const double affordable = seconds * kFlopPerSecond / (2.0 * weights * runs * steps);
  const Range& judged = subject.judged;
  if (arch.direction != Direction::forward) return judged;  // a reverse layer needs all rows
  const std::size_t rows =
      std::clamp(static_cast<std::size_t>(std::min(affordable, 1e9)), kLeast, kMost);
  return {judged.last - std::min(rows, judged.count()), judged.last};
}

Ablation ablate(const Subject& subject, const Trace& trace, const Range& rows, ThreadPool& pool,
                const std::function<void(std::size_t, std::size_t)>& progress) {
  const Architecture& arch = subject.network->architecture();
  const State before = subject.window > 0 ? State{} : state_before(subject, rows.first, rows.first);
  const std::vector<float> untouched = answers(subject, *subject.network, rows, before);
  Ablation result{.rows = rows, .error = {}, .units = {}, .gates = {}};
  if (subject.error) result.error = subject.error(rows.first, untouched);
  const double scale = spread(subject, untouched);

  std::vector<std::optional<std::vector<float>>> changed;
  for (const Trace::Part& part : trace.parts()) {
    for (std::size_t u = 0; u < arch.hidden[part.layer]; ++u) {
      result.units.push_back({.layer = part.layer, .direction = part.direction, .unit = u});
      changed.push_back(without_unit(*subject.network, part.layer, part.direction, u));
    }
  }
  for (const Trace::Part& part : trace.parts()) {
    for (const SignalIndex gate : {kF, kI, kG, kO}) {
      const std::vector<float>& values = part.signals[gate];
      if (values.empty()) continue;
      std::vector<double> means(part.units.count(), 0.0);
      for (std::size_t n = 0; n < values.size(); ++n)
        means[n % means.size()] += static_cast<double>(values[n]);
      double mean = 0.0;
      for (double& one : means) {
        one *= static_cast<double>(means.size()) / static_cast<double>(values.size());
        mean += one / static_cast<double>(means.size());
      }
      result.gates.push_back(
          {.layer = part.layer, .direction = part.direction, .gate = gate, .held_at = mean});
      changed.push_back(with_gate_held(*subject.network, part.layer, part.direction, gate, means));
    }
  }

  std::vector<std::optional<double>> changes(changed.size());
  const auto run = [&](std::size_t n) {
    if (!changed[n]) return;
    engine::Network without = *subject.network;
    without.set_parameters(*changed[n]);
    const std::vector<float> y = answers(subject, without, rows, before);
    if (result.error) {
      if (*result.error > 0.0)
        changes[n] = 100.0 * (subject.error(rows.first, y) / *result.error - 1.0);
    } else if (scale > 0.0) {
      changes[n] = 100.0 * distance(y, untouched) / scale;
    }
  };
  // In chunks, so that progress can be reported between them.
  const std::size_t share = 8 * pool.threads();
  for (std::size_t first = 0; first < changed.size(); first += share) {
    if (progress) progress(first, changed.size());
    pool.run(std::min(share, changed.size() - first), [&](std::size_t n) { run(first + n); });
  }
  for (std::size_t n = 0; n < result.units.size(); ++n) result.units[n].change = changes[n];
  for (std::size_t n = 0; n < result.gates.size(); ++n)
    result.gates[n].change = changes[result.units.size() + n];
  return result;
}

}  // namespace sluice::inspection
