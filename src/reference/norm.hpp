// Layer norm without its gain (Ba 2016), forward and backward. Gain and bias are applied by the
// callers: cell.cpp and sums.cpp.
#pragma once

#include <span>
#include <vector>

namespace sluice::reference {

/// (v - mean) / sqrt(variance + epsilon) over all values, with the population variance.
std::vector<double> normalised(std::span<const double> v, double epsilon);

/// The gradient at v, given d, the gradient at normalised(v).
std::vector<double> normalised_backward(std::span<const double> v, double epsilon,
                                        std::span<const double> d);

}  // namespace sluice::reference
