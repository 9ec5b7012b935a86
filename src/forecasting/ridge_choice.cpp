// Chooses lags, base and strength. For each number of lags, all strengths and bases share one Gram
// matrix, all bases of one strength share one factor, and one matrix product forecasts the
// validation set for all candidates.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "forecasting/ridge_weights.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kMostLags = 1000;
constexpr std::size_t kLongPeriod = 150;  // beyond the reach of the powers of two
constexpr std::size_t kRowsPerLag = 5;
constexpr std::size_t kLeastBlocks = 8;  // with fewer, a standard error is meaningless
constexpr double kStrengths[] = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0};
constexpr double kChoiceTolerance = 1e-5;  // a choice needs less accuracy than a fit
constexpr std::size_t kChunk = 64;         // validation origins per product

// A stretch of validation origins, the rows fitted before it, and its targets in original units.
struct Fold {
  std::size_t fit_end = 0;
  std::size_t end = 0;        // origins [fit_end - 1, end)
  std::size_t scored = 0;     // observed targets in total
  std::vector<double> truth;  // [origins, N], NaN if not observed

  std::size_t first() const { return fit_end - 1; }
};

double in_units(const RidgeOptions& options, double value) {
  return options.to_units ? options.to_units(value) : value;
}

Fold make_fold(const LinearInputs& inputs, const RidgeOptions& options, std::size_t fit_end,
               std::size_t end) {
  const std::size_t horizon = options.horizon;
  Fold fold;
  fold.fit_end = fit_end;
  fold.end = end - std::min(end, horizon);
  for (std::size_t t = fold.first(); t < fold.end; ++t) {
    for (std::size_t h = 0; h < horizon; ++h) {
      const std::size_t at = t + 1 + h;
      const bool observed = inputs.observed[at] != 0;
      fold.truth.push_back(observed ? in_units(options, inputs.target[at]) : std::nan(""));
      fold.scored += observed ? 1 : 0;
    }
  }
  return fold;
}

// The validation part and, if the training part has room, the equally long stretch before it with
// fits that exclude it. A single stretch often spans only a week or two and overfits the choice to
// it.
std::vector<Fold> make_folds(const LinearInputs& inputs, const RidgeOptions& options,
                             std::size_t most_lags) {
  const std::size_t end = std::min(options.validation_end, inputs.rows());
  const std::size_t train_end = options.train_end;
  if (options.horizon == 0 || train_end == 0 || end <= train_end) {
    throw Error(ErrorCode::usage, {.where = "linear model",
                                   .what = "no validation part",
                                   .expected = "0 < train_end < validation_end, horizon >= 1",
                                   .got = fmt::format("{}, {}, {}", train_end,
                                                      options.validation_end, options.horizon)});
  }
  std::vector<Fold> folds;
  const std::size_t length = end - train_end;
  const std::size_t least = std::max(train_end / 2, 2 * most_lags + options.horizon);
  if (train_end >= least + length) {
    folds.push_back(make_fold(inputs, options, train_end - length, train_end));
    if (folds.back().scored == 0) folds.pop_back();
  }
  folds.push_back(make_fold(inputs, options, train_end, end));
  if (folds.back().scored == 0) {
    throw Error(ErrorCode::data,
                {.where = "linear model",
                 .what = "no validation target to choose lags and strength on",
                 .expected = fmt::format("at least {} rows after row {}, with observed targets",
                                         options.horizon, train_end),
                 .got = fmt::format("{} rows", length),
                 .hint = "give more rows, or a shorter horizon"});
  }
  return folds;
}

// Appends to `errors` [blocks, groups] the summed absolute errors of each candidate over blocks of
// origins: group g of `raw` [size, groups * N] holds its N columns.
void add_errors(const RegressorLayout& layout, const LinearInputs& inputs,
                const RidgeOptions& options, const Fold& fold, const std::vector<double>& raw,
                std::vector<double>& errors) {
  const std::size_t size = layout.regressors() + 1;
  const std::size_t horizon = layout.horizon;
  const std::size_t columns = raw.size() / size;
  const std::size_t groups = columns / horizon;
  const std::size_t block = std::max(options.period, horizon);
  const std::size_t before = errors.size();
  errors.resize(before + ((fold.end - fold.first() + block - 1) / block) * groups, 0.0);
  std::vector<double> regressors(kChunk * size, 1.0);
  std::vector<double> forecast(kChunk * columns);
  for (std::size_t t = fold.first(); t < fold.end; t += kChunk) {
    options.pulse();
    const std::size_t rows = std::min(kChunk, fold.end - t);
    for (std::size_t i = 0; i < rows; ++i) {
      regressors_at(layout, inputs, t + i, {&regressors[i * size], size - 1});
    }
    std::fill(forecast.begin(), forecast.end(), 0.0);
    add_product({.m = rows,
                 .k = size,
                 .n = columns,
                 .a = {regressors.data(), size, 1},
                 .b = raw.data(),
                 .b_row = columns,
                 .factor = 1.0},
                forecast.data(), columns);
    const double* truth = &fold.truth[(t - fold.first()) * horizon];
    for (std::size_t i = 0; i < rows; ++i) {
      double* error = &errors[before + (t + i - fold.first()) / block * groups];
      for (std::size_t c = 0; c < columns; ++c) {
        const double wanted = truth[i * horizon + c % horizon];
        if (std::isnan(wanted)) continue;
        error[c / horizon] += std::abs(in_units(options, forecast[i * columns + c]) - wanted);
      }
    }
  }
}

