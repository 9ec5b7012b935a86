// The four merges of two directions, and their gradients. The directions run independently; only
// their outputs meet here.
#include "reference/merge.hpp"

namespace sluice::reference {
namespace {

double merged(Merge merge, double forward, double reverse) {
  if (merge == Merge::product) return forward * reverse;
  return merge == Merge::mean ? 0.5 * (forward + reverse) : forward + reverse;
}

// Derivative of the merged value by one direction's h.
double slope(Merge merge, double other) {
  if (merge == Merge::product) return other;
  return merge == Merge::mean ? 0.5 : 1.0;
}

}  // namespace

std::vector<double> merged(Merge merge, std::size_t state, Row forward, Row reverse) {
  const bool concat = merge == Merge::concat;
  std::vector<double> output;
  output.reserve(concat ? 2 * forward.size() : forward.size());
  for (std::size_t at = 0; at < forward.size(); at += state) {
    for (std::size_t j = at; j < at + state; ++j) {
      output.push_back(concat ? forward[j] : merged(merge, forward[j], reverse[j]));
    }
    if (!concat) continue;
    for (std::size_t j = at; j < at + state; ++j) output.push_back(reverse[j]);
  }
  return output;
}

std::vector<double> merged_backward(Merge merge, std::size_t state, std::size_t direction, Row d,
                                    Row other) {
  std::vector<double> result(other.size());
  for (std::size_t n = 0; n < result.size(); ++n) {
    const std::size_t row = n / state;
    result[n] = merge == Merge::concat ? d[(2 * row + direction) * state + n % state]
                                       : d[n] * slope(merge, other[n]);
  }
  return result;
}

}  // namespace sluice::reference
