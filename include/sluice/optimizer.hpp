// How training goes from a gradient to the next parameters. Formulas and defaults are PyTorch's, so
// that a run can be laid beside one of torch.optim.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

enum class OptimizerKind {
  sgd,    ///< v = momentum v + d; p -= rate v
  adam,   ///< Kingma and Ba 2015; weight decay is added to the gradient.
  adamw,  ///< Loshchilov and Hutter 2019; p -= rate decay p, apart from the gradient.
};

/// "sgd", "adam", "adamw"
std::string_view name(OptimizerKind kind);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double momentum = 0.0;      ///< sgd alone, in [0, 1).
  double beta1 = 0.9;         ///< adam, adamw: of the mean of the gradient.
  double beta2 = 0.999;       ///< adam, adamw: of the mean of its square; 0.99 forgets sooner.
  double epsilon = 1e-8;      ///< adam, adamw
  double weight_decay = 0.0;  ///< All three; 0 or more.
};

/// Throws Error(usage), naming the field, where a number is out of its range.
void check(const OptimizerOptions& options);

enum class ScheduleKind {
  constant,
  cosine,   ///< Falls to 0 along half a cosine.
  plateau,  ///< Falls by `factor` when validation has not become better for `patience` epochs.
};

/// The learning rate by the step's number, never by the clock.
struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::constant;
  double rate = 1e-3;        ///< The highest rate.
  std::size_t warm_up = 0;   ///< Steps over which the rate rises linearly from 0.
  std::size_t steps = 0;     ///< cosine: the step at which the rate reaches 0.
  double factor = 0.5;       ///< plateau: in (0, 1).
  std::size_t patience = 5;  ///< plateau: validations without a better one.
};

}  // namespace sluice
