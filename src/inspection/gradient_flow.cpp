#include "inspection/gradient_flow.hpp"

#include <algorithm>
#include <cmath>

#include "inspection/changed_run.hpp"
#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

double norm(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

void check_direction(const Subject& subject) {
  if (subject.network->architecture().direction == Direction::forward) return;
  throw Error(ErrorCode::usage, {.what = "gradients flow in both directions through reverse layers",
                                 .expected = "a network with forward layers only"});
}

// The network with all dropout off.
engine::Network without_noise(const engine::Network& network) {
  Architecture arch = network.architecture();
  if (arch.cell.zoneout_c > 0.0 || arch.cell.zoneout_h > 0.0) {
    throw Error(ErrorCode::usage, {.what = "attribution does not support zoneout",
                                   .expected = "a network without it"});
  }
  arch.cell.recurrent_dropout = arch.cell.variational_dropout = arch.cell.drop_connect = 0.0;
  engine::Network made(arch, network.kernels());
  made.set_parameters(network.parameters());
  return made;
}

Range rows_back(std::size_t row, std::size_t back) { return {row - back, row + 1}; }

// Sets the same initial state for every sample.
void give_state(engine::Activations& activations, const Architecture& arch, const State& state) {
  const float *h = state.h.data(), *c = state.c.data();
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    engine::LayerActivations& to = activations.layers[layer];
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      std::copy_n(h, arch.state(layer), to.h.data() + b * to.state_units);
      std::copy_n(c, arch.hidden[layer], to.c.data() + b * to.units);
    }
    h += arch.state(layer);
    c += arch.hidden[layer];
  }
  activations.give_state();
}

}  // namespace

std::size_t steps_back(const Subject& subject, std::size_t row, std::size_t most) {
  const std::size_t there = subject.window == 0 ? row : std::min(subject.window - 1, row);
  return std::min(there, most);
}

GradientFlow gradient_flow(const Subject& subject, std::size_t output, std::size_t row,
                           std::size_t back) {
  check_direction(subject);
  const ReferenceRun run = reference_run(subject, rows_back(row, back));
  const reference::Forward forward = run.forward();
  std::vector<double> d_y(forward.y.size(), 0.0);
  d_y[back * subject.width() + output] = 1.0;
  const reference::Backward d = reference::backward(run.network, run.input, run.first, forward, d_y,
                                                    reference::zero_state(run.network, 1));
  GradientFlow flow{.row = row, .back = back, .output = output, .layers = {}};
  for (std::size_t n = 0; n < d.d_trace.size(); ++n) {
    const std::size_t hidden = run.network.layers[n].hidden, state = run.network.layers[n].state;
    LayerFlow& layer = flow.layers.emplace_back();
    for (std::size_t k = 0; k <= back; ++k) {
      const std::size_t t = back - k;
      const auto d_c = std::span(d.d_trace[n].d_c).subspan(t * hidden, hidden);
      layer.d_h.push_back(norm(std::span(d.d_trace[n].d_h).subspan(t * state, state)));
      layer.d_c.push_back(norm(d_c));
      for (const double one : d_c) layer.units_d_c.push_back(std::abs(one));
    }
  }
  return flow;
}

Attribution attribute(const Subject& subject, std::size_t output, std::size_t row,
                      std::size_t back) {
  constexpr std::size_t kPieces = 64;
  check_direction(subject);
  const engine::Network network = without_noise(*subject.network);
  const Architecture& arch = network.architecture();
  const std::size_t steps = back + 1, inputs = arch.input;
  // Sample n is the midpoint of interval n; the last two samples are the input itself and zeros.
  constexpr std::size_t kWhole = kPieces, kNothing = kPieces + 1, kSamples = kPieces + 2;
  const auto share = [](std::size_t sample) {
    if (sample >= kWhole) return sample == kWhole ? 1.0f : 0.0f;
    return (static_cast<float>(sample) + 0.5f) / static_cast<float>(kPieces);
  };
  engine::Activations activations(arch, steps, kSamples, engine::Activations::Use::with_backward);
  activations.want_d_x(true);
  for (std::size_t t = 0; t < steps; ++t) {
    const std::span<const float> x = subject.row(row - back + t);
    for (std::size_t b = 0; b < kSamples; ++b) {
      for (std::size_t j = 0; j < inputs; ++j) activations.x(t, b)[j] = share(b) * x[j];
    }
  }
  give_state(activations, arch, state_before(subject, row - back, row));
  network.forward(activations);
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t b = 0; b < kSamples; ++b) {
      std::fill_n(activations.d_y(t, b), activations.y_stride, 0.0f);
      if (t == back) activations.d_y(t, b)[output] = 1.0f;
    }
  }
  Attribution result;
  result.output = static_cast<double>(activations.y(back, kWhole)[output]);
  result.baseline_output = static_cast<double>(activations.y(back, kNothing)[output]);
  std::vector<float> unused(network.count(), 0.0f);
  network.backward(activations, unused);
  for (std::size_t k = 0; k <= back; ++k) {
    const std::span<const float> x = subject.row(row - k);
    for (std::size_t j = 0; j < inputs; ++j) {
      double mean = 0.0;
      for (std::size_t b = 0; b < kPieces; ++b)
        mean += static_cast<double>(activations.d_x(back - k, b)[j]) / kPieces;
      const auto value = static_cast<double>(x[j]);
      result.gradient_times_input.push_back(
          static_cast<double>(activations.d_x(back - k, kWhole)[j]) * value);
      result.integrated.push_back(mean * value);
    }
  }
  return result;
}

}  // namespace sluice::inspection
