// The scores of a backtest as JSON, for `sluice evaluate --json`.
#pragma once

#include <string>

#include "forecasting/backtest.hpp"

namespace sluice::cli {

/// The document that `--json` writes; several targets become a list under "targets".
std::string scores_json(const forecasting::Backtest& backtest,
                        const forecasting::ForecastModel& model);

}  // namespace sluice::cli
