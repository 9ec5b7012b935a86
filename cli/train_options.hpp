// The options of `sluice train`, as typed.
#pragma once

#include <string>
#include <vector>

#include "cli/table_input.hpp"
#include "forecasting/forecast_options.hpp"

namespace sluice::cli {

struct TrainOptions {
  TableInput input;
  std::string data, output, on_stop = "keep", targets, known, past, loss = "quantile",
                            optimizer = "adamw", schedule = "cosine";
  std::vector<std::string> cell;
  std::string init = "standard", bounds;
  bool log = false, no_log = false;
  forecasting::ForecastOptions training;
};

/// Trains, writes the model, prints the report. Returns the exit status.
int run_train(TrainOptions& options);

}  // namespace sluice::cli
