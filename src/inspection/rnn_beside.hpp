// A simple tanh RNN of the same size, trained on the same rows for the same task: what the LSTM's
// gradient is compared with.
#pragma once

#include <cstddef>
#include <functional>

#include "data/table.hpp"
#include "training/forecast_model.hpp"
#include "training/forecast_options.hpp"

namespace sluice::inspection {

/// Takes as long as training the model did. Throws as train_forecast.
training::ForecastModel rnn_beside(const training::ForecastModel& model, const data::Table& table,
                                   std::size_t threads,
                                   const std::function<void(const training::Progress&)>& progress);

}  // namespace sluice::inspection
