// The LSTM's part of a training: trains the members on the linear part's residuals until validation
// stops improving, chooses alpha by cross-fitting, and refits both parts on more rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/random.hpp"
#include "engine/ensemble.hpp"
#include "forecasting/alpha.hpp"
#include "forecasting/trainer_parts.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kDefaultSteps = 400, kWarmUp = 20;
constexpr std::size_t kReportEvery = 10, kAlphas = 10;
// The share of a time limit spent on training; the rest is for refitting.
constexpr double kFirstShare = 0.6;
// Refit with half of the best number of steps at 0.3 of the rate (measured).
constexpr double kRefitSteps = 0.5, kRefitRate = 0.3;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::vector<float>> parameters_of(const std::vector<engine::Network>& networks) {
  std::vector<std::vector<float>> all;
  all.reserve(networks.size());
  for (const engine::Network& network : networks)
    all.emplace_back(network.parameters().begin(), network.parameters().end());
  return all;
}

// Steps until the next report; during training a report follows each validation.
std::size_t steps_to_report(const Members& fit, std::size_t steps) {
  return std::min(steps - fit.steps(), kReportEvery - fit.steps() % kReportEvery);
}

}  // namespace

std::size_t ForecastTraining::chunk() const {
  if (options_.window) return *options_.window;
  const std::size_t wanted = options_.chunk.value_or(default_chunk(model_.period, model_.horizon));
  return std::max<std::size_t>(4, std::min(wanted, model_.split.train_end / 4));
}

// The fewest steps that read as many rows as the training part has.
std::size_t ForecastTraining::steps_per_epoch() const {
  const std::size_t rows_per_step = options_.batch * chunk();
  return (model_.split.train_end + rows_per_step - 1) / rows_per_step;
}

training::FitData ForecastTraining::fit_data(std::size_t fit_end) const {
  const std::size_t horizon = model_.horizon, targets = model_.targets(),
                    levels = model_.network_quantiles();
  training::FitData data{inputs_, {}, {}, {}, model_.loss, fit_end};
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

training::FitOptions ForecastTraining::fit_options(std::uint64_t salt) const {
  return {.batch = options_.batch,
          .chunk = chunk(),
          .windows = model_.window > 0,
          .dropout = options_.dropout,
          .clip = options_.clip,
          .seed = options_.seed + salt,
          .recompute = options_.recompute,
          .optimizer = options_.optimizer};
}

void ForecastTraining::report(const Members& fit, const char* phase, std::size_t steps, double loss,
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

void ForecastTraining::train_network() {
  Architecture architecture{
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
  // Layer norm does not allow a merge: it would mix the units of different members.
  const bool one = options_.cell.layer_norm != LayerNorm::none;
  for (std::size_t member = 0; member < (one ? 1 : options_.members); ++member) {
    members_.emplace_back(architecture)
        .set_parameters(initial_parameters(architecture,
                                           {.seed = mix64(options_.seed + mix64(member)),
                                            .initialiser = options_.initialiser,
                                            .forget_bias = static_cast<float>(options_.forget_bias),
                                            .zero_head = true}));
  }
  model_.provenance.members = members_.size();
  inputs_ = network_inputs(model_, frame_, linear_);
  const training::FitData data = fit_data(model_.split.train_end);
  Members fit(members_, data, fit_options(0), pool_);
  const std::size_t steps = options_.epochs ? *options_.epochs * steps_per_epoch() : kDefaultSteps;
  training::Schedule schedule({.kind = options_.schedule,
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
    if (!fit.failure().empty()) {
      failure_ =
          Error(ErrorCode::diverged, {.where = fmt::format("training step {}", fit.steps() + 1),
                                      .what = fit.failure(),
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
  model_.network = engine::merge(members_);
  earn(judge);
}

// The lowest validation error over all alphas for the current LSTM; nullopt if cut short.
std::optional<double> ForecastTraining::validate(CrossFit& judge) {
  try {
    phase_ = "validating";  // shown only if it takes long: validation follows every few steps
    told_ = clock_.seconds();
    model_.network = engine::merge(members_);
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

std::vector<float> ForecastTraining::validation_outputs() {
  const std::size_t first = validation_.first(), warm = 4 * chunk();
  return network_outputs(model_, inputs_, first > warm ? first - warm : 0, first,
                         first + validation_.count(), [this] { beat(); });
}

void ForecastTraining::earn(const CrossFit& judge) {
  const std::vector<std::vector<double>> errors = judge.errors();
  const Alpha alpha = choose_alpha(validation_.linear_errors(), errors, model_.horizon);
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

void ForecastTraining::refit(std::size_t fit_end) {
  model_.provenance.fitted_rows = model_.split.train_end;
  const double needed =
      seconds_per_step_ * kRefitSteps * static_cast<double>(model_.provenance.steps);
  // If cut short, keep the linear part and the LSTM that were trained together.
  if (model_.alpha > 0 && (told_to_stop() || needed > time_left())) return;
  const ForecastModel before = model_;
  try {
    begin("refitting the linear part");
    refit_parts(fit_end, before);
  } catch (const Cut&) {
    model_ = before;
  }
}

void ForecastTraining::refit_parts(std::size_t fit_end, const ForecastModel& before) {
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
  // A model fitted on all rows has no unseen rows left.
  if (fit_end == frame_.rows) set_split({fit_end, fit_end});
}

bool ForecastTraining::refit_network(std::size_t fit_end, const ForecastModel& before) {
  inputs_ = network_inputs(model_, frame_, linear_, [this] { beat(); });
  const training::FitData data = fit_data(fit_end);
  Members fit(members_, data, fit_options(1), pool_);
  const auto steps =
      static_cast<std::size_t>(kRefitSteps * static_cast<double>(model_.provenance.steps));
  const training::Schedule schedule({.kind = ScheduleKind::cosine,
                                     .rate = kRefitRate * options_.rate,
                                     .warm_up = std::min(kWarmUp, steps / 4),
                                     .steps = steps});
  const Stopwatch clock;
  const auto cut = [&] { return told_to_stop() || time_left() < 0; };
  while (fit.steps() < steps) {
    const double loss = fit.run(
        steps_to_report(fit, steps), [&](std::size_t step) { return schedule.rate(step); }, cut);
    if (!fit.failure().empty() || cut()) {
      model_ = before;
      return false;
    }
    report(fit, "refitting", steps, loss, kNaN, clock);
  }
  model_.network = engine::merge(members_);
  return true;
}

}  // namespace sluice::forecasting
