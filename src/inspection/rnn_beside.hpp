// A simple tanh RNN of the same size, trained on the same rows for the same task: what the LSTM's
// gradient is compared with.
#pragma once

#include <cstddef>
#include <functional>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "forecasting/forecast_options.hpp"

namespace sluice::inspection {

/// Takes as long as training the model did. Throws as train_forecast.
forecasting::ForecastModel rnn_beside(
    const forecasting::ForecastModel& model, const data::Table& table, std::size_t threads,
    const std::function<void(const forecasting::Progress&)>& progress);

}  // namespace sluice::inspection
