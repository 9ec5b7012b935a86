// The words of `sluice train --cell`: peephole, zoneout-c=0.1, squash=softsign ..
#pragma once

#include <string>
#include <vector>

#include "forecasting/forecast_options.hpp"

namespace sluice::cli {

/// Applies the words. Throws Error(usage) for one that is not known, has no value or one that it
/// should not have, or contradicts another; whether the options go together is checked later, too.
void apply_cell_options(const std::vector<std::string>& words,
                        forecasting::ForecastOptions& options);

/// A line for each word: what it does.
std::string cell_option_help();

}  // namespace sluice::cli
