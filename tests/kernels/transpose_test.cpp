// Rows turned into columns, for every instruction set of this processor.
#include <gtest/gtest.h>

#include "kernels/kernel_table.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

TEST(Transpose, TurnsOrAddsEveryValueAndNothingElse) {
  for (const KernelTable& table : available()) {
    Random random(3);
    for (std::size_t rows = 0; rows <= 37; ++rows) {
      for (std::size_t columns = 0; columns <= 19; ++columns) {
        for (const bool add : {false, true}) {
          const Rows from = Rows::random(rows, columns, columns + 3, random);
          const Rows before = Rows::random(columns, rows, rows + 5, random);
          Rows to = before;
          table.transpose({.from = from.row(0),
                           .from_stride = from.stride,
                           .rows = rows,
                           .columns = columns,
                           .to = to.row(0),
                           .to_stride = to.stride,
                           .add = add});
          ASSERT_TRUE(to.clean_outside()) << table.name << " " << rows << " " << columns;
          for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t c = 0; c < columns; ++c) {
              const float expected = from.at(r, c) + (add ? before.at(c, r) : 0.0f);
              ASSERT_EQ(to.at(c, r), expected)
                  << table.name << ", " << rows << " x " << columns << ": " << r << " " << c;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace sluice::kernels
