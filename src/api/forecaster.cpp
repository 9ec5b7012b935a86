// include/sluice/forecaster.hpp over the inner parts: no logic of its own.
#include "sluice/forecaster.hpp"

#include <utility>

#include "data/table.hpp"
#include "forecasting/forecast_next.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice {

struct Forecaster::Parts {
  forecasting::ForecastModel model;
};

Forecaster::Forecaster(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Forecaster::Forecaster(Forecaster&&) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&&) noexcept = default;
Forecaster::~Forecaster() = default;

Forecaster Forecaster::train(const std::string& csv_path, const ForecasterOptions& options) {
  forecasting::ForecastOptions training;
  training.features.targets = options.targets;
  training.features.known = options.known;
  training.horizon = options.horizon;
  training.quantiles = options.quantiles;
  training.seed = options.seed;
  training.threads = options.threads;
  training.refit_all = options.refit_on_all_rows;
  if (options.bounds)
    training.features.bounds = data::Bounds{options.bounds->low, options.bounds->high};
  forecasting::TrainingResult result =
      forecasting::train_forecast(data::read_table(csv_path), training);
  if (result.failure) throw Error(*result.failure);
  return Forecaster(std::make_unique<Parts>(Parts{std::move(result.model)}));
}

Forecaster Forecaster::load(const std::string& model_path) {
  formats::StoredModel stored = formats::load_model(model_path);
  if (!stored.forecast) throw formats::not_a_forecaster(model_path);
  return Forecaster(std::make_unique<Parts>(Parts{std::move(*stored.forecast)}));
}

void Forecaster::save(const std::string& model_path) const {
  formats::save_model(model_path, parts_->model);
}

const std::vector<double>& Forecaster::levels() const noexcept { return parts_->model.quantiles; }
double Forecaster::alpha() const noexcept { return parts_->model.alpha; }
std::size_t Forecaster::rows_needed() const noexcept { return parts_->model.rows_needed(); }

std::vector<ForecastRow> Forecaster::forecast(const std::string& csv_path,
                                              ShortHistory short_history) const {
  const forecasting::ForecastModel& model = parts_->model;
  const data::Table table = data::read_table(csv_path, model.features.table_options());
  const forecasting::NextForecast next = forecasting::forecast_next(model, table, short_history);
  std::vector<ForecastRow> rows;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    for (std::size_t h = 0; h < model.horizon; ++h) {
      ForecastRow row{forecasting::row_label(table, next.origin + 1 + h),
                      h + 1,
                      model.features.targets[k].name,
                      {},
                      next.short_history};
      for (std::size_t q = 0; q < model.quantiles.size(); ++q)
        row.quantiles.push_back(next.forecasts.at(0, k, h, q));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace sluice
