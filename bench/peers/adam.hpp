// Adam as in PyTorch, for the peer that brings no optimiser: one loop that the compiler vectorises
// and OpenMP divides.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "core/aligned.hpp"

namespace sluice::bench {

class Adam {
 public:
  explicit Adam(std::size_t count) : first_(count), second_(count) {}

  /// One update of `parameters` by `gradient`, both [count].
  void step(std::span<float> parameters, std::span<const float> gradient) {
    constexpr double kRate = 1e-3, kBeta1 = 0.9, kBeta2 = 0.999;
    constexpr float kEpsilon = 1e-8f, kNew1 = 1.0 - kBeta1, kNew2 = 1.0 - kBeta2;
    power1_ *= kBeta1;
    power2_ *= kBeta2;
    const auto rate = static_cast<float>(kRate / (1.0 - power1_));
    const auto shrink = static_cast<float>(1.0 / std::sqrt(1.0 - power2_));
    const float* g = gradient.data();
    float *p = parameters.data(), *m = first_.data(), *v = second_.data();
    const std::size_t count = first_.size();
#pragma omp parallel for simd schedule(static)
    for (std::size_t j = 0; j < count; ++j) {
      m[j] += kNew1 * (g[j] - m[j]);
      v[j] += kNew2 * (g[j] * g[j] - v[j]);
      p[j] -= rate * m[j] / (std::sqrt(v[j]) * shrink + kEpsilon);
    }
  }

 private:
  FloatVector first_, second_;          // moments
  double power1_ = 1.0, power2_ = 1.0;  // beta1, beta2 to the number of steps
};

}  // namespace sluice::bench
