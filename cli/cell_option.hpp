// The words of `sluice train --cell`: peephole, zoneout-c=0.1, squash=softsign ..
#pragma once

#include <string>

#include "training/forecast_options.hpp"

namespace sluice::cli {

/// Applies one word. Throws Error(usage) for one that is not known, or has no value, or one that it
/// should not have; whether the options go together is checked later.
void apply_cell_option(const std::string& word, training::ForecastOptions& options);

/// A line for each word: what it does.
std::string cell_option_help();

}  // namespace sluice::cli
