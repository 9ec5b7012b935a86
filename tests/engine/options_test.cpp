// Every option of the LSTM, alone and in every pair that may stand together: the engine against the
// double reference, forward, traced and backward, in training with the engine's own draws. NaN
// stands in every padded place; sizes are different primes.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "engine/engine_run.hpp"
#include "engine/option_variants.hpp"
#include "engine/trace.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// As in network_test.cpp; normalisation divides by a deviation that may be small, which enlarges
// roundings.
constexpr double kForward = 4e-6;
constexpr double kBackward = 1e-5;
constexpr double kNormed = 10.0;

// [T, B, width] of a mask that the engine drew, in the order of time.
Doubles in_time(const Activations& activations, const FloatVector& mask, std::size_t width,
                std::size_t stride, bool reverse) {
  Doubles made;
  if (mask.empty()) return made;
  made.assign(activations.steps() * activations.batch() * width, 0.0);
  for (std::size_t step = 0; step < activations.longest(); ++step) {
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::size_t time = activations.time(step, b, reverse);
      for (std::size_t u = 0; u < width; ++u) {
        made[(time * activations.batch() + b) * width + u] =
            static_cast<double>(mask[(step * activations.batch() + b) * stride + u]);
      }
    }
  }
  return made;
}

Doubles rows_of(const FloatVector& mask, std::size_t width, std::size_t stride) {
  Doubles made;
  for (std::size_t at = 0; at < mask.size(); at += stride)
    made.insert(made.end(), mask.begin() + static_cast<std::ptrdiff_t>(at),
                mask.begin() + static_cast<std::ptrdiff_t>(at + width));
  return made;
}

// The engine's draws as the reference takes them.
std::vector<reference::Noise> noise_of(const Architecture& architecture,
                                       const Activations& activations, const Network& network) {
  std::vector<reference::Noise> all;
  for (std::size_t index = 0; index < activations.layers.size(); ++index) {
    const std::size_t layer = index / architecture.directions();
    const bool reverse = architecture.direction == Direction::reverse ||
                         (architecture.direction == Direction::both && index % 2 == 1);
    const LayerActivations& from = activations.layers[index];
    const std::size_t hidden = architecture.hidden[layer], state = architecture.state(layer);
    const std::size_t input = architecture.layer_input(layer);
    reference::Noise& to = all.emplace_back();
    to.zone_c = in_time(activations, from.zone_c, hidden, from.units, reverse);
    to.zone_h = in_time(activations, from.zone_h, state, from.state_units, reverse);
    to.keep_g = in_time(activations, from.keep_g, hidden, from.units, reverse);
    to.keep_h = rows_of(from.keep_h, state, from.state_units);
    to.keep_x = rows_of(from.keep_x, input, padded(input));
    const std::vector<float>& kept = network.kept_connections(index);
    to.keep_r.assign(kept.begin(), kept.end());
  }
  return all;
}

// NaN wherever nothing may be read.
void spoil(Activations& activations) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t b = 0; b < activations.batch(); ++b) {
    for (std::size_t t = activations.length(b); t < activations.steps(); ++t) {
      std::fill_n(activations.x(t, b), activations.x_stride, kNan);
      std::fill_n(activations.d_y(t, b), activations.y_stride, kNan);
    }
  }
}

struct Largest {
  double forward = 0.0, backward = 0.0;
};

double error_of(const Doubles& got, const Doubles& expected) {
  if (got.size() != expected.size()) return HUGE_VAL;
  double scale = 1e-12, error = 0.0;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t j = 0; j < got.size(); ++j) {
    const double one = std::abs(got[j] - expected[j]) / scale;
    error = one <= error ? error : std::isnan(one) ? HUGE_VAL : one;
  }
  return error;
}

// What the engine's gates are off from the reference's, of each signal's largest value.
class TraceAgainst final : public TraceSink {
 public:
  TraceAgainst(const reference::Network& truth, const reference::Input& input,
               const reference::Forward& run)
      : truth_(truth), input_(input), run_(run) {}

  void step(const TraceStep& s) noexcept override {
    ++steps_;
    const std::size_t index = s.layer * truth_.directions() + s.direction;
    const std::size_t row = s.step * input_.batch + s.sample;
    const reference::LayerTrace& trace = run_.trace[index];
    Doubles g(s.g.begin(), s.g.end());
    const Doubles& keep = input_.noise[index].keep_g;
    for (std::size_t u = 0; u < g.size(); ++u)
      g[u] *= keep.empty() ? 1.0 : keep[row * g.size() + u];
    check(g, trace.g, row);
    check(s.h, trace.h, row);
    if (truth_.cell.kind == CellKind::rnn) {
      if (!s.f.empty() || !s.i.empty() || !s.o.empty() || !s.c.empty() || !s.tanh_c.empty())
        error_ = HUGE_VAL;
      return;
    }
    check(s.f, trace.f, row);
    check(s.i, trace.i, row);
    check(s.o, trace.o, row);
    check(s.c, trace.c, row);
    check(s.tanh_c, trace.tanh_c, row);
  }

  /// Infinite where a step that was run did not come.
  double error() const {
    std::size_t expected = 0;
    for (std::size_t t = 0; t < input_.steps; ++t) {
      for (std::size_t b = 0; b < input_.batch; ++b)
        expected += t < input_.length(b) && !input_.masked(t, b);
    }
    return steps_ == expected * truth_.layers.size() ? error_ : HUGE_VAL;
  }

