// Losses of one output row, with their gradient. A target that is NaN is missing and carries no
// loss. Every loss is a sum over a row's outputs; who averages divides by the targets that were
// there.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "sluice/loss.hpp"

namespace sluice::training {

/// Throws Error(usage) where there is no such loss of values: "squared", "absolute", "huber" or
/// "quantile".
LossKind loss_named(std::string_view name);

/// Half of the squared error, or the absolute or Huber's loss. Writes d loss / d y, 0 where the
/// target is missing. y, target, d_y: [n]; d_y may be y. Answers the sum.
double add_loss(const Loss& loss, std::span<const float> y, std::span<const float> target,
                std::span<float> d_y);

/// The pinball loss (Koenker and Bassett 1978), max(q (t - y), (q - 1) (t - y)) for the level q.
/// y, target, level, d_y: [n]; d_y may be y.
double add_pinball(std::span<const float> y, std::span<const float> target,
                   std::span<const float> level, std::span<float> d_y);

/// Cross-entropy of softmax(y) against the class, in nats; d_y = softmax(y) - one_hot. A negative
/// class is missing.
double add_cross_entropy(std::span<const float> y, long target_class, std::span<float> d_y);
/// The same with the class weights and the label smoothing of `loss`, as torch.nn.CrossEntropyLoss
/// sums it.
double add_cross_entropy(const Loss& loss, std::span<const float> y, long target_class,
                         std::span<float> d_y);

}  // namespace sluice::training
