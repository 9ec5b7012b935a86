// Where in time training ends and validation ends: 70 % / 10 % / 20 % of the rows, in their order.
#pragma once

#include <cstddef>

namespace sluice::data {

struct Split {
  std::size_t train_end = 0;  ///< Rows before are for training.
  std::size_t validation_end =
      0;  ///< Rows from train_end to before this are for validation, the rest for test.
};

constexpr Split chronological_split(std::size_t rows) { return {rows * 7 / 10, rows * 8 / 10}; }

}  // namespace sluice::data