 private:
  template <class Values>
  void check(const Values& got, const Doubles& all, std::size_t row) {
    double scale = 1e-12;
    for (const double value : all) scale = std::max(scale, std::abs(value));
    if (got.empty() || got.size() * input_.steps * input_.batch != all.size()) error_ = HUGE_VAL;
    for (std::size_t u = 0; u < got.size(); ++u) {
      const double one = std::abs(static_cast<double>(got[u]) - all[row * got.size() + u]) / scale;
      error_ = one <= error_ ? error_ : std::isnan(one) ? HUGE_VAL : one;
    }
  }

  const reference::Network& truth_;
  const reference::Input& input_;
  const reference::Forward& run_;
  std::size_t steps_ = 0;
  double error_ = 0.0;
};

Largest compare(const Problem& problem, const kernels::KernelTable& table) {
  const Architecture& architecture = problem.shape.architecture;
  Network network(architecture, table);
  network.set_parameters(problem.parameters);
  network.drop_connections(77);
  Activations activations(architecture, problem.shape.steps, problem.shape.batch,
                          Activations::Use::with_backward);
  fill_inputs(activations, problem);
  fill_d_y(activations, problem);
  if (!problem.lengths.empty()) activations.set_lengths(problem.lengths);
  if (!problem.mask.empty()) activations.set_mask(problem.mask);
  spoil(activations);
  reference::State first = problem.first;
  if (architecture.learned_state) {
    first = reference_start(architecture, problem.parameters, problem.shape.batch);
  } else {
    fill_first_state(activations, problem);
  }
  fill_d_last(activations, problem);
  activations.want_d_x(true);
  network.forward(activations, {.seed = 5});

  const reference::Network truth = reference_network(architecture, problem.parameters);
  reference::Input input = problem.input();
  input.noise = noise_of(architecture, activations, network);
  const reference::Forward run = reference::forward(truth, input, first);
  Largest largest;
  TraceAgainst traced(truth, input, run);
  trace(
      activations, architecture, [](std::size_t) { return std::size_t{0}; }, traced);
  for (const double error : {traced.error(), error_of(outputs(activations, architecture), run.y),
                             error_of(last_state(activations, architecture, false), run.last.h),
                             error_of(last_state(activations, architecture, true), run.last.c)})
    largest.forward = std::max(largest.forward, error);
  const reference::Backward d =
      reference::backward(truth, input, first, run, problem.d_y, problem.d_last);
  std::vector<float> gradient(network.count(), 0.0f);
  network.backward(activations, gradient);
  const Doubles expected = flat_gradient(architecture, d, problem.shape.batch);
  const auto part = [](const auto& all, const Parameter& parameter) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
    return Doubles(from, from + static_cast<std::ptrdiff_t>(parameter.count));
  };
  for (const Parameter& parameter : parameter_list(architecture)) {
    largest.backward =
        std::max(largest.backward, error_of(part(gradient, parameter), part(expected, parameter)));
  }
  const auto d_h = [](const LayerActivations& layer) { return layer.d_h_first.data(); };
  const auto d_c = [](const LayerActivations& layer) { return layer.d_c_first.data(); };
  for (const double error :
       {error_of(input_gradient(activations, architecture), d.d_x),
        error_of(plain_state(activations, architecture, false, d_h), d.d_first.h),
        error_of(plain_state(activations, architecture, true, d_c), d.d_first.c)})
    largest.backward = std::max(largest.backward, error);
  return largest;
}

// `second` null: the first alone. Returns whether the two may stand together.
bool run_pair(const Variant& first, const Variant* second, const kernels::KernelTable& table,
              Largest& worst) {
  std::vector<const Variant*> chosen = {&first};
  if (second != nullptr) chosen.push_back(second);
  std::uint64_t seed = 300;
  Problem problem = make(chosen, seed);
  if (!allowed(problem)) return false;
  while (near_a_kink(problem) && seed < 340) problem = make(chosen, ++seed);
  const Largest error = compare(problem, table);
  const double slack =
      problem.shape.architecture.cell.layer_norm == LayerNorm::none ? 1.0 : kNormed;
  const std::string name = first.name + (second == nullptr ? "" : " + " + second->name);
  EXPECT_LE(error.forward, slack * kForward) << name << ", " << table.name;
  EXPECT_LE(error.backward, slack * kBackward) << name << ", " << table.name;
  worst.forward = std::max(worst.forward, error.forward / slack);
  worst.backward = std::max(worst.backward, error.backward / slack);
  return true;
}

TEST(Options, AloneAndInPairsAgreeWithTheReference) {
  const std::vector<Variant> all = variants();
  std::size_t runs = 0, refused = 0;
  Largest worst;
  for (std::size_t a = 0; a < all.size(); ++a) {
    runs += run_pair(all[a], nullptr, kernels::chosen(), worst);
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      const bool ran = run_pair(all[a], &all[b], kernels::chosen(), worst);
      runs += ran;
      refused += !ran;
    }
  }
  std::cout << all.size() << " options: " << runs << " of them and their pairs ran, " << refused
            << " pairs may not stand together; largest error " << worst.forward << " forward, "
            << worst.backward << " backward, of the largest value\n";
  EXPECT_GE(runs, 700u);
}

TEST(Options, AgreeWithTheReferenceOnEveryInstructionSet) {
  const std::vector<Variant> all = variants();
  Largest worst;
  for (const kernels::KernelTable& table : kernels::available()) {
    for (const Variant& variant : all) run_pair(variant, nullptr, table, worst);
  }
}

}  // namespace
}  // namespace sluice::engine
