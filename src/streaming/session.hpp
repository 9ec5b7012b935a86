// A stream: checks each row, runs it over a carried state or a window, saves and restores. The
// public sluice::Stream is this and nothing more.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/run.hpp"
#include "sluice/stream.hpp"
#include "streaming/row_step.hpp"
#include "streaming/stream_model.hpp"
#include "streaming/window.hpp"

namespace sluice::streaming {

/// Whether some value is a NaN or infinite.
bool has_no_number(std::span<const float> values) noexcept;

class Session {
 public:
  /// `window` 0: carried. `trace`: sees every row's step, or null. `threads`: as StreamOptions.
  /// Throws Error(usage) where the window is longer than Window::kLongest, or is to be traced;
  /// where there are to be more than two threads; as check_traceable.
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
  /// Another session over the same weights, in the same state. Throws Error(usage) where it is
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
  std::optional<RowStep> carried_;  // one of the two
  std::optional<Window> window_;
};

}  // namespace sluice::streaming
