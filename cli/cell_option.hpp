// The words of `sluice train --cell`: peephole, zoneout-c=0.1, squash=softsign ..
#pragma once

#include <string>
#include <vector>

#include "forecasting/forecast_options.hpp"

namespace sluice::cli {

/// Applies the words. Throws Error(usage) for an unknown word, a missing or unexpected value, or
/// two words that contradict. The trainer checks the resulting combination.
void apply_cell_options(const std::vector<std::string>& words,
                        forecasting::ForecastOptions& options);

/// One line per word with its meaning.
std::string cell_option_help();

}  // namespace sluice::cli
