#include "network/run.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "network/trace.hpp"
#include "sluice/error.hpp"

namespace sluice::network {
namespace {

// Steps at a time: enough rows for one product with W, few enough that a chunk's activations stay
// in the cache from layer to layer.
std::size_t steps_of_chunk(std::size_t batch) {
  constexpr std::size_t kMost = 64, kRows = 192;
  return std::clamp<std::size_t>(kRows / std::max<std::size_t>(batch, 1), 1, kMost);
}

using Rows = FloatVector LayerTape::*;

// h [L*D, B, P] or c [L*D, B, H] beside the tape's rows of one step.
struct StateRows {
  Rows rows;
  std::size_t LayerTape::*stride;
  bool hidden;  // rows of H, not of P

  std::size_t width(const Architecture& of, std::size_t index) const {
    const std::size_t layer = index / of.directions();
    return hidden ? of.hidden[layer] : of.state(layer);
  }
};
constexpr StateRows kH{&LayerTape::h, &LayerTape::state_units, false};
constexpr StateRows kC{&LayerTape::c, &LayerTape::units, true};

void load(Tape& tape, const Architecture& of, const StateRows& which,
          const std::vector<float>& from) {
  const float* next = from.data();
  for (std::size_t index = 0; index < tape.layers.size(); ++index) {
    LayerTape& layer = tape.layers[index];
    const std::size_t width = which.width(of, index);
    for (std::size_t b = 0; b < tape.batch(); ++b, next += width)
      std::copy_n(next, width, (layer.*which.rows).data() + b * layer.*which.stride);
  }
}

std::vector<float> store(const Tape& tape, const Architecture& of, const StateRows& which) {
  std::vector<float> to;
  for (std::size_t index = 0; index < tape.layers.size(); ++index) {
    const LayerTape& layer = tape.layers[index];
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const float* row = (layer.*which.rows).data() + b * layer.*which.stride;
      to.insert(to.end(), row, row + which.width(of, index));
    }
  }
  return to;
}

void expect(const char* where, std::size_t got, std::size_t expected, const std::string& shape) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = where,
                                 .what = "wrong size",
                                 .expected = shape + ", " + std::to_string(expected) + " values",
                                 .got = std::to_string(got)});
}

std::size_t state_values(const Architecture& of, const StateRows& which) {
  std::size_t sum = 0;
  for (std::size_t index = 0; index < of.layers() * of.directions(); ++index)
    sum += which.width(of, index);
  return sum;
}

void check(const Architecture& of, const Sequences& given, const RunState& state) {
  const std::size_t rows = given.batch * given.steps;
  expect("x", given.x.size(), rows * of.input, given.time_first ? "[T, B, I]" : "[B, T, I]");
  if (!given.lengths.empty()) expect("lengths", given.lengths.size(), given.batch, "[B]");
  if (!given.mask.empty()) expect("mask", given.mask.size(), rows, "a value for each step");
  if (!state.h.empty())
    expect("initial h", state.h.size(), given.batch * state_values(of, kH), "[L*D, B, P]");
  if (!state.c.empty())
    expect("initial c", state.c.size(), given.batch * state_values(of, kC), "[L*D, B, H]");
  for (const std::size_t length : given.lengths) {
    if (length <= given.steps) continue;
    throw Error(ErrorCode::shape, {.where = "lengths",
                                   .what = "longer than the sequences are",
                                   .expected = "0 to " + std::to_string(given.steps) + " steps",
                                   .got = std::to_string(length)});
  }
}

// The run of some steps of all samples after others.
class Run {
 public:
  Run(const Network& network, const Sequences& given, std::size_t chunk)
      : network_(network),
        given_(given),
        tape_(network.architecture(), chunk, given.batch, Tape::Use::forward_only),
        y_(given.batch * given.steps * network.architecture().width()) {
    if (given.pool != nullptr) tape_.share(*given.pool);
  }

  Tape& tape() { return tape_; }
  std::vector<float> take() { return std::move(y_); }

