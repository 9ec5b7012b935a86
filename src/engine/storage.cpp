#include "engine/storage.hpp"

#include <algorithm>
#include <string>

#include "kernels/row_weights.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {

bool is_matrix(Role role) {
  return role == Role::weight_ih || role == Role::weight_hh || role == Role::weight_hr ||
         role == Role::head_weight;
}

std::size_t scale_count(const std::vector<Parameter>& list) {
  std::size_t rows = 0;
  for (const Parameter& parameter : list)
    rows += is_matrix(parameter.role) ? parameter.shape[0] : 0;
  return rows;
}

void check_int8(const Architecture& architecture) {
  if (!plain_stack(architecture)) {
    throw Error(ErrorCode::usage, {.where = "weights int8",
                                   .what = "not for the options of this model's cell",
                                   .expected = "a stack of plain LSTMs that reads forward",
                                   .hint = "store them as f16"});
  }
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    const std::size_t inner = std::max(architecture.layer_input(layer), architecture.hidden[layer]);
    if (inner <= kernels::kMostInt8Inner) continue;
    throw Error(
        ErrorCode::usage,
        {.where = "weights int8",
         .what = "a layer is too wide for exact sums",
         .expected = "at most " + std::to_string(kernels::kMostInt8Inner) + " inputs and units",
         .got = std::to_string(inner),
         .hint = "store them as f16"});
  }
}

}  // namespace sluice::engine
