// Every gate of every step, while a model runs: Model::run and Stream hand them to a sink, straight
// from where the kernels have left them. No bit of the output changes.
#pragma once

#include <cstddef>
#include <span>

namespace sluice {

/// What one direction of a layer computed in one step of one sequence. The spans are valid during
/// the call alone. A signal that the cell does not have is empty: a plain RNN has g and h.
struct TraceStep {
  std::size_t layer;      ///< 0 is the one that reads x
  std::size_t direction;  ///< 0 forward (or the only one), 1 reverse beside forward
  std::size_t sample;     ///< Which of the batch's sequences
  std::size_t step;       ///< In the order of time, from 0

  std::span<const float> f;       ///< S1 [H] forget gate
  std::span<const float> g;       ///< S2 [H] candidate, before dropout
  std::span<const float> i;       ///< S3 [H] input gate
  std::span<const float> c;       ///< S4 [H] cell state that is carried on
  std::span<const float> tanh_c;  ///< S5 [H] squashed cell state
  std::span<const float> o;       ///< S6 [H] output gate
  std::span<const float> h;       ///< S7 [P] hidden state; P is H but for a projection
};

/// What receives them. A run hands over chunks of time one after the other, in a chunk layer after
/// layer; within one layer's direction of one sequence steps come in the order in which they are
/// run (the reverse one's from the end). A step that is not run (past a sequence's length, masked)
/// does not come.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void step(const TraceStep& step) noexcept = 0;
};

}  // namespace sluice
