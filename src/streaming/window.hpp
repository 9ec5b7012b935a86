// Exact sliding window: each row's output equals a run over the last T rows from the initial state.
// It keeps T states that started one row apart. Only the oldest is updated between x and y; the
// others take the row afterwards, as one batch.
#pragma once

#include <cstddef>
#include <vector>

#include "streaming/batch_step.hpp"
#include "streaming/row_runner.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

class Window {
 public:
  static constexpr std::size_t kLongest = 1000000;
  /// `steps` from 1 to kLongest; `threads` for the oldest state, as in StreamOptions. The model
  /// must outlive it.
  Window(const StreamModel& model, std::size_t steps, std::size_t threads = 1);
  Window(Window&&) noexcept = default;  // rows_ point into it: no copies

  std::size_t steps() const { return steps_; }
  std::size_t threads() const { return oldest_.threads(); }
  /// Writes y [O]: as a run over the last T rows, or over all rows if there are fewer.
  const float* push(const float* x) noexcept;
  /// Finishes the last push and prepares the next, outside the latency of either.
  void prepare() noexcept;
  void reset() noexcept;

  /// The complete state to save: T states and the rows pushed. Call prepare() first.
  const FloatVector& states() const { return states_; }
  std::size_t pushed() const { return pushed_; }
  void restore(const float* states, std::size_t pushed) noexcept;

 private:
  float* slot(std::size_t number) { return states_.data() + number * model_.state_floats(); }
  // Index of the state that has seen all rows of its window but the next.
  std::size_t oldest() const { return pushed_ < steps_ ? 0 : (pushed_ + 1) % steps_; }
  void load_oldest() noexcept;

  const StreamModel& model_;
  std::size_t steps_;
  // Rows pushed so far. From T on only its value mod T matters; it is kept below 2 T.
  std::size_t pushed_ = 0;
  bool waiting_ = false;  // the other states have not seen the last row yet
  std::vector<float> x_;  // the last row
  FloatVector states_;    // [T, state_floats()]
  RowRunner oldest_;
  BatchStep others_;
  std::vector<BatchRow> rows_;
};

}  // namespace sluice::streaming
