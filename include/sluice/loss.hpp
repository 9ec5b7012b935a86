// What training makes small: the losses of one output row.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sluice {

enum class LossKind {
  squared,        ///< (y - t)^2
  absolute,       ///< |y - t|
  huber,          ///< (y - t)^2 / 2 within delta of the target, a line beyond (Huber 1964).
  quantile,       ///< max(q (t - y), (q - 1) (t - y)) for each level q (Koenker and Bassett 1978).
  cross_entropy,  ///< -log softmax(y)[class], in nats; the outputs are the classes' logits.
};

/// "squared", "absolute", "huber", "quantile", "cross-entropy"
std::string_view name(LossKind kind);

/// A loss with its numbers. A target that is NaN, or a label below 0, is missing: it carries no
/// loss. A batch's loss is the mean over the targets (and levels) that are there, as
/// torch.nn.MSELoss, L1Loss, HuberLoss and CrossEntropyLoss give it, times the batch's weights
/// where it has some, and divided by their sum.
struct Loss {
  LossKind kind = LossKind::squared;
  /// huber: where the parabola ends, in units of the output; above 0.
  float delta = 1.0f;
  /// quantile: the levels, in (0, 1). Output k Q + q is the q-th of the Q levels of target k.
  std::vector<float> levels = {};
  /// cross_entropy: a weight for each class; empty: all 1. Take them where a class is rare.
  std::vector<float> class_weights = {};
  /// cross_entropy: the share, in [0, 1), that goes to all classes alike instead of the label's
  /// (Szegedy 2016). Take 0.1 where a network becomes too sure of itself.
  float label_smoothing = 0.0f;
};

/// Throws Error(usage), naming the field, where a number is out of its range or the levels or class
/// weights do not fit so many outputs.
void check(const Loss& loss, std::size_t outputs);

}  // namespace sluice
