// One step of many states at once: rows gathered into a tape of one step, and their states put
// back. Runs every architecture that can be streamed, with the engine's own pass.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "network/tape.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

/// A row on its way through the network.
struct BatchRow {
  const float* x;  ///< [I]
  float* state;    ///< [state_floats()] in: before the row; out: after it.
  float* y;        ///< [O], or null: nobody wants it.
};

class BatchStep {
 public:
  /// Room for `most` rows. The model must outlive it.
  BatchStep(const StreamModel& model, std::size_t most);

  /// At most `most` rows with states of their own. Allocates nothing.
  void run(std::span<const BatchRow> rows) noexcept;

 private:
  void load(std::size_t sample, const BatchRow& row) noexcept;
  void store(std::size_t sample, const BatchRow& row) noexcept;

  const StreamModel& model_;
  network::Tape tape_;
  std::vector<std::size_t> lengths_;
  std::size_t most_, running_;
};

}  // namespace sluice::streaming
