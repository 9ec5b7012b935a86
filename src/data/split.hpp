// Chronological split of the rows: 70 % training, 10 % validation, 20 % test.
#pragma once

#include <cstddef>

namespace sluice::data {

struct Split {
  std::size_t train_end = 0;  ///< Training rows are those before it.
  /// Validation rows are train_end .. before this; the rest is test.
  std::size_t validation_end = 0;
};

constexpr Split chronological_split(std::size_t rows) { return {rows * 7 / 10, rows * 8 / 10}; }

}  // namespace sluice::data
