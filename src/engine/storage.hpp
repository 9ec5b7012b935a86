// Smaller weights: how a network's matrices are stored in its file and read by its streams, and how
// a network becomes one whose matrices are float16 or int8. Biases, states and everything between
// the products stay float32.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "model/architecture.hpp"
#include "quantization/calibration.hpp"

namespace sluice::engine {

class Network;

struct Storage {
  kernels::WeightType weights = kernels::WeightType::f32;
  // int8 alone.
  std::vector<float> scales = {};  ///< Of the rows of all matrices, in the order of the list.
  float largest_input = 0.0f;      ///< A larger x, in size, counts as this.
};

/// Whether a tensor is stored smaller: the matrices are.
bool is_matrix(Role role);
/// Rows of all matrices: what Storage::scales has.
std::size_t scale_count(const std::vector<Parameter>& list);

/// The name of a storage, "f32", "f16" or "int8"; its place is that of the enumeration.
inline constexpr const char* kWeightTypeNames[kernels::kWeightTypes] = {"f32", "f16", "int8"};

/// Throws Error(usage) where the kernels of int8 weights do not know an option, or a layer is too
/// wide for exact sums.
void check_int8(const Architecture& architecture);

/// The network with every weight of a matrix rounded to the nearest float16. Throws Error(usage)
/// where the weights are stored smaller already, Error(model) where one is too large.
Network to_f16(const Network& network);

/// The network with every row of a matrix as whole numbers of [-127, 127] times a scale: its
/// largest weight is 127. Throws as to_f16, and check_int8.
Network to_int8(const Network& network, const Calibration& calibration);

}  // namespace sluice::engine