// Fits every strength and base on rows before `fit_end`: raw weights [size, strengths * bases * N].
std::vector<double> fit_all(const RegressorLayout& layout, const LinearInputs& inputs,
                            const std::vector<LinearBase>& bases, const RidgeOptions& options,
                            std::size_t fit_end) {
  const NormalEquations equations = make_normal_equations(layout, inputs, fit_end, options.pulse);
  std::vector<std::vector<double>> solutions =
      solve_ridge(equations, kStrengths, priors(equations, bases, options.period), kChoiceTolerance,
                  options.pulse);
  const std::size_t width = bases.size() * layout.horizon;
  const std::size_t columns = std::size(kStrengths) * width;
  std::vector<double> raw(equations.size * columns);
  for (std::size_t s = 0; s < std::size(kStrengths); ++s) {
    std::vector<double>& w = solutions[s];
    to_raw(equations, w);
    for (std::size_t i = 0; i < equations.size; ++i) {
      std::copy_n(&w[i * width], width, &raw[i * columns + s * width]);
    }
  }
  return raw;
}

struct Choice {
  LinearModel model;           // fitted before the validation part
  std::vector<double> errors;  // summed absolute errors by block, over all folds
};

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The best model with this number of lags.
Choice choose_with_lags(const LinearInputs& inputs, const RidgeOptions& options,
                        const std::vector<Fold>& folds, std::size_t lags) {
  const RegressorLayout layout{.lags = lags,
                               .horizon = options.horizon,
                               .now_width = inputs.now_width,
                               .known_width = inputs.known_width};
  const std::vector<LinearBase> bases = possible_bases(lags, options.period);
  const std::size_t groups = std::size(kStrengths) * bases.size();
  std::vector<double> raw;
  std::vector<double> errors;  // [blocks, groups]
  std::size_t last_fold = 0;
  for (const Fold& fold : folds) {
    raw = fit_all(layout, inputs, bases, options, fold.fit_end);
    last_fold = errors.size();
    add_errors(layout, inputs, options, fold, raw, errors);
  }
  std::vector<double> total(groups, 0.0);
  for (std::size_t i = 0; i < errors.size(); ++i) total[i % groups] += errors[i];
  std::size_t best = 0;
  for (std::size_t g = 1; g < groups; ++g) {
    if (total[g] < total[best] || std::isnan(total[best])) best = g;
  }
  Choice choice{make_model(layout, raw, groups * layout.horizon, best * layout.horizon), {}};
  choice.model.base = bases[best % bases.size()];
  choice.model.strength = kStrengths[best / bases.size()];
  for (std::size_t i = best; i < errors.size(); i += groups) {
    choice.errors.push_back(errors[i]);
    if (i >= last_fold) choice.model.validation_mae += errors[i];
  }
  choice.model.validation_mae /= static_cast<double>(folds.back().scored);
  return choice;
}

// Whether `fewer` is as good as `best`: within one standard error of their difference over blocks.
bool as_good(const Choice& fewer, const Choice& best) {
  const std::size_t blocks = best.errors.size();
  if (blocks < kLeastBlocks) return false;
  std::vector<double> excess(blocks);
  for (std::size_t k = 0; k < blocks; ++k) excess[k] = fewer.errors[k] - best.errors[k];
  const double sum = sum_of(excess);
  const double count = static_cast<double>(blocks);
  double squares = 0.0;
  for (double value : excess) squares += (value - sum / count) * (value - sum / count);
  return sum <= std::sqrt(squares * count / (count - 1.0));
}

}  // namespace

std::vector<std::size_t> candidate_lags(std::size_t period, std::size_t train_end) {
  const std::size_t most = std::min(kMostLags, train_end / kRowsPerLag);
  std::vector<std::size_t> lags;
  // Multiples of a long period miss the last few rows, and even the shortest is many lags.
  for (std::size_t lag = 1; period >= kLongPeriod && lag <= std::min<std::size_t>(128, most);
       lag *= 2) {
    lags.push_back(lag);
  }
  if (period > 1) {
    for (std::size_t periods : {1, 2, 7, 8, 14, 15}) {
      if (periods * period <= most) lags.push_back(periods * period);
    }
  }
  if (!lags.empty()) return lags;
  lags = {1};
  while (lags.back() < 128 && 2 * lags.back() <= most) lags.push_back(2 * lags.back());
  return lags;
}

LinearModel choose_ridge(const LinearInputs& inputs, const RidgeOptions& options) {
  check(inputs);
  const std::vector<std::size_t> candidates =
      options.lags ? std::vector<std::size_t>{*options.lags}
                   : candidate_lags(options.period, options.train_end);
  const std::vector<Fold> folds = make_folds(inputs, options, candidates.back());
  std::vector<Choice> choices;
  std::size_t best = 0;
  for (std::size_t lags : candidates) {
    choices.push_back(choose_with_lags(inputs, options, folds, lags));
    if (sum_of(choices.back().errors) < sum_of(choices[best].errors)) best = choices.size() - 1;
  }
  std::size_t fewest = 0;
  while (fewest < best && !as_good(choices[fewest], choices[best])) ++fewest;
  return std::move(choices[fewest].model);
}

}  // namespace sluice::forecasting
