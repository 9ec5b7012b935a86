// Layer normalisation without its gain (Ba 2016), forward and backward.
#pragma once

#include <span>
#include <vector>

namespace sluice::reference {

/// (v - mean) / sqrt(variance + epsilon) over all values, with the variance of a population.
std::vector<double> normalised(std::span<const double> v, double epsilon);

/// The gradient at v, where d is that at normalised(v).
std::vector<double> normalised_backward(std::span<const double> v, double epsilon,
                                        std::span<const double> d);

}  // namespace sluice::reference