  void steps(std::size_t first, std::size_t count) {
    tape_.set_steps(count);
    if (!given_.lengths.empty()) set_lengths(first, count);
    if (!given_.mask.empty()) set_mask(first, count);
    if (given_.left_padded && !given_.lengths.empty()) {
      copy_x(first, count);
    } else {
      tape_.borrow_x(view(given_.x.data(), network_.architecture().input, first));
    }
    network_.forward(tape_);
    copy_y(first, count);
    if (given_.trace != nullptr) {
      trace(
          tape_, network_.architecture(), [&](std::size_t sample) { return first + shift(sample); },
          *given_.trace);
    }
    tape_.carry_state();
  }

 private:
  // Rows of the caller's array from step `first` on.
  RowsView view(const float* data, std::size_t width, std::size_t first) const {
    if (given_.time_first)
      return {data + first * given_.batch * width, given_.batch * width, width};
    return {data + first * width, width, given_.steps * width};
  }
  // Where step t of a sample lies in the caller's arrays.
  std::size_t shift(std::size_t sample) const {
    return given_.left_padded && !given_.lengths.empty() ? given_.steps - given_.lengths[sample]
                                                         : 0;
  }

  void set_lengths(std::size_t first, std::size_t count) {
    std::vector<std::size_t> lengths(given_.batch);
    for (std::size_t b = 0; b < given_.batch; ++b)
      lengths[b] = std::min(count, std::max(given_.lengths[b], first) - first);
    tape_.set_lengths(lengths);
  }

  void set_mask(std::size_t first, std::size_t count) {
    std::vector<std::uint8_t> mask(count * given_.batch, 0);
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t b = 0; b < given_.batch; ++b) {
        const std::size_t step = first + t + shift(b);
        if (step >= given_.steps) continue;
        mask[t * given_.batch + b] =
            given_.mask[given_.time_first ? step * given_.batch + b : b * given_.steps + step];
      }
    }
    tape_.set_mask(mask);
  }

  void copy_x(std::size_t first, std::size_t count) {
    const std::size_t input = network_.architecture().input;
    const RowsView x = view(given_.x.data(), input, 0);
    for (std::size_t b = 0; b < given_.batch; ++b) {
      for (std::size_t t = 0; t < count && first + t + shift(b) < given_.steps; ++t)
        std::copy_n(x.row(first + t + shift(b), b), input, tape_.x(t, b));
    }
  }

  void copy_y(std::size_t first, std::size_t count) {
    const std::size_t width = network_.architecture().width();
    const RowsView y = view(y_.data(), width, 0);
    for (std::size_t b = 0; b < given_.batch; ++b) {
      for (std::size_t t = 0; t < count && first + t + shift(b) < given_.steps; ++t) {
        float* to = y_.data() + (y.row(first + t + shift(b), b) - y_.data());
        std::copy_n(tape_.y(t, b), width, to);
      }
    }
  }

  const Network& network_;
  const Sequences& given_;
  Tape tape_;
  std::vector<float> y_;
};

}  // namespace

std::vector<float> run(const Network& network, const Sequences& sequences, RunState& state) {
  const Architecture& of = network.architecture();
  check(of, sequences, state);
  if (sequences.trace != nullptr) check_traceable(network);
  const std::size_t steps =
      sequences.lengths.empty()
          ? sequences.steps
          : std::accumulate(sequences.lengths.begin(), sequences.lengths.end(), std::size_t{0},
                            [](std::size_t a, std::size_t b) { return std::max(a, b); });
  // A reverse direction begins at the end: it needs all steps at once.
  const std::size_t chunk = of.direction == Direction::forward ? steps_of_chunk(sequences.batch)
                                                               : std::max<std::size_t>(1, steps);
  Run run(network, sequences, std::min(chunk, std::max<std::size_t>(1, steps)));
  if (!state.h.empty() || !state.c.empty()) run.tape().give_state();
  if (!state.h.empty()) load(run.tape(), of, kH, state.h);
  if (!state.c.empty()) load(run.tape(), of, kC, state.c);
  if (steps == 0) run.steps(0, 0);
  for (std::size_t first = 0; first < steps; first += chunk)
    run.steps(first, std::min(chunk, steps - first));
  state.h = store(run.tape(), of, kH);
  state.c = store(run.tape(), of, kC);
  return run.take();
}

}  // namespace sluice::network
