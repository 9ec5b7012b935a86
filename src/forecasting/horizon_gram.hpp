// The Gram matrices of the horizons where targets are missing: horizon h sums over the origins
// whose target h steps ahead was seen, so each has its own. Each is made from the one before.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/normal_equations.hpp"

namespace sluice::forecasting {

class HorizonGram {
 public:
  /// `equations` are not complete(), and live longer.
  explicit HorizonGram(const NormalEquations& equations, Pulse pulse = kNoPulse);

  /// That of horizon 0, at the next call of 1 and so on: [size, size], the mean of z z^T over the
  /// horizon's origins, z standardised as for the shared Gram matrix.
  const std::vector<double>& next();

 private:
  bool seen(std::size_t t) const;
  void sum_first_regressors();
  std::vector<double> changes() const;
  void shift(const std::vector<double>& before, const std::vector<double>& change);
  void standardise();

  const NormalEquations& equations_;
  Pulse pulse_;
  std::size_t horizon_ = 0;
  std::vector<double> first_;        // [tracks, size]: each track's first regressor by all
  std::vector<double> sums_, gram_;  // [size, size], as they are and standardised
};

}  // namespace sluice::forecasting
