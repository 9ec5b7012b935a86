// How weights start out, by name: each against the formula of its paper or framework.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "model/parameters.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t kInputs = 29, kHidden = 31;

Architecture architecture() {
  Architecture architecture{.input = kInputs, .hidden = {kHidden}, .output = 23, .biases = 2};
  architecture.cell.peephole = true;
  architecture.cell.layer_norm = LayerNorm::ba;
  architecture.learned_state = true;
  return architecture;
}

std::vector<double> tensor(Initialiser initialiser, Role role, float forget_bias = 1.0f) {
  const std::vector<float> values = initial_parameters(
      architecture(), {.seed = 3, .initialiser = initialiser, .forget_bias = forget_bias});
  for (const Parameter& parameter : parameter_list(architecture())) {
    if (parameter.role != role) continue;
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
    return {from, from + static_cast<std::ptrdiff_t>(parameter.count)};
  }
  return {};
}

double largest(const std::vector<double>& values) {
  double size = 0.0;
  for (const double value : values) size = std::max(size, std::abs(value));
  return size;
}

// Hundreds of uniform numbers come within 3 % of their bound, and none beyond it.
void expect_bound(Initialiser initialiser, Role role, double bound) {
  const double size = largest(tensor(initialiser, role));
  EXPECT_LE(size, bound * (1 + 1e-6));
  EXPECT_GT(size, 0.97 * bound);
}

double deviation(const std::vector<double>& values) {
  double squares = 0.0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

TEST(Initialisers, UniformOnesReachTheirBoundsAndNoFurther) {
  const double i = kInputs, h = kHidden;
  expect_bound(Initialiser::standard, Role::weight_ih, 1 / std::sqrt(h));
  expect_bound(Initialiser::pytorch, Role::weight_hh, 1 / std::sqrt(h));
  expect_bound(Initialiser::glorot_uniform, Role::weight_ih, std::sqrt(6 / (i + h)));
  expect_bound(Initialiser::glorot_uniform, Role::weight_hh, std::sqrt(6 / (h + h)));
  expect_bound(Initialiser::glorot_uniform, Role::head_weight, std::sqrt(6 / (h + 23)));
  expect_bound(Initialiser::he_uniform, Role::weight_ih, std::sqrt(6 / i));
  // Keras sees the four gates as one matrix.
  expect_bound(Initialiser::keras, Role::weight_ih, std::sqrt(6 / (i + 4 * h)));
}

TEST(Initialisers, NormalOnesHaveTheirDeviation) {
  const double i = kInputs, h = kHidden;
  // 3,596 numbers: their deviation is known to 1.2 %.
  EXPECT_NEAR(
      deviation(tensor(Initialiser::glorot_normal, Role::weight_ih)) / std::sqrt(2 / (i + h)), 1.0,
      0.05);
  EXPECT_NEAR(deviation(tensor(Initialiser::he_normal, Role::weight_ih)) / std::sqrt(2 / i), 1.0,
              0.05);
}

// The largest product of two columns of a [rows, columns] matrix, and the error of their lengths.
double column_error(const double* matrix, std::size_t rows, std::size_t columns, bool by_rows) {
  const std::size_t count = by_rows ? rows : columns, length = by_rows ? columns : rows;
  double error = 0.0;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = 0.0;
      for (std::size_t j = 0; j < length; ++j) {
        sum += by_rows ? matrix[a * columns + j] * matrix[b * columns + j]
                       : matrix[j * columns + a] * matrix[j * columns + b];
      }
      error = std::max(error, std::abs(sum - (a == b ? 1.0 : 0.0)));
    }
  }
  return error;
}

TEST(Initialisers, OrthogonalOnesAreSoGateByGate) {
  const std::vector<double> w = tensor(Initialiser::orthogonal, Role::weight_ih);
  const std::vector<double> r = tensor(Initialiser::orthogonal, Role::weight_hh);
  for (std::size_t gate = 0; gate < 4; ++gate) {
    EXPECT_LT(column_error(w.data() + gate * kHidden * kInputs, kHidden, kInputs, false), 1e-6);
    EXPECT_LT(column_error(r.data() + gate * kHidden * kHidden, kHidden, kHidden, true), 1e-6);
  }
  const std::vector<double> head = tensor(Initialiser::orthogonal, Role::head_weight);
  EXPECT_LT(column_error(head.data(), 23, kHidden, true), 1e-6);
}

TEST(Initialisers, KerasMakesTheRecurrentMatrixOrthogonalAsAWhole) {
  const std::vector<double> r = tensor(Initialiser::keras, Role::weight_hh);
  EXPECT_LT(column_error(r.data(), 4 * kHidden, kHidden, false), 1e-6);
}

TEST(Initialisers, OnlyPyTorchsDrawsBiases) {
  for (const Role role : {Role::bias_ih, Role::bias_hh, Role::head_bias})
    expect_bound(Initialiser::pytorch, role == Role::head_bias ? Role::bias_ih : role,
                 1 / std::sqrt(static_cast<double>(kHidden)));
  const std::vector<double> bias = tensor(Initialiser::orthogonal, Role::bias_ih, 2.5f);
  for (std::size_t row = 0; row < bias.size(); ++row)
    EXPECT_EQ(bias[row], row / kHidden == 1 ? 2.5 : 0.0);
  EXPECT_EQ(largest(tensor(Initialiser::orthogonal, Role::bias_hh)), 0.0);
  EXPECT_EQ(largest(tensor(Initialiser::keras, Role::head_bias)), 0.0);
  EXPECT_GT(largest(tensor(Initialiser::pytorch, Role::head_bias)), 0.0);
}

TEST(Initialisers, StartGainsAtOneAndTheRestAtZero) {
  for (const Role role : {Role::norm_ih, Role::norm_hh, Role::norm_c}) {
    for (const double gain : tensor(Initialiser::glorot_uniform, role)) EXPECT_EQ(gain, 1.0);
  }
  for (const Role role : {Role::peephole, Role::norm_c_bias, Role::initial_h, Role::initial_c})
    EXPECT_EQ(largest(tensor(Initialiser::glorot_uniform, role)), 0.0);
}

TEST(Initialisers, AreKnownByNameAndOthersAreRefusedWithTheList) {
  EXPECT_EQ(initialiser_named("he-normal"), Initialiser::he_normal);
  EXPECT_EQ(initialiser_named("orthogonal"), Initialiser::orthogonal);
  try {
    initialiser_named("xavier");
    FAIL() << "took xavier";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_NE(error.parts().expected.find("glorot-uniform"), std::string::npos);
  }
}

}  // namespace
}  // namespace sluice
