// Values and slopes of ONNX's activations, by their textbook formulas. The approximations of the
// kernels are in kernels/activations-inl.hpp.
#include "reference/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {
namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

Activated tanh_of(double x) {
  const double u = std::tanh(x);
  return {u, 1.0 - u * u};
}

Activated hard_sigmoid(double alpha, double beta, double x) {
  const double y = alpha * x + beta;
  if (y <= 0.0) return {0.0, 0.0};
  if (y >= 1.0) return {1.0, 0.0};
  return {y, alpha};
}

// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

Activated activate(const ActivationFunction& function, double x) {
  const double alpha = function.alpha;
  const double beta = function.beta;
  switch (function.kind) {
    case Activation::sigmoid: {
      const double s = sigmoid(x);
      return {s, s * (1.0 - s)};
    }
    case Activation::tanh:
      return tanh_of(x);
    case Activation::relu:
      return x <= 0.0 ? Activated{0.0, 0.0} : Activated{x, 1.0};
    case Activation::affine:
      return {alpha * x + beta, alpha};
    case Activation::leaky_relu:
      return x >= 0.0 ? Activated{x, 1.0} : Activated{alpha * x, alpha};
    case Activation::thresholded_relu:
      return x <= alpha ? Activated{0.0, 0.0} : Activated{x, 1.0};
    case Activation::scaled_tanh: {
      const Activated u = tanh_of(beta * x);
      return {alpha * u.value, alpha * beta * u.slope};
    }
    case Activation::hard_sigmoid:
      return hard_sigmoid(alpha, beta, x);
    case Activation::elu:
      if (x >= 0.0) return {x, 1.0};
      return {alpha * std::expm1(x), alpha * std::exp(x)};
    case Activation::softsign: {
      const double d = 1.0 + std::abs(x);
      return {x / d, 1.0 / (d * d)};
    }
    case Activation::softplus:
      return {softplus(x), sigmoid(x)};
  }
  return {x, 1.0};
}

double distance_to_kink(const ActivationFunction& function, double x) {
  switch (function.kind) {
    case Activation::relu:
    case Activation::leaky_relu:
    case Activation::elu:
    case Activation::softsign:
      return std::abs(x);
    case Activation::thresholded_relu:
      return std::abs(x - function.alpha);
    case Activation::hard_sigmoid: {
      const double y = function.alpha * x + function.beta;
      return std::min(std::abs(y), std::abs(y - 1.0)) / std::abs(function.alpha);
    }
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::affine:
    case Activation::scaled_tanh:
    case Activation::softplus:
      break;  // smooth
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace sluice
