// A stream: checks each row, runs it over a carried state or a window, saves and restores.
// sluice::Stream only forwards to it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/run.hpp"
#include "sluice/stream.hpp"
#include "streaming/row_runner.hpp"
#include "streaming/stream_model.hpp"
#include "streaming/window.hpp"

namespace sluice::streaming {

/// Whether any value is NaN or infinite.
bool has_no_number(std::span<const float> values) noexcept;

class Session {
 public:
  /// `window` 0: carried state. `trace` sees every row's step; may be null. `threads`: as in
  /// StreamOptions. Throws Error(usage) for a window longer than Window::kLongest, a traced window,
  /// or more than two threads, and as check_traceable.
  Session(std::shared_ptr<const StreamModel> model, std::size_t window, MissingRow missing,
          TraceSink* trace = nullptr, std::size_t threads = 1);

  const StreamModel& model() const { return *model_; }
  std::size_t window() const { return window_ ? window_->steps() : 0; }
  std::size_t threads() const { return window_ ? window_->threads() : carried_->threads(); }

  Status push(std::span<const float> x, std::span<float> y) noexcept;
  void prepare() noexcept;
  void reset() noexcept;

  State state() const;
  void set_state(const State& state);

  std::vector<std::byte> save();
  std::size_t saved_bytes() const;
  /// A new session over the same weights, in the same state. Throws Error(usage) if this one is
  /// traced.
  Session clone();
  void restore(std::span<const std::byte> bytes);

 private:
  std::size_t states() const { return window_ ? window_->steps() : 1; }

  std::shared_ptr<const StreamModel> model_;
  MissingRow missing_;
  bool traced_;
  std::vector<float> last_;  // [O] the last y
  bool prepared_ = false;
  std::optional<RowRunner> carried_;  // exactly one of the two is set
  std::optional<Window> window_;
};

}  // namespace sluice::streaming
