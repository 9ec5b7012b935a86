#include "vectors/trainer.hpp"

#include "training/optimizer.hpp"

namespace sluice::vectors {
namespace {

using Kind = OptimizerRecipe::Kind;

class ReferenceStepper : public Stepper {
 public:
  explicit ReferenceStepper(const OptimizerRecipe& recipe)
      : clip_(recipe.clip), optimizer_(recipe) {}
  void step(Doubles& parameters, Doubles gradient) override {
    if (clip_ > 0.0) clip_gradient(gradient, clip_);
    optimizer_.step(parameters, gradient);
  }

 private:
  double clip_;
  PlainOptimizer optimizer_;
};

class EngineStepper : public Stepper {
 public:
  explicit EngineStepper(const OptimizerRecipe& recipe) : recipe_(recipe) {}

  void step(Doubles& parameters, Doubles gradient) override {
    if (!optimizer_)
      optimizer_ = std::make_unique<training::Optimizer>(options(), parameters.size());
    std::vector<float> p(parameters.begin(), parameters.end()), d(gradient.begin(), gradient.end());
    if (recipe_.clip > 0.0) training::clip_by_norm(d, recipe_.clip);
    optimizer_->step(p, d, recipe_.rate);
    parameters.assign(p.begin(), p.end());
  }

 private:
  OptimizerOptions options() const {
    OptimizerOptions made;
    made.kind = recipe_.kind == Kind::sgd    ? OptimizerKind::sgd
                : recipe_.kind == Kind::adam ? OptimizerKind::adam
                                             : OptimizerKind::adamw;
    made.momentum = recipe_.momentum;
    made.beta1 = recipe_.beta1;
    made.beta2 = recipe_.beta2;
    made.epsilon = recipe_.epsilon;
    made.weight_decay = recipe_.weight_decay;
    return made;
  }

  OptimizerRecipe recipe_;
  std::unique_ptr<training::Optimizer> optimizer_;
};

}  // namespace

bool engine_has(const OptimizerRecipe& recipe) {
  return recipe.kind <= Kind::adamw && !recipe.nesterov && recipe.dampening == 0.0;
}

std::unique_ptr<Stepper> reference_stepper(const OptimizerRecipe& recipe) {
  return std::make_unique<ReferenceStepper>(recipe);
}

std::unique_ptr<Stepper> engine_stepper(const OptimizerRecipe& recipe) {
  if (!engine_has(recipe)) return reference_stepper(recipe);
  return std::make_unique<EngineStepper>(recipe);
}

double last_step_error(const Sequences& sequences, const Outcome& outcome, const Doubles& targets,
                       OutputGradient& d) {
  d.y.assign(outcome.y.size(), 0.0);
  const auto count = static_cast<double>(sequences.batch);
  double loss = 0.0;
  for (std::size_t b = 0; b < sequences.batch; ++b) {
    const std::size_t at = (sequences.steps - 1) * sequences.batch + b;
    const double error = outcome.y[at] - targets[b];
    loss += error * error / count;
    d.y[at] = 2.0 * error / count;
  }
  return loss;
}

}  // namespace sluice::vectors
