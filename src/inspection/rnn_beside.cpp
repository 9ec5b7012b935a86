#include "inspection/rnn_beside.hpp"

#include <algorithm>
#include <utility>

#include "forecasting/forecast_trainer.hpp"

namespace sluice::inspection {

forecasting::ForecastModel rnn_beside(
    const forecasting::ForecastModel& model, const data::Table& table, std::size_t threads,
    const std::function<void(const forecasting::Progress&)>& progress) {
  const Architecture& arch = model.network->architecture();
  const std::size_t members = std::max<std::size_t>(model.provenance.members, 1);
  forecasting::ForecastOptions options;
  options.features.all_past = false;
  for (const data::ScaledColumn& one : model.features.targets)
    options.features.targets.push_back(one.name);
  for (const data::ScaledColumn& one : model.features.past)
    options.features.past.push_back(one.name);
  for (const data::ScaledColumn& one : model.features.known)
    options.features.known.push_back(one.name);
  options.horizon = model.horizon;
  options.quantiles = model.quantiles;
  options.lags = model.linear.front().lags;
  options.period = model.period;
  options.hidden = arch.hidden.front() / members;
  options.layers = arch.layers();
  options.cell.kind = CellKind::rnn;
  if (model.window > 0) options.window = model.window;
  options.members = members;
  options.seed = model.provenance.seed;
  options.threads = threads;
  options.loss = model.loss;
  options.progress = progress;
  return std::move(forecasting::train_forecast(table, options).model);
}

}  // namespace sluice::inspection
