// The loss of one row of outputs against a caller's batch, by the loss that the caller chose.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sluice/loss.hpp"
#include "training/batch_view.hpp"

namespace sluice::training {

/// A sum of losses, and what it is a sum over: a mean is the one by the other.
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
  /// Of the row of one step of a sample, which is judged; writes its gradient. y, d_y: [O]. Room
  /// for a row's targets is the caller's.
  LossSum add(const BatchView& batch, std::size_t step, std::size_t sample,
              std::span<const float> y, std::span<float> d_y, std::vector<float>& targets) const;
  /// What a sum of add() is multiplied by.
  double factor() const { return loss_.kind == LossKind::squared ? 2.0 : 1.0; }

 private:
  LossSum of_values(const BatchView& batch, std::size_t row, std::span<const float> y,
                    std::span<float> d_y, std::vector<float>& targets) const;

  Loss loss_;
};

}  // namespace sluice::training
