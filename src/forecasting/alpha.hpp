// How much of the LSTM's correction a forecast may use: what it earned on the validation rows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::forecasting {

struct Alpha {
  double value = 0.0;
  std::string reason;
};

/// Absolute errors on validation in one scale for all targets, mean over targets and steps ahead:
/// `linear` [origins], `mixed` [candidates][origins] for alpha = 1/candidates .. 1. The origins are
/// cut into blocks of at least max(horizon, origins / 20) rows; fewer than 8 blocks: alpha = 0. The
/// chosen alpha has the smallest mean difference to the linear part PLUS one standard error over
/// the blocks; 0 where that is above 0 for all.
Alpha choose_alpha(const std::vector<double>& linear, const std::vector<std::vector<double>>& mixed,
                   std::size_t horizon);

}  // namespace sluice::forecasting
