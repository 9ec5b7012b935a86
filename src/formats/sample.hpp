// A sample of a model, as input and output arrays, and the answer of a network to the same input.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/network.hpp"

namespace sluice::formats {

/// Input x and output y of a model, read from .npy files.
struct Sample {
  std::string x_path, y_path;
  std::vector<std::size_t> x_shape;  ///< [B, T, I], or PyTorch's default [T, B, I]; [T, I]
  std::vector<std::size_t> y_shape;  ///< the same with O; without T: the last step only
  std::vector<float> x, y;
};
/// Throws Error(file), Error(data) as read_npy, Error(shape) if there is nothing to compare.
Sample read_sample(const std::string& x_path, const std::string& y_path);
/// "x [2, 7, 3], y [2, 1]"
std::string shapes_text(const Sample& sample);

/// One interpretation of a sample's arrays.
struct Reading {
  bool time_first = false;  ///< x is [T, B, I]
  bool last_step = false;   ///< y holds the last step only
};

/// The interpretations that fit a network of these widths.
std::vector<Reading> readings(std::size_t inputs, std::size_t outputs, const Sample& sample);

/// The network's outputs for the sample's x, in the layout of y.
std::vector<float> answer(const engine::Network& network, const Sample& sample,
                          const Reading& reading);

/// max |got - expected|; infinite for NaN or different lengths.
double distance(const std::vector<float>& got, const std::vector<float>& expected);

}  // namespace sluice::formats
