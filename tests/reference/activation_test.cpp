// The eleven activations: values worked out by hand, slopes against differences, ONNX's defaults.
#include "reference/activation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "reference/option_table.hpp"

namespace sluice {
namespace {

double value(const ActivationFunction& function, double x) { return activate(function, x).value; }

TEST(Activation, ValuesAreThoseOfTheTable) {
  EXPECT_DOUBLE_EQ(value({Activation::sigmoid}, std::log(3.0)), 0.75);
  EXPECT_DOUBLE_EQ(value({Activation::tanh}, std::log(2.0)), 0.6);
  EXPECT_EQ(value({Activation::relu}, 2.5), 2.5);
  EXPECT_EQ(value({Activation::relu}, -2.5), 0.0);
  EXPECT_EQ(value({Activation::affine, 3.0, 0.5}, -2.0), -5.5);
  EXPECT_EQ(value({Activation::leaky_relu, 0.25}, -2.0), -0.5);
  EXPECT_EQ(value({Activation::leaky_relu, 0.25}, 2.0), 2.0);
  EXPECT_EQ(value({Activation::thresholded_relu, 1.5}, 1.25), 0.0);
  EXPECT_EQ(value({Activation::thresholded_relu, 1.5}, 1.5), 0.0);
  EXPECT_EQ(value({Activation::thresholded_relu, 1.5}, 1.75), 1.75);
  EXPECT_EQ(value({Activation::thresholded_relu, -1.0}, -0.5), -0.5);
  EXPECT_DOUBLE_EQ(value({Activation::scaled_tanh, 5.0, 2.0}, std::log(2.0) / 2.0), 3.0);
  EXPECT_EQ(value({Activation::hard_sigmoid, 0.25, 0.5}, 1.0), 0.75);
  EXPECT_EQ(value({Activation::hard_sigmoid, 0.25, 0.5}, -2.5), 0.0);
  EXPECT_EQ(value({Activation::hard_sigmoid, 0.25, 0.5}, 2.5), 1.0);
  EXPECT_DOUBLE_EQ(value({Activation::elu, 2.0}, -std::log(2.0)), -1.0);
  EXPECT_EQ(value({Activation::elu, 2.0}, 1.5), 1.5);
  EXPECT_EQ(value({Activation::softsign}, -3.0), -0.75);
  EXPECT_DOUBLE_EQ(value({Activation::softplus}, 0.0), std::log(2.0));
}

TEST(Activation, SlopesEqualCentralDifferences) {
  for (const auto& [name, function] : reference::kActivations) {
    for (const double x : {-3.1, -1.7, -0.4, 0.3, 1.1, 2.9}) {
      const double step = 1e-5;
      ASSERT_GT(distance_to_kink(function, x), 10.0 * step);
      const double expected =
          (value(function, x + step) - value(function, x - step)) / (2.0 * step);
      EXPECT_NEAR(activate(function, x).slope, expected, 1e-9) << name << " at " << x;
    }
  }
}

TEST(Activation, FarOutNothingOverflowsAndNanStaysNan) {
  for (const auto& [name, function] : reference::kActivations) {
    for (const double x : {-1e3, 1e3}) {
      EXPECT_TRUE(std::isfinite(activate(function, x).value)) << name << " at " << x;
      EXPECT_TRUE(std::isfinite(activate(function, x).slope)) << name << " at " << x;
    }
    EXPECT_TRUE(std::isnan(value(function, std::nan("")))) << name;
  }
  EXPECT_EQ(value({Activation::softplus}, 1e3), 1e3);
  EXPECT_EQ(value({Activation::sigmoid}, 800.0), 1.0);
  EXPECT_EQ(value({Activation::sigmoid}, -800.0), 0.0);
}

TEST(Activation, DefaultsAreThoseOfOnnxsOperators) {
  const auto expect = [](Activation kind, double alpha, double beta) {
    EXPECT_EQ(default_parameters(kind), (ActivationFunction{kind, alpha, beta}));
  };
  expect(Activation::leaky_relu, 0.01, 0.0);
  expect(Activation::thresholded_relu, 1.0, 0.0);
  expect(Activation::hard_sigmoid, 0.2, 0.5);
  expect(Activation::elu, 1.0, 0.0);
  expect(Activation::affine, 1.0, 0.0);
  expect(Activation::scaled_tanh, 1.0, 1.0);
  expect(Activation::sigmoid, 0.0, 0.0);
  expect(Activation::tanh, 0.0, 0.0);
}

TEST(Activation, KinksAreWhereTheSlopeJumps) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  EXPECT_EQ(distance_to_kink({Activation::relu}, -0.5), 0.5);
  EXPECT_EQ(distance_to_kink({Activation::thresholded_relu, 2.0}, 1.5), 0.5);
  EXPECT_DOUBLE_EQ(distance_to_kink({Activation::hard_sigmoid, 0.2, 0.5}, 2.0), 0.5);
  EXPECT_DOUBLE_EQ(distance_to_kink({Activation::hard_sigmoid, 0.2, 0.5}, -2.0), 0.5);
  EXPECT_EQ(distance_to_kink({Activation::tanh}, 0.0), kFar);
}

}  // namespace
}  // namespace sluice
