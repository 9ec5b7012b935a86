// Rows over int8 weights, against integers and doubles written out here: the same whole numbers on
// every instruction set, and S1..S7 of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/row_weights.hpp"

namespace sluice::kernels {
namespace {

// A matrix of gates [4, hidden, inner] of whole numbers, and the scales of its rows.
struct Whole {
  std::size_t hidden, inner;
  std::vector<float> numbers, scales, weights;

  Whole(std::size_t hidden_, std::size_t inner_, Random& random)
      : hidden(hidden_), inner(inner_), numbers(4 * hidden * inner), scales(4 * hidden) {
    for (float& number : numbers) number = std::floor(255.0f * random.uniform()) - 127.0f;
    for (float& scale : scales) scale = 0.001f + 0.003f * random.uniform();
    set_weights();
  }
  void set_weights() {
    weights.resize(numbers.size());
    for (std::size_t n = 0; n < numbers.size(); ++n) weights[n] = numbers[n] * scales[n / inner];
  }
  void without_scales() {
    std::fill(scales.begin(), scales.end(), 1.0f);
    set_weights();
  }
  RowWeights packed(const KernelTable& table, float step) const {
    return {hidden,
            inner,
            table,
            [this](std::size_t gate, std::size_t unit) {
              return weights.data() + (gate * hidden + unit) * inner;
            },
            WeightType::int8,
            {scales.data(), step}};
  }
};

std::int64_t steps_of(float x, float per_step) {
  const float steps = std::nearbyint(x * per_step);
  return static_cast<std::int64_t>(std::clamp(steps, -kActivationSteps, kActivationSteps));
}

// The sum of a row of the matrix with x, as whole numbers.
std::int64_t sum_of(const Whole& matrix, std::size_t row, const float* x, float per_step) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < matrix.inner; ++k)
    sum += static_cast<std::int64_t>(matrix.numbers[row * matrix.inner + k]) *
           steps_of(x[k], per_step);
  return sum;
}

// Where a gate of a unit stands in a row of sums.
std::size_t place(const KernelTable& table, std::size_t gate, std::size_t unit) {
  return (4 * (unit / table.lanes) + gate) * table.lanes + unit % table.lanes;
}

std::size_t places(const KernelTable& table, std::size_t hidden) {
  return 4 * ((hidden + table.lanes - 1) / table.lanes) * table.lanes;
}

std::vector<const float*> pointers(const std::vector<std::vector<float>>& rows) {
  std::vector<const float*> to;
  to.reserve(rows.size());
  for (const std::vector<float>& row : rows) to.push_back(row.data());
  return to;
}

// [rows, places] of rows of x that are not aligned, nor filled up.
FloatVector sums_of(const KernelTable& table, const Whole& matrix, float step,
                    const std::vector<std::vector<float>>& x, float bias = 0.0f) {
  const RowWeights packed = matrix.packed(table, step);
  const FloatVector start(places(table, matrix.hidden), bias);
  FloatVector sums(start.size() * x.size());
  const std::vector<const float*> at = pointers(x);
  table.row(WeightType::int8).sums({at.data(), x.size(), packed.view(), start.data(), sums.data()});
  return sums;
}

std::string shape(const KernelTable& table, std::size_t hidden, std::size_t inner) {
  return std::string(table.name) + ", H " + std::to_string(hidden) + ", inner " +
         std::to_string(inner);
}

TEST(RowInt8, SumsAreTheSameWholeNumbersOnEveryInstructionSet) {
  for (const KernelTable& table : available()) {
    Random random(11);
    for (const std::size_t hidden : {1, 5, 16, 31, 37, 65}) {
      for (const std::size_t inner : {1, 2, 3, 4, 7, 17, 64, 131, 1021}) {
        SCOPED_TRACE(shape(table, hidden, inner));
        Whole matrix(hidden, inner, random);
        matrix.without_scales();
        std::vector<std::vector<float>> x(1 + (hidden + inner) % 5, std::vector<float>(inner));
        for (std::vector<float>& row : x) {
          for (float& value : row) value = 12000.0f * static_cast<float>(random.normal());
        }
        const FloatVector sums = sums_of(table, matrix, 1.0f, x);
        for (std::size_t row = 0; row < x.size(); ++row) {
          for (std::size_t n = 0; n < 4 * hidden; ++n) {
            ASSERT_EQ(sums[row * places(table, hidden) + place(table, n / hidden, n % hidden)],
                      static_cast<float>(sum_of(matrix, n, x[row].data(), 1.0f)))
                << "row " << row << ", gate " << n / hidden << ", unit " << n % hidden;
          }
        }
      }
    }
  }
}

TEST(RowInt8, ActivationsAreRoundedToTheNearestAndTheEvenOneOfTwo) {
  const std::vector<float> x = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 255.5f, 0.49999997f, -256.5f, 0.0f};
  const std::vector<float> steps = {0, 2, 2, 0, -2, 256, 0, -256, 0};
  for (const KernelTable& table : available()) {
    for (std::size_t n = 0; n < x.size(); ++n) {
      Random random(3);
      Whole one(1, 1, random);
      one.numbers.assign(4, 1.0f);
      one.without_scales();
      EXPECT_EQ(sums_of(table, one, 1.0f, {{x[n]}})[0], steps[n]) << table.name << ", " << x[n];
    }
  }
}

