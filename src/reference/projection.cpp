// The projection as a plain matrix product, with its gradients. Clipping of its result
// (projection_clip) is in carry.cpp.
#include "reference/projection.hpp"

#include <algorithm>

namespace sluice::reference {

void project(const Cell& cell, Row m, std::span<double> h) {
  const LayerWeights& w = cell.weights;
  if (cell.options.projection == 0) {
    std::copy(m.begin(), m.end(), h.begin());
    return;
  }
  for (std::size_t j = 0; j < h.size(); ++j) {
    h[j] = w.bias_hr.empty() ? 0.0 : w.bias_hr[j];
    for (std::size_t k = 0; k < m.size(); ++k) h[j] += w.weight_hr[j * m.size() + k] * m[k];
  }
}

std::vector<double> project_backward(const Cell& cell, Row m, Row d_h, LayerWeights& d_weights) {
  if (cell.options.projection == 0) return {d_h.begin(), d_h.end()};
  std::vector<double> d_m(m.size(), 0.0);
  for (std::size_t j = 0; j < d_h.size(); ++j) {
    for (std::size_t k = 0; k < m.size(); ++k) {
      d_weights.weight_hr[j * m.size() + k] += d_h[j] * m[k];       // B8
      d_m[k] += cell.weights.weight_hr[j * m.size() + k] * d_h[j];  // B9
    }
    if (!d_weights.bias_hr.empty()) d_weights.bias_hr[j] += d_h[j];  // B8
  }
  return d_m;
}

}  // namespace sluice::reference
