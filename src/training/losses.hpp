// Losses of one output row and their gradients. A NaN target is missing and carries no loss. Losses
// are sums over a row's outputs; callers that average divide by the number of targets present.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "sluice/loss.hpp"

namespace sluice::training {

/// Parses "squared", "absolute", "huber" or "quantile"; throws Error(usage) for anything else.
LossKind loss_named(std::string_view name);

/// Half the squared error, the absolute error, or Huber's loss. Returns the sum and writes d loss /
/// d y, 0 where the target is missing. y, target, d_y: [n]; d_y may alias y.
double add_loss(const Loss& loss, std::span<const float> y, std::span<const float> target,
                std::span<float> d_y);

/// The pinball loss (Koenker and Bassett 1978), max(q (t - y), (q - 1) (t - y)) for the level q. y,
/// target, level, d_y: [n]; d_y may alias y.
double add_pinball(std::span<const float> y, std::span<const float> target,
                   std::span<const float> level, std::span<float> d_y);

/// Cross-entropy of softmax(y) against the class, in nats; d_y = softmax(y) - one_hot. A negative
/// class is missing.
double add_cross_entropy(std::span<const float> y, long target_class, std::span<float> d_y);
/// The same with the class weights and the label smoothing of `loss`, as torch.nn.CrossEntropyLoss
/// with reduction="sum".
double add_cross_entropy(const Loss& loss, std::span<const float> y, long target_class,
                         std::span<float> d_y);

}  // namespace sluice::training
