// The answer of the last T rows from the initial state, for every new row, exactly: T states that
// began one row apart. Only the oldest is on the way from x to y; the others take the row between
// two pushes, as one batch.
#pragma once

#include <cstddef>
#include <vector>

#include "streaming/batch_step.hpp"
#include "streaming/row_step.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

class Window {
 public:
  static constexpr std::size_t kLongest = 1000000;
  /// `steps` from 1 to kLongest; `threads` of the oldest state, as StreamOptions. The model must
  /// outlive it.
  Window(const StreamModel& model, std::size_t steps, std::size_t threads = 1);
  Window(Window&&) noexcept = default;  // rows_ point into it: not to be copied

  std::size_t steps() const { return steps_; }
  std::size_t threads() const { return oldest_.threads(); }
  /// y [O]: as a run over the last T rows, or over those that there were.
  void push(const float* x, float* y) noexcept;
  /// What the last push left to do, and what the next one need not.
  void prepare() noexcept;
  void reset() noexcept;

  /// All that goes on: T states and the oldest's number. After prepare().
  const FloatVector& states() const { return states_; }
  std::size_t pushed() const { return pushed_; }
  void restore(const float* states, std::size_t pushed) noexcept;

 private:
  float* slot(std::size_t number) { return states_.data() + number * model_.state_floats(); }
  // The state that has seen all rows but the next of its window.
  std::size_t oldest() const { return pushed_ < steps_ ? 0 : (pushed_ + 1) % steps_; }
  void load_oldest() noexcept;

  const StreamModel& model_;
  std::size_t steps_;
  std::size_t pushed_ = 0;  // rows so far; kept below 2 T, the answer depends on it mod T from T on
  bool waiting_ = false;    // the last row has not reached the other states
  std::vector<float> x_;    // that row
  std::vector<float> y_;    // room for an answer to nobody
  FloatVector states_;      // [T, state_floats()]
  RowStep oldest_;
  BatchStep others_;
  std::vector<BatchRow> rows_;
};

}  // namespace sluice::streaming
