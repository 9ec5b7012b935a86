// Optimisers in double precision, formula by formula as PyTorch documents them, to follow published
// trainings; and the words in which a published case names its optimiser.
#pragma once

#include <string>

#include "vectors/fields.hpp"

namespace sluice::vectors {

struct OptimizerRecipe {
  enum class Kind { sgd, adam, adamw, rmsprop, adagrad };
  Kind kind = Kind::sgd;
  double rate = 0.01;
  double momentum = 0.0, dampening = 0.0;
  bool nesterov = false;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double alpha = 0.99;  ///< rmsprop
  double weight_decay = 0.0;
  double clip = 0.0;  ///< Bound of the gradient's 2-norm before the step; 0: none.
};

/// From "Adam lr=0.01 betas .9 .999 eps 1e-8" or the like, with PyTorch's defaults. Throws
/// Error(data) for a word that it does not know.
OptimizerRecipe parse_optimizer(const std::string& text, const std::string& where);

class PlainOptimizer {
 public:
  explicit PlainOptimizer(const OptimizerRecipe& recipe) : recipe_(recipe) {}
  void step(Doubles& parameters, const Doubles& gradient);

 private:
  double change(std::size_t j, double d);

  OptimizerRecipe recipe_;
  std::size_t steps_ = 0;
  Doubles first_, second_;
};

double norm(const Doubles& values);
/// Scales the gradient to a 2-norm of at most `limit` as PyTorch's clip_grad_norm_: by
/// limit / (norm + 1e-6).
void clip_gradient(Doubles& gradient, double limit);

}  // namespace sluice::vectors
