// Advances the T states of a window: the oldest one at once, the others later as a batch. The steps
// themselves are in row_runner.cpp and batch_step.cpp.
#include "streaming/window.hpp"

#include <algorithm>

namespace sluice::streaming {

Window::Window(const StreamModel& model, std::size_t steps, std::size_t threads)
    : model_(model),
      steps_(std::max<std::size_t>(steps, 1)),
      x_(model.inputs()),
      states_(steps_ * model.state_floats()),
      oldest_(model, threads),
      others_(model, steps_) {
  for (std::size_t number = 0; number < steps_; ++number)
    rows_.push_back({x_.data(), slot(number), nullptr});
  reset();
}

void Window::reset() noexcept {
  pushed_ = 0;
  waiting_ = false;
  for (std::size_t number = 0; number < steps_; ++number)
    std::copy(model_.initial_state().begin(), model_.initial_state().end(), slot(number));
  load_oldest();
}

void Window::restore(const float* states, std::size_t pushed) noexcept {
  std::copy_n(states, states_.size(), states_.begin());
  pushed_ = pushed;
  waiting_ = false;
  load_oldest();
}

void Window::load_oldest() noexcept {
  const float* state = slot(oldest());
  std::copy_n(state, model_.state_floats(), oldest_.state());
  oldest_.prepare();
  // The batch evicted from the cache what the next row needs; a dummy step reloads it.
  oldest_.run(x_.data(), true);
  std::copy_n(state, model_.state_floats(), oldest_.state());
}

const float* Window::push(const float* x) noexcept {
  prepare();
  std::copy_n(x, x_.size(), x_.begin());
  waiting_ = true;
  return oldest_.run(x, true);
}

void Window::prepare() noexcept {
  if (!waiting_) return;
  waiting_ = false;
  others_.run(rows_);
  // A new window starts with the next row.
  const std::size_t next = (pushed_ + 1) % steps_;
  std::copy(model_.initial_state().begin(), model_.initial_state().end(), slot(next));
  pushed_ = pushed_ + 1 < 2 * steps_ ? pushed_ + 1 : steps_;
  load_oldest();
}

}  // namespace sluice::streaming
