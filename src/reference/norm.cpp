// Layer norm without gain, in two passes: mean, then variance. The gradient recomputes the
// normalised values instead of storing them.
#include "reference/norm.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace sluice::reference {
namespace {

double mean(std::span<const double> v) {
  double sum = 0.0;
  for (const double value : v) sum += value;
  return sum / static_cast<double>(v.size());
}

// Mean of the elementwise products.
double mean_product(std::span<const double> u, std::span<const double> v) {
  double sum = 0.0;
  for (std::size_t k = 0; k < v.size(); ++k) sum += u[k] * v[k];
  return sum / static_cast<double>(v.size());
}

struct Normalised {
  std::vector<double> n;
  double inverse;  // 1 / sqrt(variance + epsilon)
};

Normalised normalise(std::span<const double> v, double epsilon) {
  const double centre = mean(v);
  std::vector<double> n(v.begin(), v.end());
  for (double& value : n) value -= centre;
  const double inverse = 1.0 / std::sqrt(mean_product(n, n) + epsilon);
  for (double& value : n) value *= inverse;
  return {std::move(n), inverse};
}

}  // namespace

std::vector<double> normalised(std::span<const double> v, double epsilon) {
  return normalise(v, epsilon).n;
}

std::vector<double> normalised_backward(std::span<const double> v, double epsilon,
                                        std::span<const double> d) {
  const auto [n, inverse] = normalise(v, epsilon);
  const double along_mean = mean(d);
  const double along_n = mean_product(d, n);
  std::vector<double> d_v(v.size());
  for (std::size_t k = 0; k < v.size(); ++k) {
    d_v[k] = (d[k] - along_mean - n[k] * along_n) * inverse;
  }
  return d_v;
}

}  // namespace sluice::reference
