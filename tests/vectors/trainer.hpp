// One step of a published training by the reference with plain optimisers, or by the engine with
// those of src/training, behind one interface.
#pragma once

#include <memory>
#include <string>

#include "vectors/machine.hpp"
#include "vectors/plain_optimizer.hpp"

namespace sluice::vectors {

/// Changes parameters by a gradient, clipping it first where the recipe says so.
class Stepper {
 public:
  virtual ~Stepper() = default;
  virtual void step(Doubles& parameters, Doubles gradient) = 0;
};

/// Whether src/training has this optimiser; a training of the engine steps in doubles otherwise.
bool engine_has(const OptimizerRecipe& recipe);

std::unique_ptr<Stepper> reference_stepper(const OptimizerRecipe& recipe);
std::unique_ptr<Stepper> engine_stepper(const OptimizerRecipe& recipe);

/// The two sides that every training runs on.
struct Side {
  std::unique_ptr<Machine> (*machine)(const Architecture&);
  std::unique_ptr<Stepper> (*stepper)(const OptimizerRecipe&);
};
inline constexpr Side kReference{reference_machine, reference_stepper};
inline constexpr Side kEngine{engine_machine, engine_stepper};

/// Mean of the squared differences of the outputs at the last step to the targets [B], one output
/// a row, and its gradient by y.
double last_step_error(const Sequences& sequences, const Outcome& outcome, const Doubles& targets,
                       OutputGradient& d);

}  // namespace sluice::vectors
