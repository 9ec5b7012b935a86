// A simple tanh RNN of the same size, trained on the same rows for the same task, to compare the
// LSTM's gradient with.
#pragma once

#include <cstddef>
#include <functional>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "forecasting/forecast_options.hpp"

namespace sluice::inspection {

/// Takes about as long as training the model. Throws as train_forecast().
forecasting::ForecastModel rnn_beside(
    const forecasting::ForecastModel& model, const data::Table& table, std::size_t threads,
    const std::function<void(const forecasting::Progress&)>& progress);

}  // namespace sluice::inspection
