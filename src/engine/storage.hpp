// How a network's matrices are stored in its file and read by its streams: float32, float16 or
// int8. Biases, states and everything between the products are float32 in each.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "model/parameters.hpp"

namespace sluice::engine {

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

}  // namespace sluice::engine
