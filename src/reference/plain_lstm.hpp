// One LSTM layer and its linear head on one screen, forward and backward through time: S1 to S8 and
// B1 to B9 of docs/math.md in the order of the text, for one sequence, in double precision. To be
// read and to be run. Options, layers and batches are in lstm.hpp; a test checks that both give the
// same numbers.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace sluice::reference {

using Values = std::vector<double>;

/// The weights of one gate: squash(W x + R h' + b).
struct PlainGate {
  Values W, R, b;  // [H, I], [H, H], [H]

  /// Row u of W x + R h' + b.
  double sum(std::size_t u, const Values& x, const Values& h) const {
    double a = b[u];
    for (std::size_t k = 0; k < x.size(); ++k) a += W[u * x.size() + k] * x[k];
    for (std::size_t k = 0; k < h.size(); ++k) a += R[u * h.size() + k] * h[k];
    return a;
  }
};

struct PlainLstm {
  PlainGate f, g, i, o;  // forget gate, candidate, input gate, output gate
  Values V, b_y;         // [O, H], [O] the head
};

/// The values of one step: all [H], y [O].
struct PlainStep {
  Values f, g, i, c, tanh_c, o, h, y;
};

inline double sigma(double a) { return 1.0 / (1.0 + std::exp(-a)); }

inline PlainStep forward(const PlainLstm& net, const Values& x, const PlainStep& before) {
  PlainStep s = before;
  for (std::size_t u = 0; u < s.h.size(); ++u) {
    s.f[u] = sigma(net.f.sum(u, x, before.h));        // S1 share of c' that is kept
    s.g[u] = std::tanh(net.g.sum(u, x, before.h));    // S2 candidate
    s.i[u] = sigma(net.i.sum(u, x, before.h));        // S3 share of the candidate that is added
    s.c[u] = s.f[u] * before.c[u] + s.i[u] * s.g[u];  // S4 cell state
    s.tanh_c[u] = std::tanh(s.c[u]);                  // S5 squashed cell state
    s.o[u] = sigma(net.o.sum(u, x, before.h));        // S6 share that is output
    s.h[u] = s.o[u] * s.tanh_c[u];                    // S7 to the next step and the head
  }
  for (std::size_t n = 0; n < s.y.size(); ++n) {
    s.y[n] = net.b_y[n];  // S8 head
    for (std::size_t u = 0; u < s.h.size(); ++u) s.y[n] += net.V[n * s.h.size() + u] * s.h[u];
  }
  return s;
}

/// One backward step. d_y is d loss / d y. d_h and d_c are the next step's gradients on entry and
/// those for the previous step on return. Accumulates d_net, assigns d_x.
inline void backward(const PlainLstm& net, const Values& x, const PlainStep& before,
                     const PlainStep& s, const Values& d_y, Values& d_h, Values& d_c,
                     PlainLstm& d_net, Values& d_x) {
  const std::size_t H = s.h.size(), I = x.size();
  for (std::size_t n = 0; n < d_y.size(); ++n) {
    d_net.b_y[n] += d_y[n];  // gradient of S8
    for (std::size_t u = 0; u < H; ++u) {
      d_net.V[n * H + u] += d_y[n] * s.h[u];
      d_h[u] += net.V[n * H + u] * d_y[n];
    }
  }
  Values d_f(H), d_g(H), d_i(H), d_o(H);  // gradients of the gates, after B7 of their sums
  for (std::size_t u = 0; u < H; ++u) {
    d_o[u] = d_h[u] * s.tanh_c[u];                                // B1
    d_c[u] += d_h[u] * s.o[u] * (1 - s.tanh_c[u] * s.tanh_c[u]);  // B2
    d_f[u] = d_c[u] * before.c[u];                                // B3
    d_i[u] = d_c[u] * s.g[u];                                     // B4
    d_g[u] = d_c[u] * s.i[u];                                     // B5
    d_c[u] *= s.f[u];                                             // B6
    d_f[u] *= s.f[u] * (1 - s.f[u]);                              // B7
    d_i[u] *= s.i[u] * (1 - s.i[u]);
    d_o[u] *= s.o[u] * (1 - s.o[u]);
    d_g[u] *= 1 - s.g[u] * s.g[u];
  }
  d_h.assign(H, 0.0);
  d_x.assign(I, 0.0);
  const auto gate = [&](const PlainGate& from, const Values& d_a, PlainGate& d_gate) {
    for (std::size_t u = 0; u < H; ++u) {
      d_gate.b[u] += d_a[u];  // B8
      for (std::size_t k = 0; k < I; ++k) d_gate.W[u * I + k] += d_a[u] * x[k];
      for (std::size_t k = 0; k < H; ++k) d_gate.R[u * H + k] += d_a[u] * before.h[k];
      for (std::size_t k = 0; k < I; ++k) d_x[k] += from.W[u * I + k] * d_a[u];  // B9
      for (std::size_t k = 0; k < H; ++k) d_h[k] += from.R[u * H + k] * d_a[u];
    }
  };
  gate(net.f, d_f, d_net.f);
  gate(net.g, d_g, d_net.g);
  gate(net.i, d_i, d_net.i);
  gate(net.o, d_o, d_net.o);
}

}  // namespace sluice::reference
