// Fits and forecasts with given settings. See ridge_choice.cpp for choosing them.
#include "forecasting/ridge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "forecasting/ridge_weights.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr double kFitTolerance = 1e-12;

}  // namespace

LinearModel fit_ridge(const LinearInputs& inputs, const RidgeSettings& settings,
                      std::size_t fit_end, Pulse pulse) {
  const std::vector<LinearBase> possible = possible_bases(settings.lags, settings.period);
  const bool last_of_no_period =
      settings.base == LinearBase::minus_seasonal && settings.period == 1 && settings.lags >= 1;
  if (!last_of_no_period &&
      std::find(possible.begin(), possible.end(), settings.base) == possible.end()) {
    throw Error(ErrorCode::usage, {.where = "linear model",
                                   .what = "the base reads a lag that the model does not have",
                                   .expected = "as many lags as one period",
                                   .got = fmt::format("{}", settings.lags)});
  }
  const RegressorLayout layout{.lags = settings.lags,
                               .horizon = settings.horizon,
                               .now_width = inputs.now_width,
                               .known_width = inputs.known_width};
  const NormalEquations equations = make_normal_equations(layout, inputs, fit_end, pulse);
  std::vector<double> w = std::move(solve_ridge(equations, {&settings.strength, 1},
                                                priors(equations, {settings.base}, settings.period),
                                                kFitTolerance, pulse)
                                        .front());
  to_raw(equations, w);
  LinearModel model = make_model(layout, w, layout.horizon, 0);
  model.base = settings.base;
  model.strength = settings.strength;
  model.validation_mae = std::nan("");
  return model;
}

LinearModel refit_ridge(const LinearModel& model, std::size_t period, const LinearInputs& inputs,
                        std::size_t fit_end, Pulse pulse) {
  LinearModel fitted = fit_ridge(inputs,
                                 {.horizon = model.horizon,
                                  .period = period,
                                  .lags = model.lags,
                                  .base = model.base,
                                  .strength = model.strength},
                                 fit_end, pulse);
  fitted.validation_mae = model.validation_mae;
  return fitted;
}

void predict(const LinearModel& model, const LinearInputs& inputs, std::size_t t,
             std::span<double> out) {
  const std::size_t count = model.regressors();
  std::vector<double> regressors(count);
  regressors_at(model, inputs, t, regressors);
  for (std::size_t h = 0; h < model.horizon; ++h) {
    out[h] = model.bias[h] + dot(&model.weight[h * count], regressors.data(), count);
  }
}

}  // namespace sluice::forecasting
