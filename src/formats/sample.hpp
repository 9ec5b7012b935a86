// What a model made of an input, as arrays, and what a network makes of the same input.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/network.hpp"

namespace sluice::formats {

/// x and y of a model, as read from .npy files.
struct Sample {
  std::string x_path, y_path;
  std::vector<std::size_t> x_shape;  ///< [B, T, I], or as PyTorch's default [T, B, I]; [T, I]
  std::vector<std::size_t> y_shape;  ///< the same with O; without T: of the last step
  std::vector<float> x, y;
};
/// Throws Error(file), Error(data) as read_npy, Error(shape) where there is nothing to compare.
Sample read_sample(const std::string& x_path, const std::string& y_path);
/// "x [2, 7, 3], y [2, 1]"
std::string shapes_text(const Sample& sample);

/// One way of reading a sample's arrays.
struct Reading {
  bool time_first = false;  ///< x is [T, B, I]
  bool last_step = false;   ///< y is of the last step alone
};

/// The ways that fit a network of so many inputs and outputs.
std::vector<Reading> readings(std::size_t inputs, std::size_t outputs, const Sample& sample);

/// What the network makes of the sample's x, in the order of y.
std::vector<float> answer(const engine::Network& network, const Sample& sample,
                          const Reading& reading);

/// The largest |got - expected|; infinite where a number is NaN or they are not as many.
double distance(const std::vector<float>& got, const std::vector<float>& expected);

}  // namespace sluice::formats
