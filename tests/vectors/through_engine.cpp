// The engine: engine::run for whole sequences, and as a Machine engine::Network with its
// Activations.
#include <optional>

#include "engine/network.hpp"
#include "engine/run.hpp"
#include "vectors/machine.hpp"

namespace sluice::vectors {
namespace {

std::vector<float> floats(const Doubles& values) { return {values.begin(), values.end()}; }
Doubles doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

class EngineMachine : public Machine {
 public:
  explicit EngineMachine(const Architecture& architecture) : network_(architecture) {}

  void set_parameters(const Doubles& parameters) override {
    network_.set_parameters(floats(parameters));
  }

  Outcome forward(const Sequences& in) override {
    activations_.emplace(architecture(), in.steps, in.batch,
                         engine::Activations::Use::with_backward);
    activations_->want_d_x(true);
    if (!in.lengths.empty()) activations_->set_lengths(in.lengths);
    if (!in.mask.empty()) activations_->set_mask(in.mask);
    activations_->reset_state();
    if (!in.first_h.empty()) {
      write_states(in.first_h, State::h, [](engine::LayerActivations& l) { return l.h.data(); });
      write_states(in.first_c, State::c, [](engine::LayerActivations& l) { return l.c.data(); });
      activations_->give_state();
    }
    write_rows(in.x, architecture().input,
               [this](auto t, auto b) { return activations_->x(t, b); });
    network_.forward(*activations_, engine::Noise{});
    return {
        read_rows(architecture().width(), [this](auto t, auto b) { return activations_->y(t, b); }),
        read_states(State::h,
                    [this](engine::LayerActivations& l) { return last(l.h, l.state_units); }),
        read_states(State::c, [this](engine::LayerActivations& l) { return last(l.c, l.units); })};
  }

  InputGradient backward(const OutputGradient& d) override {
    write_rows(d.y, architecture().width(),
               [this](auto t, auto b) { return activations_->d_y(t, b); });
    if (!d.h.empty()) {
      write_states(d.h, State::h, [](engine::LayerActivations& l) { return l.d_h_last.data(); });
    }
    if (!d.c.empty()) {
      write_states(d.c, State::c, [](engine::LayerActivations& l) { return l.d_c_last.data(); });
    }
    std::vector<float> gradient(network_.count(), 0.0f);
    network_.backward(*activations_, gradient);
    return {
        doubles(gradient),
        read_rows(architecture().input, [this](auto t, auto b) { return activations_->d_x(t, b); }),
        read_states(State::h, [](engine::LayerActivations& l) { return l.d_h_first.data(); }),
        read_states(State::c, [](engine::LayerActivations& l) { return l.d_c_first.data(); })};
  }

 private:
  enum class State { h, c };

  const Architecture& architecture() const { return network_.architecture(); }
  float* last(FloatVector& rows, std::size_t stride) {
    return rows.data() + activations_->longest() * activations_->batch() * stride;
  }

  // Rows of [T, B, width], plain against padded.
  template <class Row>
  void write_rows(const Doubles& values, std::size_t width, Row row) {
    const double* from = values.data();
    for (std::size_t t = 0; t < activations_->steps(); ++t) {
      for (std::size_t b = 0; b < activations_->batch(); ++b) {
        for (std::size_t j = 0; j < width; ++j) row(t, b)[j] = static_cast<float>(*from++);
      }
    }
  }
  template <class Row>
  Doubles read_rows(std::size_t width, Row row) {
    Doubles values;
    for (std::size_t t = 0; t < activations_->steps(); ++t) {
      for (std::size_t b = 0; b < activations_->batch(); ++b) {
        values.insert(values.end(), row(t, b), row(t, b) + width);
      }
    }
    return values;
  }

  // States [B, P] or [B, H] of one direction of a layer after another; visit(row, units).
  template <class Rows, class Visit>
  void each_state(State which, Rows rows, Visit visit) {
    for (std::size_t at = 0; at < activations_->layers.size(); ++at) {
      engine::LayerActivations& activations = activations_->layers[at];
      const std::size_t layer = at / architecture().directions();
      const std::size_t units =
          which == State::h ? architecture().state(layer) : architecture().hidden[layer];
      const std::size_t stride = which == State::h ? activations.state_units : activations.units;
      for (std::size_t b = 0; b < activations_->batch(); ++b)
        visit(rows(activations) + b * stride, units);
    }
  }
  template <class Rows>
  void write_states(const Doubles& values, State which, Rows rows) {
    const double* from = values.data();
    each_state(which, rows, [&from](float* row, std::size_t units) {
      for (std::size_t u = 0; u < units; ++u) row[u] = static_cast<float>(*from++);
    });
  }
  template <class Rows>
  Doubles read_states(State which, Rows rows) {
    Doubles values;
    each_state(which, rows, [&values](const float* row, std::size_t units) {
      values.insert(values.end(), row, row + units);
    });
    return values;
  }

  engine::Network network_;
  std::optional<engine::Activations> activations_;
};

}  // namespace

std::unique_ptr<Machine> engine_machine(const Architecture& architecture) {
  return std::make_unique<EngineMachine>(architecture);
}

Outcome run_engine(const Case& test_case) {
  engine::Network network(test_case.architecture);
  network.set_parameters(floats(test_case.parameters));
  const std::vector<float> x = floats(test_case.x);
  State state{floats(test_case.first_h), floats(test_case.first_c)};
  const engine::Sequences sequences{.x = x,
                                    .batch = test_case.batch,
                                    .steps = test_case.steps,
                                    .time_first = true,
                                    .lengths = test_case.lengths,
                                    .mask = test_case.mask};
  std::vector<float> y;
  for (std::size_t call = 0; call < test_case.calls; ++call)
    y = engine::run(network, sequences, state);
  return {doubles(y), doubles(state.h), doubles(state.c)};
}

}  // namespace sluice::vectors
