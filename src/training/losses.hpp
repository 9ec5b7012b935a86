// Losses of one output row, with their gradient. A target that is NaN is missing and carries no
// loss. Every loss is a sum over a row's outputs; who averages divides by the targets that were
// there.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sluice::training {

enum class LossKind { squared, absolute, huber, quantile };

/// The name on the command line and in the model file: "squared", "absolute", "huber", "quantile".
std::string_view name(LossKind kind);
/// Throws Error(usage) where there is no such loss.
LossKind loss_named(std::string_view name);

struct Loss {
  LossKind kind = LossKind::squared;
  float delta = 1.0f;  ///< huber: where the parabola ends, in units of the output; > 0.
};

/// squared: (y-t)^2 / 2; absolute: |y-t|; huber: the parabola within delta, the line beyond (Huber
/// 1964). Not for quantile. Writes d loss / d y, 0 where the target is missing. y, target, d_y:
/// [n]; d_y may be y. Answers the sum.
double add_loss(const Loss& loss, std::span<const float> y, std::span<const float> target,
                std::span<float> d_y);

/// The pinball loss (Koenker and Bassett 1978), max(q (t - y), (q - 1) (t - y)) for the level q.
/// y, target, level, d_y: [n]; d_y may be y.
double add_pinball(std::span<const float> y, std::span<const float> target,
                   std::span<const float> level, std::span<float> d_y);

/// Cross-entropy of softmax(y) against the class, in nats; d_y = softmax(y) - one_hot. A negative
/// class is missing.
double add_cross_entropy(std::span<const float> y, long target_class, std::span<float> d_y);

}  // namespace sluice::training
