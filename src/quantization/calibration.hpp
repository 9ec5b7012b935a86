// What int8 weights are made by: how large a network's inputs are, and how what its matrices
// multiply goes together.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::engine {
class Network;
}

namespace sluice::quantization {

/// Means of products [n, n] of the values that a matrix multiplies; empty: not known, and each
/// weight is rounded to its nearest whole number.
using Moments = std::vector<double>;

struct Calibration {
  float largest_input = 0.0f;   ///< Above 0; a larger x, in size, will count as this.
  Moments x = {};               ///< [I, I]
  std::vector<Moments> h = {};  ///< Of each layer [H, H]; empty as a whole where x is.
};

/// From a run of a plain stack over rows [T, I] that are like those it is for, `window` rows at a
/// time from the initial state; 0: the state is carried. Of many rows of a wide network every n-th
/// counts for the moments. The largest input is twice the largest that there is: of 16 bits, one is
/// well spent on what has not been seen.
Calibration calibrate(const engine::Network& network, std::span<const float> rows,
                      std::size_t window);

/// Rows of weights [rows, inner] as whole numbers times their row's scale, in place. With moments:
/// not each to its nearest, but one after the other, the last first, each so that it makes up for
/// the errors of those before it, in the mean square over what the row multiplies (Babai's nearest
/// plane; with another order of the weights it is Frantar's GPTQ, 2022).
void round_rows(std::span<float> weights, std::size_t inner, std::span<const float> scales,
                const Moments& moments);

}  // namespace sluice::quantization
