#include "training/forecast_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "core/random.hpp"
#include "core/threads.hpp"
#include "data/period.hpp"
#include "network/merge.hpp"
#include "training/alpha.hpp"
#include "training/members.hpp"
#include "training/short_series.hpp"
#include "training/validation.hpp"

namespace sluice::training {
namespace {

constexpr std::size_t kRowsForLstm = 1000, kDefaultSteps = 400, kWarmUp = 20;
constexpr std::size_t kReportEvery = 10, kAlphas = 10;
constexpr double kTellEvery = 0.5;  // seconds
// The share of a time limit that may pass before the best so far is taken; the rest is for
// refitting.
constexpr double kFirstShare = 0.6;
// Refitting: half of the best number of steps at 0.3 of the rate (measured).
constexpr double kRefitSteps = 0.5, kRefitRate = 0.3;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::vector<std::vector<float>> parameters_of(const std::vector<network::Network>& networks) {
  std::vector<std::vector<float>> all;
  all.reserve(networks.size());
  for (const network::Network& network : networks)
    all.emplace_back(network.parameters().begin(), network.parameters().end());
  return all;
}

// What a pulse throws: the work is to end.
struct Cut {};

// Until the next report, which in training follows a validation.
std::size_t steps_to_report(const Members& fit, std::size_t steps) {
  return std::min(steps - fit.steps(), kReportEvery - fit.steps() % kReportEvery);
}

class Trainer {
 public:
  Trainer(const data::Table& table, const ForecastOptions& options)
      : table_(table), options_(options), pool_(options.threads) {}

  TrainingResult run();

 private:
  void describe();
  void set_split(const data::Split& split);
  void find_period();
  std::size_t hidden() const;
  std::size_t chunk() const;
  std::size_t steps_per_epoch() const;
  void fit_linear();
  FitData fit_data(std::size_t fit_end) const;
  FitOptions fit_options(std::uint64_t salt) const;
  bool find_linear_part();
  void train_network();
  std::optional<double> validate(CrossFit& judge);
  void earn(const CrossFit& judge);
  void refit(std::size_t fit_end);
  void refit_parts(std::size_t fit_end, const ForecastModel& before);
  bool refit_network(std::size_t fit_end, const ForecastModel& before);
  std::vector<float> validation_outputs();
  void report(const Members& fit, const char* phase, std::size_t steps, double loss,
              double validation, const Stopwatch& clock);
  void begin(const char* phase);
  void tell();
  void beat();
  bool told_to_stop() const { return options_.stop != nullptr && options_.stop->load(); }
  double time_left() const {
    return options_.time_limit > 0 ? options_.time_limit - clock_.seconds()
                                   : std::numeric_limits<double>::infinity();
  }

