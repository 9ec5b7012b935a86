// Loss of one output row against a caller's batch, with the loss function that the caller chose.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sluice/loss.hpp"
#include "training/batch_view.hpp"

namespace sluice::training {

/// A sum of losses and its total weight; their ratio is the mean.
struct LossSum {
  double loss = 0.0, terms = 0.0;
  void add(const LossSum& other) {
    loss += other.loss;
    terms += other.terms;
  }
};

class RowLoss {
 public:
  explicit RowLoss(Loss loss);

  const Loss& loss() const { return loss_; }
  /// Loss of the row of one step and sample, which must be judged; writes its gradient. y, d_y:
  /// [O]. `targets` is scratch memory.
  LossSum add(const BatchView& batch, std::size_t step, std::size_t sample,
              std::span<const float> y, std::span<float> d_y, std::vector<float>& targets) const;
  /// The factor to apply to sums of add().
  double factor() const { return loss_.kind == LossKind::squared ? 2.0 : 1.0; }

 private:
  LossSum of_values(const BatchView& batch, std::size_t row, std::span<const float> y,
                    std::span<float> d_y, std::vector<float>& targets) const;

  Loss loss_;
};

}  // namespace sluice::training
