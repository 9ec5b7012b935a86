// Rows of the activations that stand for symbols: one-hot inputs, and outputs that are softmax
// scores.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "engine/activations.hpp"
#include "training/losses.hpp"

namespace sluice::experiments {

inline void write_one_hot(float* x, std::size_t count, std::size_t symbol) {
  std::fill_n(x, count, 0.0f);
  x[symbol] = 1.0f;
}

/// Cross-entropy of y[step, sample] against the symbol, in nats; writes d_y, times `weight`.
inline double score_symbol(engine::Activations& activations, std::size_t step, std::size_t sample,
                           std::size_t count, std::size_t symbol, float weight) {
  const std::span d_y(activations.d_y(step, sample), count);
  const double loss = training::add_cross_entropy(std::span(activations.y(step, sample), count),
                                                  static_cast<long>(symbol), d_y);
  for (float& d : d_y) d *= weight;
  return loss;
}

}  // namespace sluice::experiments
