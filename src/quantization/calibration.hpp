// The statistics that int8 quantisation uses: the range of a network's inputs, and the second
// moments of the values its matrices multiply.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::engine {
class Network;
}

namespace sluice::quantization {

/// Second moments [n, n] of the values that a matrix multiplies. Empty: unknown; each weight is
/// then rounded to nearest.
using Moments = std::vector<double>;

struct Calibration {
  float largest_input = 0.0f;   ///< Above 0; inputs of larger magnitude are clamped to it.
  Moments x = {};               ///< [I, I]
  std::vector<Moments> h = {};  ///< [H, H] per layer; empty if x is.
};

/// Runs a plain stack over representative rows [T, I]: `window` rows at a time from the initial
/// state, or with 0 carrying the state. For many rows of a wide network, moments use every n-th
/// row. largest_input is twice the largest input seen, which leaves one of 16 bits for unseen ones.
Calibration calibrate(const engine::Network& network, std::span<const float> rows,
                      std::size_t window);

/// Rounds weights [rows, inner] in place to integers times their row's scale. Without moments, each
/// to its nearest. With moments, one after the other from the last, each compensating the errors of
/// those before it, to minimise the mean square error of the row's product (Babai's nearest plane;
/// in another order of the weights it is GPTQ, Frantar 2022).
void round_rows(std::span<float> weights, std::size_t inner, std::span<const float> scales,
                const Moments& moments);

}  // namespace sluice::quantization
