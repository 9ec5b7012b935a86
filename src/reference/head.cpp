// The linear head as two plain loops: S8, and its gradient by B8 and B9. Losses are not here: the
// caller supplies d_y.
#include "reference/head.hpp"

namespace sluice::reference {

std::vector<double> head_forward(const Head& head, Row h) {
  std::vector<double> y(h.size() / head.hidden * head.output);
  for (std::size_t n = 0; n < y.size(); ++n) {
    const std::size_t r = n / head.output;
    const std::size_t o = n % head.output;
    y[n] = head.bias[o];
    for (std::size_t k = 0; k < head.hidden; ++k) {
      y[n] += head.weight[o * head.hidden + k] * h[r * head.hidden + k];  // S8
    }
  }
  return y;
}

std::vector<double> head_backward(const Head& head, Row h, Row d_y, Head& d_head) {
  std::vector<double> d_h(h.size(), 0.0);
  for (std::size_t n = 0; n < d_y.size(); ++n) {
    const std::size_t r = n / head.output;
    const std::size_t o = n % head.output;
    for (std::size_t k = 0; k < head.hidden; ++k) {
      d_head.weight[o * head.hidden + k] += d_y[n] * h[r * head.hidden + k];  // B8
      d_h[r * head.hidden + k] += head.weight[o * head.hidden + k] * d_y[n];  // B9
    }
    d_head.bias[o] += d_y[n];  // B8
  }
  return d_h;
}

}  // namespace sluice::reference
