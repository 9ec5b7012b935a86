// The Gram matrices of the horizons if targets are missing: horizon h sums over the origins whose
// target h steps ahead was observed, so each horizon has its own. Each is derived from the previous
// one.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/normal_equations.hpp"

namespace sluice::forecasting {

class HorizonGram {
 public:
  /// `equations` are not complete() and must outlive this.
  explicit HorizonGram(const NormalEquations& equations, Pulse pulse = kNoPulse);

  /// Returns the matrix of horizon 0, then 1 and so on: [size, size], the mean of z z^T over the
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
  std::vector<double> first_;  // [tracks, size]: each track's first regressor times all others
  std::vector<double> sums_, gram_;  // [size, size], raw and standardised
};

}  // namespace sluice::forecasting
