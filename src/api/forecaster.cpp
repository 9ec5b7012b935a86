// Implements include/sluice/forecaster.hpp by the inner layers; no logic of its own.
#include "sluice/forecaster.hpp"

#include <algorithm>
#include <utility>

#include "data/memory_table.hpp"
#include "data/table.hpp"
#include "forecasting/backtest.hpp"
#include "forecasting/forecast_next.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

data::TableOptions table_options(const TableReading& reading) {
  data::TableOptions options;
  options.form = {.delimiter = reading.delimiter,
                  .comment = reading.comment,
                  .skip = reading.skip,
                  .encoding = reading.encoding,
                  .decimal = reading.decimal,
                  .thousands = reading.thousands,
                  .strip = reading.strip,
                  .time_columns = reading.time_columns,
                  .no_times = reading.no_times,
                  .time_format = reading.time_format,
                  .zone = reading.zone};
  options.sort = reading.sort;
  if (!reading.holidays.empty()) options.holidays = data::read_holidays(reading.holidays);
  return options;
}

data::FeatureRequest features(const ForecasterOptions& options) {
  data::FeatureRequest request{.targets = options.targets,
                               .past = options.past.value_or(std::vector<std::string>{}),
                               .all_past = !options.past.has_value(),
                               .known = options.known};
  request.log = options.log == TargetLog::on    ? data::LogChoice::on
                : options.log == TargetLog::off ? data::LogChoice::off
                                                : data::LogChoice::automatic;
  if (options.bounds) request.bounds = data::Bounds{options.bounds->low, options.bounds->high};
  return request;
}

forecasting::ForecastOptions training_options(const ForecasterOptions& options) {
  forecasting::ForecastOptions training;
  training.features = features(options);
  training.horizon = options.horizon;
  training.quantiles = options.quantiles;
  training.lags = options.lags;
  training.period = options.period;
  training.hidden = options.hidden;
  training.layers = options.layers;
  training.cell = options.cell;
  training.activations = options.activations;
  training.bidirectional = options.bidirectional;
  training.residual = options.residual;
  training.learned_state = options.learned_state;
  training.initialiser = options.initialiser;
  training.forget_bias = options.forget_bias;
  training.window = options.window;
  training.members = options.members;
  training.epochs = options.epochs;
  training.chunk = options.bptt;
  training.recompute = options.recompute;
  training.batch = options.batch;
  training.seed = options.seed;
  training.threads = options.threads;
  training.time_limit = options.time_limit;
  training.loss = options.loss;
  training.optimizer = options.optimizer;
  training.schedule = options.schedule;
  training.rate = options.rate;
  training.dropout = options.dropout;
  training.refit_all = options.refit_on_all_rows;
  training.stop = options.stop;
  if (options.progress) {
    training.progress = [tell = options.progress](const forecasting::Progress& at) {
      tell({.phase = at.phase,
            .step = at.step,
            .steps = at.steps,
            .loss = at.loss,
            .validation = at.validation,
            .best_validation = at.best_validation,
            .seconds_left = at.seconds_left});
    };
  }
  return training;
}

forecasting::ForecastModel trained(const data::Table& table, const ForecasterOptions& options) {
  forecasting::TrainingResult result =
      forecasting::train_forecast(table, training_options(options));
  if (result.failure) throw Error(*result.failure);
  return std::move(result.model);
}

std::vector<ForecastRow> forecast_rows(const forecasting::ForecastModel& model,
                                       const data::Table& table, ShortHistory short_history) {
  const forecasting::NextForecast next = forecasting::forecast_next(model, table, short_history);
  const auto median = std::find(model.quantiles.begin(), model.quantiles.end(), 0.5);
  std::vector<ForecastRow> rows;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    for (std::size_t h = 0; h < model.horizon; ++h) {
      ForecastRow row{.time = forecasting::row_label(table, next.origin + 1 + h),
                      .horizon = h + 1,
                      .target = model.features.targets[k].name,
                      .quantiles = {},
                      .short_history = next.short_history,
                      .median_level = static_cast<std::size_t>(median - model.quantiles.begin())};
      for (std::size_t q = 0; q < model.quantiles.size(); ++q)
        row.quantiles.push_back(next.forecasts.at(0, k, h, q));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

ForecastScore score(const forecasting::PointScore& from) {
  return {.mae = from.mae, .rmse = from.rmse, .smape = from.smape, .mase = from.mase};
}

MethodEvaluation method(const forecasting::MethodScore& from) {
  MethodEvaluation evaluation{.method = from.name, .all = score(from.all), .by_horizon = {}};
  for (const forecasting::PointScore& step : from.by_horizon)
    evaluation.by_horizon.push_back(score(step));
  return evaluation;
}

Evaluation evaluated(const forecasting::ForecastModel& model, const data::Table& table,
                     EvaluatedRows rows) {
  const forecasting::Backtest backtest =
      forecasting::backtest(model, table, {.all_rows = rows == EvaluatedRows::all});
  Evaluation evaluation{.origins = backtest.origins, .season = backtest.season, .targets = {}};
  for (const forecasting::TargetBacktest& from : backtest.targets) {
    TargetEvaluation target{.target = from.target,
                            .model = method(from.model),
                            .linear = method(from.linear),
                            .baselines = {},
                            .coverage = from.quantiles.coverage,
                            .nominal_coverage = from.nominal_coverage};
    for (const forecasting::MethodScore& baseline : from.baselines)
      target.baselines.push_back(method(baseline));
    evaluation.targets.push_back(std::move(target));
  }
  return evaluation;
}

}  // namespace

struct Forecaster::Parts {
  forecasting::ForecastModel model;

  data::Table read(const std::string& path) const {
    return data::read_table(path, model.features.table_options());
  }
  data::Table read(const Table& table) const {
    return data::read_table(table, model.features.table_options());
  }
};

Forecaster::Forecaster(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Forecaster::Forecaster(Forecaster&&) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&&) noexcept = default;
Forecaster::~Forecaster() = default;

Forecaster Forecaster::train(const std::string& csv_path, const ForecasterOptions& options) {
  const data::Table table = data::read_table(csv_path, table_options(options.reading));
  return Forecaster(std::make_unique<Parts>(Parts{trained(table, options)}));
}

Forecaster Forecaster::train(const Table& table, const ForecasterOptions& options) {
  const data::Table read = data::read_table(table, table_options(options.reading));
  return Forecaster(std::make_unique<Parts>(Parts{trained(read, options)}));
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
  return forecast_rows(parts_->model, parts_->read(csv_path), short_history);
}
std::vector<ForecastRow> Forecaster::forecast(const Table& table,
                                              ShortHistory short_history) const {
  return forecast_rows(parts_->model, parts_->read(table), short_history);
}

Evaluation Forecaster::evaluate(const std::string& csv_path, EvaluatedRows rows) const {
  return evaluated(parts_->model, parts_->read(csv_path), rows);
}
Evaluation Forecaster::evaluate(const Table& table, EvaluatedRows rows) const {
  return evaluated(parts_->model, parts_->read(table), rows);
}

}  // namespace sluice