  const data::Table& table_;
  const ForecastOptions& options_;
  ThreadPool pool_;
  Stopwatch clock_;
  const char* phase_ = "";
  double told_ = 0.0;  // when the phase was told of last, by the clock
  data::Frame frame_;
  std::vector<std::vector<double>> linear_;  // forecasts of the linear part in hand, [K][rows, N]
  FloatVector inputs_;                       // the network's, from linear_
  Validation validation_;
  std::vector<network::Network> members_;
  double seconds_per_step_ = 0.0, best_validation_ = 0.0;
  std::optional<Error> failure_;
  ForecastModel model_;
};

// A phase without steps is told of as it begins and, by its pulse, twice a second; the pulse ends
// it where that is asked for.
void Trainer::begin(const char* phase) {
  phase_ = phase;
  tell();
}

void Trainer::tell() {
  told_ = clock_.seconds();
  if (options_.progress) options_.progress({.phase = phase_, .loss = kNaN, .validation = kNaN});
}

void Trainer::beat() {
  if (told_to_stop() || time_left() < 0) throw Cut{};
  if (clock_.seconds() - told_ >= kTellEvery) tell();
}

TrainingResult Trainer::run() {
  check(options_);
  describe();
  if (model_.split.validation_end == model_.split.train_end) {
    find_period();
    fit_short_series(frame_, options_.lags, model_);
    return {std::move(model_), {}};
  }
  if (!find_linear_part()) {
    const bool asked = told_to_stop();
    throw Stopped({.where = table_.path,
                   .what = fmt::format("{} while {}: there is no model yet",
                                       asked ? "stopped" : "the time was over", phase_),
                   .hint = asked ? "nothing was written" : "give a longer --time-limit"});
  }
  if (hidden() == 0) {
    model_.provenance.alpha_reason =
        options_.hidden
            ? "0: no LSTM was asked for"
            : fmt::format("0: under {} rows the forecast is left to the linear part", kRowsForLstm);
    model_.provenance.ended = "linear part fitted";
  } else {
    train_network();
  }
  refit(options_.refit_all ? frame_.rows : model_.split.validation_end);
  return {std::move(model_), failure_, told_to_stop()};
}

// Whether there was time for it.
bool Trainer::find_linear_part() {
  try {
    begin("looking for a season");
    beat();
    find_period();
    begin("fitting the linear part");
    fit_linear();
    return true;
  } catch (const Cut&) {
    return false;
  }
}

void Trainer::describe() {
  // The rows that count end with the last that has a target: later ones only hold known columns.
  std::size_t rows = 0;
  for (const std::string& name : options_.features.targets) {
    const std::vector<double>& values = table_.at(name).values;
    const auto last =
        std::find_if(values.rbegin(), values.rend(), [](double v) { return !std::isnan(v); });
    if (last == values.rend()) {
      throw Error(ErrorCode::data, {.where = table_.path + ", column '" + name + "'",
                                    .what = "all values of the target are missing",
                                    .hint = "is it the right column?"});
    }
    rows = std::max(rows, static_cast<std::size_t>(values.rend() - last));
  }
  // Validation, the smallest part, must hold some origins with all their targets; an LSTM that was
  // asked for is not left out without a word.
  const bool lstm = options_.hidden.value_or(0) > 0,
             few = rows < rows_for_validation(options_.horizon);
  if (rows < least_rows(options_.horizon) || (few && lstm)) {
    throw Error(ErrorCode::data,
                {.where = table_.path,
                 .what = fmt::format("too few rows to forecast {} steps ahead{}", options_.horizon,
                                     lstm ? " with an LSTM" : ""),
                 .expected = fmt::format(
                     "at least {} rows with a target",
                     lstm ? rows_for_validation(options_.horizon) : least_rows(options_.horizon)),
                 .got = std::to_string(rows),
                 .hint = lstm ? "leave --hidden out: a simple method is chosen, by rolling origins"
                              : "give more history or a smaller --horizon"});
  }
  set_split(few ? data::Split{rows, rows} : data::chronological_split(rows));
  if (options_.window && *options_.window > model_.split.train_end / 2) {
    throw Error(ErrorCode::data,
                {.where = table_.path,
                 .what = fmt::format("too few rows for windows of {}", *options_.window),
                 .expected = fmt::format("at least {} training rows", 2 * *options_.window),
                 .got = std::to_string(model_.split.train_end),
                 .hint = "give more history or a smaller --window"});
  }
  model_.features = data::describe_features(table_, options_.features, model_.split.train_end);
  data::set_bounds(table_, options_.features,
                   options_.refit_all ? rows : model_.split.validation_end, model_.features);
  model_.horizon = options_.horizon;
  model_.quantiles = options_.quantiles;
  if (std::find(model_.quantiles.begin(), model_.quantiles.end(), 0.5) == model_.quantiles.end()) {
    model_.quantiles.push_back(0.5);
  }
  std::sort(model_.quantiles.begin(), model_.quantiles.end());
  model_.quantiles.erase(std::unique(model_.quantiles.begin(), model_.quantiles.end()),
                         model_.quantiles.end());
  model_.loss = options_.loss;
  frame_ = data::make_frame(model_.features, table_);
  Provenance& provenance = model_.provenance;
  provenance.data_file = table_.path.substr(table_.path.find_last_of('/') + 1);
  provenance.data_rows = frame_.rows;
  provenance.seed = options_.seed;
}

void Trainer::set_split(const data::Split& split) {
  model_.split = split;
  if (table_.times.empty()) return;
  const auto text = [this](std::size_t row) {
    return data::iso_text(table_.time_at(row)) + (table_.clock.local() ? "" : "Z");
  };
  model_.train_end_time = text(split.train_end);
  model_.validation_end_time = text(split.validation_end);
}

void Trainer::find_period() {
  if (options_.period) {
    model_.period = model_.season = *options_.period;
    return;
  }
  const std::span<const double> part =
      std::span(frame_.target.front()).first(model_.split.train_end);
  const data::Seasons seasons =
      data::find_seasons(part, data::calendar_periods(table_.step), [this] { beat(); });
  model_.period = seasons.shortest;
  model_.season = seasons.strongest;
}

std::size_t Trainer::hidden() const {
  if (options_.hidden) return *options_.hidden;
  return frame_.rows < kRowsForLstm ? 0 : kDefaultHidden;
}

std::size_t Trainer::chunk() const {
  if (options_.window) return *options_.window;
  const std::size_t wanted = options_.chunk.value_or(default_chunk(model_.period, model_.horizon));
  return std::max<std::size_t>(4, std::min(wanted, model_.split.train_end / 4));
}

// The fewest steps that read as many rows as the training part has.
std::size_t Trainer::steps_per_epoch() const {
  const std::size_t rows_per_step = options_.batch * chunk();
  return (model_.split.train_end + rows_per_step - 1) / rows_per_step;
}

void Trainer::fit_linear() {
  const auto pulse = [this] { beat(); };
  std::vector<double> now;
  for (std::size_t k = 0; k < model_.targets(); ++k) {
    const LinearInputs inputs = linear_inputs(frame_, k, model_.features.known.size(), now);
    RidgeOptions ridge{.horizon = model_.horizon,
                       .period = model_.period,
                       .lags = options_.lags,
                       .train_end = model_.split.train_end,
                       .validation_end = model_.split.validation_end,
                       .to_units = {},
                       .pulse = pulse};
    const data::Scaler& scaler = model_.features.targets[k].scaler;
    if (scaler.log) ridge.to_units = [&scaler](double value) { return scaler.to_units(value); };
    model_.linear.push_back(choose_ridge(inputs, ridge));
  }
  linear_ = linear_forecasts(model_, frame_, pulse);
  validation_ = Validation(model_, frame_, linear_);
  model_.residual_scale = residual_scales(model_, frame_, linear_, pulse);
  model_.spread = validation_.linear_spread(model_, pulse);
  model_.provenance.linear_validation_mae = model_.provenance.validation_mae =
      validation_.linear_mae();
}

FitData Trainer::fit_data(std::size_t fit_end) const {
  const std::size_t horizon = model_.horizon, targets = model_.targets(),
                    levels = model_.network_quantiles();
  FitData data{inputs_, {}, {}, {}, model_.loss, fit_end};
  data.targets.assign(fit_end * targets * horizon, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t k = 0; k < targets; ++k) {
    for (std::size_t row = 0; row < fit_end; ++row) {
      for (std::size_t h = 0; h < horizon && row + 1 + h < fit_end; ++h) {
        if (!frame_.observed[k][row + 1 + h]) continue;
        const double error = frame_.target[k][row + 1 + h] - linear_[k][row * horizon + h];
        data.targets[(row * targets + k) * horizon + h] =
            static_cast<float>(error / model_.residual_scale[k]);
      }
    }
  }
  for (std::size_t q = 0; q < levels; ++q) {
    data.levels.push_back(levels == 1 ? 0.5f : static_cast<float>(model_.quantiles[q]));
  }
  for (std::size_t k = 0; k < targets; ++k) {
    for (std::size_t at = 0; at < horizon * levels; ++at) {
      const double spread = levels == 1 ? 0.0 : model_.spread[k][at];
      data.offsets.push_back(static_cast<float>(spread / model_.residual_scale[k]));
    }
  }
  return data;
}

FitOptions Trainer::fit_options(std::uint64_t salt) const {
  return {.batch = options_.batch,
          .chunk = chunk(),
          .windows = model_.window > 0,
          .dropout = options_.dropout,
          .clip = options_.clip,
          .seed = options_.seed + salt,
          .recompute = options_.recompute,
          .optimizer = options_.optimizer};
}

void Trainer::report(const Members& fit, const char* phase, std::size_t steps, double loss,
                     double validation, const Stopwatch& clock) {
  const double seconds = clock.seconds();
  seconds_per_step_ = seconds / static_cast<double>(std::max<std::size_t>(1, fit.steps()));
  if (options_.progress) {
    options_.progress(
        {.phase = phase,
         .step = fit.steps(),
         .steps = steps,
         .epoch = static_cast<double>(fit.steps()) / static_cast<double>(steps_per_epoch()),
         .loss = loss,
         .validation = validation,
         .best_validation = best_validation_,
         .linear_validation = model_.provenance.linear_validation_mae,
         .sequences_per_second =
             static_cast<double>(fit.steps() * options_.batch * members_.size()) / seconds,
         .seconds_left = seconds_per_step_ * static_cast<double>(steps - fit.steps())});
  }
}

void Trainer::train_network() {
  network::Architecture architecture{
      .input = model_.network_inputs(),
      .hidden = std::vector<std::size_t>(options_.layers, hidden()),
      .output = model_.network_outputs(),
      .biases = 1,
      .cell = options_.cell,
      .activations = {options_.activations, options_.activations},
      .direction = options_.bidirectional ? Direction::both : Direction::forward,
      .residual = options_.residual,
      .learned_state = options_.learned_state};
  if (!options_.bidirectional) architecture.activations[1] = {};
  if (options_.window || options_.bidirectional) model_.window = chunk();
  // Layer norm would mix the units of several in one.
  const bool one = options_.cell.layer_norm != LayerNorm::none;
  for (std::size_t member = 0; member < (one ? 1 : options_.members); ++member) {
    members_.emplace_back(architecture)
        .set_parameters(network::initial_parameters(
            architecture, {.seed = mix64(options_.seed + mix64(member)),
                           .initialiser = options_.initialiser,
                           .forget_bias = static_cast<float>(options_.forget_bias),
                           .zero_head = true}));
  }
  model_.provenance.members = members_.size();
  inputs_ = network_inputs(model_, frame_, linear_);
  const FitData data = fit_data(model_.split.train_end);
  Members fit(members_, data, fit_options(0), pool_);
  const std::size_t steps = options_.epochs ? *options_.epochs * steps_per_epoch() : kDefaultSteps;
  Schedule schedule({.kind = options_.schedule,
                     .rate = options_.rate,
                     .warm_up = std::min(kWarmUp, steps / 4),
                     .steps = steps});

  std::vector<std::vector<float>> best = parameters_of(members_);
  CrossFit judge(validation_, kAlphas);
  best_validation_ = model_.provenance.linear_validation_mae;
  std::size_t since_best = 0;
  const Stopwatch clock;
  model_.provenance.ended = "all steps done";
  const auto late = [&] {
    return options_.time_limit > 0 && clock_.seconds() > kFirstShare * options_.time_limit;
  };
  while (fit.steps() < steps) {
    const double loss = fit.run(
        steps_to_report(fit, steps), [&](std::size_t step) { return schedule.rate(step); },
        [&] { return late() || told_to_stop(); });
    if (!fit.trouble().empty()) {
      failure_ =
          Error(ErrorCode::diverged, {.where = fmt::format("training step {}", fit.steps() + 1),
                                      .what = fit.trouble(),
                                      .hint = "the last good model was kept; try a smaller --lr"});
      model_.provenance.ended = "diverged";
      break;
    }
    const std::optional<double> validation = validate(judge);
    if (validation && *validation < best_validation_) {
      best_validation_ = *validation;
      best = parameters_of(members_);
      model_.provenance.steps = fit.steps();
      since_best = 0;
    } else {
      ++since_best;
    }
    if (validation) {
      schedule.observe(*validation);
      report(fit, "training", steps, loss, *validation, clock);
    }
    const bool too_late = late(), cut = too_late || told_to_stop();
    if (cut || since_best >= options_.patience) {
      if (fit.steps() < steps)
        model_.provenance.ended = too_late ? "time limit"
                                  : cut    ? "stopped"
                                           : "no better validation";
      break;
    }
  }
  for (std::size_t member = 0; member < members_.size(); ++member)
    members_[member].set_parameters(best[member]);
  model_.network = network::merge(members_);
  earn(judge);
}

// The error of the best share of the LSTM as it is now, as it will be used; nothing where it was
// cut.
std::optional<double> Trainer::validate(CrossFit& judge) {
  try {
    phase_ = "validating";  // told where it takes long: it comes after every few steps
    told_ = clock_.seconds();
    model_.network = network::merge(members_);
    const std::vector<std::vector<double>> errors =
        validation_.mixed_errors(model_, validation_outputs(), kAlphas, [this] { beat(); });
    judge.observe(errors);
    double lowest = std::numeric_limits<double>::infinity();
    for (const std::vector<double>& candidate : errors) {
      lowest = std::min(lowest, validation_.mae(candidate, 0, validation_.count()));
    }
    return lowest;
  } catch (const Cut&) {
    return std::nullopt;
  }
}

std::vector<float> Trainer::validation_outputs() {
  const std::size_t first = validation_.first(), warm = 4 * chunk();
  return network_outputs(model_, inputs_, first > warm ? first - warm : 0, first,
                         first + validation_.count(), [this] { beat(); });
}

void Trainer::earn(const CrossFit& judge) {
  const std::vector<std::vector<double>> errors = judge.errors();
  const Alpha alpha = earn_alpha(validation_.linear_errors(), errors, model_.horizon);
  model_.alpha = alpha.value;
  model_.provenance.alpha_reason = alpha.reason;
  if (alpha.value == 0) {
    if (model_.provenance.steps == 0 && model_.provenance.ended == "time limit") {
      model_.provenance.alpha_reason = "0: the time limit left no time to train the LSTM";
    }
    return;
  }
  const std::size_t chosen = static_cast<std::size_t>(std::lround(alpha.value * kAlphas)) - 1;
  model_.provenance.validation_mae = validation_.mae(errors[chosen], 0, validation_.count());
}

void Trainer::refit(std::size_t fit_end) {
  model_.provenance.fitted_rows = model_.split.train_end;
  const double needed =
      seconds_per_step_ * kRefitSteps * static_cast<double>(model_.provenance.steps);
  // What was cut short keeps the parts that were trained together.
  if (model_.alpha > 0 && (told_to_stop() || needed > time_left())) return;
  const ForecastModel before = model_;
  try {
    begin("refitting the linear part");
    refit_parts(fit_end, before);
  } catch (const Cut&) {
    model_ = before;
  }
}

void Trainer::refit_parts(std::size_t fit_end, const ForecastModel& before) {
  const auto pulse = [this] { beat(); };
  std::vector<double> now;
  for (std::size_t k = 0; k < model_.targets(); ++k) {
    model_.linear[k] =
        refit_ridge(before.linear[k], model_.period,
                    linear_inputs(frame_, k, model_.features.known.size(), now), fit_end, pulse);
  }
  linear_ = linear_forecasts(model_, frame_, pulse);
  if (model_.alpha > 0 && !refit_network(fit_end, before)) return;
  model_.provenance.fitted_rows = fit_end;
  // A model that was fitted on all rows has seen them all.
  if (fit_end == frame_.rows) set_split({fit_end, fit_end});
}

bool Trainer::refit_network(std::size_t fit_end, const ForecastModel& before) {
  inputs_ = network_inputs(model_, frame_, linear_, [this] { beat(); });
  const FitData data = fit_data(fit_end);
  Members fit(members_, data, fit_options(1), pool_);
  const auto steps =
      static_cast<std::size_t>(kRefitSteps * static_cast<double>(model_.provenance.steps));
  const Schedule schedule({.kind = ScheduleKind::cosine,
                           .rate = kRefitRate * options_.rate,
                           .warm_up = std::min(kWarmUp, steps / 4),
                           .steps = steps});
  const Stopwatch clock;
  const auto cut = [&] { return told_to_stop() || time_left() < 0; };
  while (fit.steps() < steps) {
    const double loss = fit.run(
        steps_to_report(fit, steps), [&](std::size_t step) { return schedule.rate(step); }, cut);
    if (!fit.trouble().empty() || cut()) {
      model_ = before;
      return false;
    }
    report(fit, "refitting", steps, loss, kNaN, clock);
  }
  model_.network = network::merge(members_);
  return true;
}

}  // namespace

TrainingResult train_forecast(const data::Table& table, const ForecastOptions& options) {
  return Trainer(table, options).run();
}

}  // namespace sluice::training
