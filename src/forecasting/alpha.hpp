// Chooses alpha, the share of the LSTM's correction in a forecast, from errors on the validation
// set.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::forecasting {

struct Alpha {
  double value = 0.0;
  std::string reason;
};

/// Inputs are absolute validation errors on one scale for all targets, averaged over targets and
/// steps ahead: `linear` [origins], `mixed` [candidates][origins] for alpha = 1/candidates .. 1.
/// The origins are cut into blocks of at least max(horizon, origins / 20) rows; fewer than 8
/// blocks: alpha = 0. Chooses the alpha that minimises, over the blocks, the mean of (mixed -
/// linear) PLUS one standard error; 0 if no alpha makes that negative.
Alpha choose_alpha(const std::vector<double>& linear, const std::vector<std::vector<double>>& mixed,
                   std::size_t horizon);

}  // namespace sluice::forecasting
