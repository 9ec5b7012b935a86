#include "experiments/adding_inside.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/random.hpp"
#include "engine/run.hpp"
#include "experiments/experiment.hpp"
#include "inspection/ablation.hpp"
#include "inspection/array_subject.hpp"
#include "inspection/gradient_flow.hpp"
#include "inspection/trace.hpp"

namespace sluice::experiments {
namespace {

using inspection::Subject;

Subject subject_of(const engine::Network& network, const MarkedSequence& sequence) {
  return inspection::array_subject(network, 0, sequence.x, {});
}

inspection::LayerFlow flow_of(const engine::Network& network, const MarkedSequence& sequence) {
  constexpr std::size_t kLast = kAddingSteps - 1;
  return inspection::gradient_flow(subject_of(network, sequence), 0, kLast, kLast).layers[0];
}

double squared_error(const engine::Network& network, std::span<const MarkedSequence> sequences) {
  std::vector<float> x;
  for (const MarkedSequence& one : sequences) x.insert(x.end(), one.x.begin(), one.x.end());
  State state;
  const std::vector<float> y =
      engine::run(network, {.x = x, .batch = sequences.size(), .steps = kAddingSteps}, state);
  double sum = 0.0;
  for (std::size_t n = 0; n < sequences.size(); ++n) {
    const double off = static_cast<double>(y[(n + 1) * kAddingSteps - 1]) - sequences[n].sum;
    sum += off * off;
  }
  return sum / static_cast<double>(sequences.size());
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<double> medians(const std::vector<std::vector<double>>& curves) {
  std::vector<double> made;
  for (std::size_t k = 0; k < curves.front().size(); ++k) {
    std::vector<double> at_k;
    at_k.reserve(curves.size());
    for (const std::vector<double>& curve : curves) at_k.push_back(curve[k]);
    made.push_back(median(std::move(at_k)));
  }
  return made;
}

Experiment experiment_of(CellKind kind, std::size_t updates) {
  return {.name = "adding",
          .task = [](std::size_t batch) { return adding(kAddingSteps, batch); },
          .units = 16,
          .rate = 1e-2,
          .updates = updates,
          .wrong_allowed = 5,
          .cell = {.kind = kind}};
}

struct Trained {
  engine::Network network;
  Outcome outcome;
};

Trained trained(const Experiment& experiment, std::uint64_t seed) {
  constexpr std::size_t kThreads = 2;
  Trained made{engine::Network(architecture_of(experiment, *experiment.task(1))),
               run(experiment, seed, kThreads)};
  made.network.set_parameters(made.outcome.parameters);
  return made;
}

}  // namespace

engine::Network untrained_adding(std::uint64_t seed, float forget_bias) {
  Experiment experiment = experiment_of(CellKind::lstm, 0);
  experiment.forget_bias = forget_bias;
  return trained(experiment, seed).network;
}

TrainedAdding train_adding(CellKind kind, std::uint64_t seed, std::size_t updates) {
  Trained made = trained(experiment_of(kind, updates), seed);
  return {.start = trained(experiment_of(kind, 0), seed).network,
          .network = std::move(made.network),
          .updates = made.outcome.updates,
          .learnt = made.outcome.learnt,
          .error = made.outcome.loss};
}

std::vector<MarkedSequence> marked_sequences(std::size_t count, std::uint64_t seed) {
  const std::unique_ptr<Task> task = adding(kAddingSteps, count);
  engine::Activations activations(
      {.input = task->inputs(), .hidden = {1}, .output = task->outputs()}, kAddingSteps, count,
      engine::Activations::Use::forward_only);
  Random random(seed);
  task->draw(random);
  task->fill(activations, 0);
  std::vector<MarkedSequence> all(count);
  for (std::size_t b = 0; b < count; ++b) {
    MarkedSequence& made = all[b];
    for (std::size_t t = 0; t < kAddingSteps; ++t) {
      const float* x = activations.x(t, b);
      made.x.insert(made.x.end(), x, x + 2);
      if (x[1] == 0.0f) continue;
      (t < kAddingSteps / 2 ? made.early : made.late) = t;
      made.sum += static_cast<double>(x[0]);
    }
  }
  return all;
}

std::vector<double> error_without_unit(const engine::Network& network,
                                       std::span<const MarkedSequence> sequences) {
  const double untouched = squared_error(network, sequences);
  std::vector<double> factors;
  for (std::size_t unit = 0; unit < network.architecture().hidden[0]; ++unit) {
    engine::Network without = network;
    without.set_parameters(inspection::without_unit(network, 0, 0, unit).value());
    factors.push_back(squared_error(without, sequences) / untouched);
  }
  return factors;
}

std::vector<float> forget_gate_between(const engine::Network& network,
                                       const MarkedSequence& sequence, std::size_t unit) {
  const inspection::Range all{0, kAddingSteps};
  inspection::Trace trace(network.architecture(),
                          {.layers = {}, .units = {}, .steps = all, .direction = {}});
  State state;
  engine::run(network, {.x = sequence.x, .batch = 1, .steps = kAddingSteps, .trace = &trace},
              state);
  std::vector<float> values;
  for (std::size_t t = sequence.early + 1; t < sequence.late; ++t)
    values.push_back(trace.parts()[0].at(inspection::kF, t, unit));
  return values;
}

RelativeFlow relative_flow(const engine::Network& network, const MarkedSequence& sequence,
                           std::size_t unit) {
  const inspection::LayerFlow layer = flow_of(network, sequence);
  const std::size_t hidden = network.architecture().hidden[0];
  RelativeFlow made;
  for (std::size_t k = 0; k < kAddingSteps; ++k) {
    made.d_h.push_back(layer.d_h[k] / layer.d_h[0]);
    if (network.architecture().cell.kind == CellKind::lstm)
      made.d_c.push_back(layer.units_d_c[k * hidden + unit] / layer.units_d_c[unit]);
  }
  return made;
}

double cell_gradient(const engine::Network& network, const MarkedSequence& sequence,
                     std::size_t back) {
  const std::vector<double> d_c = flow_of(network, sequence).d_c;
  return d_c[back] / d_c[0];
}

RelativeFlow median_flow(const engine::Network& network, std::span<const MarkedSequence> sequences,
                         std::size_t unit) {
  std::vector<std::vector<double>> d_h, d_c;
  for (const MarkedSequence& sequence : sequences) {
    RelativeFlow one = relative_flow(network, sequence, unit);
    d_h.push_back(std::move(one.d_h));
    d_c.push_back(std::move(one.d_c));
  }
  return {.d_h = medians(d_h), .d_c = medians(d_c)};
}

}  // namespace sluice::experiments