TEST(RowInt8, TheWidestLayerAtItsLargestDoesNotOverflow) {
  for (const KernelTable& table : available()) {
    for (const float sign : {1.0f, -1.0f}) {
      Random random(5);
      Whole matrix(3, kMostInt8Inner, random);
      for (std::size_t n = 0; n < matrix.numbers.size(); ++n)
        matrix.numbers[n] = n / kMostInt8Inner % 2 == 0 ? 127.0f : -127.0f;
      matrix.without_scales();
      // Beyond the range, infinite too: the end of the range.
      std::vector<float> x(kMostInt8Inner, sign * 1e9f);
      x[7] = sign * std::numeric_limits<float>::infinity();
      const FloatVector sums = sums_of(table, matrix, 1.0f, {x});
      const double most = 127.0 * 32767.0 * static_cast<double>(kMostInt8Inner);
      for (std::size_t n = 0; n < 12; ++n) {
        const double expected = (n % 2 == 0 ? sign : -sign) * most;
        EXPECT_NEAR(sums[place(table, n / 3, n % 3)], expected, 0x1p-23 * most) << table.name;
      }
    }
  }
}

TEST(RowInt8, ANanSpoilsItsOwnRowAlone) {
  for (const KernelTable& table : available()) {
    for (const std::size_t at : {0, 8, 18}) {  // in a whole vector, in the last one
      Random random(7);
      const Whole matrix(19, 19, random);
      std::vector<std::vector<float>> x(3, std::vector<float>(19, 0.25f));
      x[1][at] = std::numeric_limits<float>::quiet_NaN();
      const FloatVector sums = sums_of(table, matrix, 1e-4f, x);
      for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t n = 0; n < 4 * 19; ++n) {
          const float sum = sums[row * places(table, 19) + place(table, n / 19, n % 19)];
          EXPECT_EQ(std::isnan(sum), row == 1) << table.name << ", row " << row;
        }
      }
    }
  }
}

double sigma(double x) { return 1.0 / (1.0 + std::exp(-x)); }

TEST(RowInt8, StepIsS1ToS7OfTheWholeSums) {
  for (const KernelTable& table : available()) {
    Random random(23);
    for (const std::size_t hidden : {1, 5, 16, 37, 65}) {
      for (const std::size_t inputs : {1, 3, 17, 129}) {
        SCOPED_TRACE(shape(table, hidden, inputs));
        const Whole w(hidden, inputs, random), r(hidden, hidden, random);
        const float x_step = 3.0f / kActivationSteps, h_step = 1.0f / kActivationSteps;
        const std::size_t rows = 1 + (hidden + inputs) % 4;
        std::vector<std::vector<float>> x(rows, std::vector<float>(inputs)),
            h_prev(rows, std::vector<float>(hidden));
        std::vector<FloatVector> c(rows, FloatVector(padded(hidden))), h = c;
        std::vector<float*> c_at, h_at;
        for (std::size_t row = 0; row < rows; ++row) {
          for (float& value : x[row]) value = static_cast<float>(random.normal());
          for (float& value : h_prev[row]) value = 2.0f * random.uniform() - 1.0f;
          for (std::size_t j = 0; j < hidden; ++j) c[row][j] = static_cast<float>(random.normal());
          c_at.push_back(c[row].data());
          h_at.push_back(h[row].data());
        }
        const std::vector<FloatVector> c_prev = c;
        const float bias = 0.3f;
        const FloatVector sums = sums_of(table, r, h_step, h_prev, bias);
        const RowWeights packed = w.packed(table, x_step);
        const std::vector<const float*> x_at = pointers(x);
        table.row(WeightType::int8)
            .step({x_at.data(), rows, packed.view(), sums.data(), c_at.data(), h_at.data()});
        for (std::size_t row = 0; row < rows; ++row) {
          for (std::size_t j = 0; j < hidden; ++j) {
            double a[4];
            for (std::size_t gate = 0; gate < 4; ++gate) {
              const std::size_t n = gate * hidden + j;
              const auto part = [&](const Whole& whole, const float* from, float step) {
                return static_cast<double>(whole.scales[n]) * step *
                       static_cast<double>(sum_of(whole, n, from, 1.0f / step));
              };
              a[gate] = bias + part(r, h_prev[row].data(), h_step) + part(w, x[row].data(), x_step);
            }
            const double c_new =
                sigma(a[1]) * c_prev[row][j] + sigma(a[0]) * std::tanh(a[2]);  // S1..S4
            const double h_new = sigma(a[3]) * std::tanh(c_new);               // S5..S7
            ASSERT_NEAR(c[row][j], c_new, 4e-6 * (1.0 + std::abs(c_new))) << "row " << row;
            ASSERT_NEAR(h[row][j], h_new, 4e-6) << "row " << row << ", unit " << j;
          }
        }
      }
    }
  }
}

TEST(WholeNumber, IsWhatAWeightIsTimesItsScale) {
  for (const float scale : {0.37f, 1e-29f, 3.3e20f}) {
    for (int number = -127; number <= 127; ++number)
      EXPECT_EQ(whole_number(static_cast<float>(number) * scale, scale), number);
  }
  EXPECT_EQ(whole_number(0.0f, 0.0f), 0);
  EXPECT_EQ(whole_number(300.0f, 1.0f), 127);
  EXPECT_EQ(whole_number(-300.0f, 1.0f), -127);
}

}  // namespace
}  // namespace sluice::kernels
