// Ridge against the textbook: the same problem written out as one dense matrix per horizon and
// solved by Gaussian elimination, and against what it must be by construction.
#include "forecasting/ridge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "forecasting/ridge_series.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

// Solves in long double with partial pivoting.
std::vector<double> eliminate(std::vector<std::vector<long double>> a) {
  const std::size_t n = a.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    }
    std::swap(a[k], a[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const long double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j <= n; ++j) a[i][j] -= factor * a[k][j];
    }
  }
  std::vector<double> x(n);
  for (std::size_t k = n; k-- > 0;) {
    long double sum = a[k][n];
    for (std::size_t j = k + 1; j < n; ++j) sum -= a[k][j] * x[j];
    x[k] = static_cast<double>(sum / a[k][k]);
  }
  return x;
}

double value_at(const Series& s, std::size_t t, std::size_t regressor, const RidgeSettings& set) {
  if (regressor < set.lags) return s.target[t - regressor];
  regressor -= set.lags;
  if (regressor < s.now_width) return s.now[t * s.now_width + regressor];
  return s.known[(t + 1) * s.known_width + (regressor - s.now_width)];
}

// Weights and, last, the bias of step h (from 0) of mean (y - b - w . r)^2 + strength * sum of
// (std_i (w_i - base_i))^2 over the origins whose target was seen.
std::vector<double> textbook(const Series& s, const RidgeSettings& set, std::size_t fit_end,
                             std::size_t h) {
  const std::size_t count = set.lags + s.now_width + set.horizon * s.known_width;
  std::vector<std::vector<long double>> a(count + 1, std::vector<long double>(count + 2, 0.0L));
  const std::size_t first = set.lags > 0 ? set.lags - 1 : 0;
  const std::size_t end = fit_end - set.horizon;
  std::size_t seen = 0;
  for (std::size_t t = first; t < end; ++t) seen += s.observed[t + 1 + h];
  for (std::size_t t = first; t < end; ++t) {
    if (!s.observed[t + 1 + h]) continue;
    std::vector<long double> z;
    for (std::size_t i = 0; i < count; ++i) z.push_back(value_at(s, t, i, set));
    z.push_back(1.0L);
    z.push_back(s.target[t + 1 + h]);
    for (std::size_t i = 0; i <= count; ++i) {
      for (std::size_t j = 0; j <= count + 1; ++j) a[i][j] += z[i] * z[j] / seen;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    long double sum = 0.0L;
    long double square = 0.0L;
    for (std::size_t t = first; t < end; ++t) sum += value_at(s, t, i, set);
    const long double mean = sum / (end - first);
    for (std::size_t t = first; t < end; ++t) {
      square += (value_at(s, t, i, set) - mean) * (value_at(s, t, i, set) - mean);
    }
    const long double penalty = set.strength * square / (end - first);
    std::size_t base = count;
    if (set.base == LinearBase::minus_last) base = 0;
    if (set.base == LinearBase::minus_seasonal) base = set.period - 1 - h % set.period;
    a[i][i] += penalty;
    if (i == base) a[i][count + 1] += penalty;
  }
  return eliminate(a);
}

void expect_textbook(const Series& s, const RidgeSettings& set, std::size_t fit_end) {
  const LinearModel model = fit_ridge(s.inputs(), set, fit_end);
  const std::size_t count = model.regressors();
  ASSERT_EQ(model.weight.size(), set.horizon * count);
  for (std::size_t h = 0; h < set.horizon; ++h) {
    const std::vector<double> expected = textbook(s, set, fit_end, h);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_NEAR(model.weight[h * count + i], expected[i], 1e-8) << "step " << h << ", " << i;
    }
    EXPECT_NEAR(model.bias[h], expected[count], 1e-6) << "step " << h;
  }
}

TEST(Ridge, IsTheTextbookSolutionForEveryBase) {
  const Series s = make_series(211, 2, 3);
  for (LinearBase base : {LinearBase::plain, LinearBase::minus_last, LinearBase::minus_seasonal}) {
    expect_textbook(s, {.horizon = 5, .period = 3, .lags = 11, .base = base, .strength = 0.13},
                    193);
  }
}

TEST(Ridge, IsTheTextbookSolutionBeyondOneTileOfTheFactor) {
  const Series s = make_series(401, 1, 2);
  expect_textbook(s,
                  {.horizon = 11,
                   .period = 7,
                   .lags = 83,
                   .base = LinearBase::minus_seasonal,
                   .strength = 0.01},
                  389);
}

TEST(Ridge, IsTheTextbookSolutionWithoutLagsOrWithoutColumns) {
  expect_textbook(make_series(97, 3, 0), {.horizon = 2, .lags = 0, .strength = 0.5}, 89);
  expect_textbook(make_series(97, 0, 0), {.horizon = 3, .lags = 5, .strength = 1e-3}, 97);
  expect_textbook(make_series(97, 0, 2), {.horizon = 3, .lags = 1, .strength = 2.0}, 83);
}

TEST(Ridge, LeavesMissingTargetsOutOfTheirHorizonOnly) {
  Series s = make_series(199, 2, 1);
  for (std::size_t t : {5, 23, 24, 25, 26, 27, 28, 61, 62, 101, 150, 151, 152, 180, 190, 192}) {
    s.observed[t] = 0;
    s.target[t] = s.target[t - 1];
  }
  for (LinearBase base : {LinearBase::plain, LinearBase::minus_last, LinearBase::minus_seasonal}) {
    expect_textbook(s, {.horizon = 4, .period = 7, .lags = 13, .base = base, .strength = 0.03},
                    191);
  }
}

TEST(Ridge, FitsWhereMostTargetsAreMissing) {
  Series s = make_series(307, 1, 0);
  for (std::size_t t = 1; t < 307; ++t) {
    if (t % 5 == 0 || t % 7 == 3) continue;
    s.observed[t] = 0;
    s.target[t] = s.target[t - 1];
  }
  expect_textbook(s, {.horizon = 3, .lags = 9, .strength = 0.01}, 307);
}

// Which targets a series lacks.
struct Pattern {
  const char* name;
  std::function<bool(std::size_t t)> missing;
};

TEST(Ridge, IsTheTextbookSolutionForEveryPatternOfMissingTargets) {
  Noise noise(29);
  std::vector<double> random(331);
  for (double& value : random) value = noise.next();
  const Pattern patterns[] = {
      {"nights", [](std::size_t t) { return t % 24 < 7 || t % 24 >= 20; }},
      {"weekends", [](std::size_t t) { return t % 35 >= 25; }},
      {"a third", [&](std::size_t t) { return random[t] < -0.4; }},
      {"all but a third", [&](std::size_t t) { return random[t] < 0.3; }},
      {"one gap", [](std::size_t t) { return t >= 120 && t < 190; }},
      {"one row", [](std::size_t t) { return t == 151; }},
      {"first and last rows", [](std::size_t t) { return t < 40 || t > 290; }},
      {"every other row", [](std::size_t t) { return t % 2 == 1; }},
  };
  for (const Pattern& pattern : patterns) {
    SCOPED_TRACE(pattern.name);
    Series s = make_series(331, 2, 1);
    for (std::size_t t = 1; t < 331; ++t) {
      if (!pattern.missing(t)) continue;
      s.observed[t] = 0;
      s.target[t] = s.target[t - 1];
    }
    for (double strength : {1e-4, 0.3}) {
      expect_textbook(s,
                      {.horizon = 13,
                       .period = 7,
                       .lags = 37,
                       .base = LinearBase::minus_seasonal,
                       .strength = strength},
                      327);
    }
  }
}

TEST(Ridge, WithMissingTargetsAChoiceAmongManyIsTheFitOfThatOneAlone) {
  Series s = make_series(263, 1, 1);
  for (std::size_t t = 1; t < 263; ++t) {
    if (t % 24 >= 8 && t % 11 != 5) continue;
    s.observed[t] = 0;
    s.target[t] = s.target[t - 1];
  }
  const LinearModel chosen = choose_ridge(
      s.inputs(), {.horizon = 6, .period = 7, .lags = 21, .train_end = 200, .validation_end = 263});
  const LinearModel alone = refit_ridge(chosen, 7, s.inputs(), 200);
  for (std::size_t i = 0; i < alone.weight.size(); ++i)
    EXPECT_NEAR(chosen.weight[i], alone.weight[i], 1e-4) << i;
}

TEST(Ridge, NeverReadsWhatAMissingTargetHolds) {
  Series s = make_series(149, 1, 0);
  const RidgeSettings set{.horizon = 3, .lags = 0, .strength = 0.1};
  s.observed[50] = s.observed[51] = 0;
  const LinearModel before = fit_ridge(s.inputs(), set, 140);
  s.target[50] = 1e9;
  const LinearModel after = fit_ridge(s.inputs(), set, 140);
  EXPECT_EQ(before.weight, after.weight);
  EXPECT_EQ(before.bias, after.bias);
}

TEST(Ridge, IsExactOnLinearDataWithoutNoise) {
  Series s;
  s.target = {1.0, 2.0, -1.0};
  for (std::size_t t = 3; t < 120; ++t) {
    const std::vector<double>& y = s.target;
    s.target.push_back(0.9 * y[t - 1] - 0.5 * y[t - 2] + 0.55 * y[t - 3] + 0.25);
  }
  s.observed.assign(120, 1);
  const LinearModel model =
      fit_ridge(s.inputs(), {.horizon = 4, .lags = 3, .strength = 1e-12}, 100);
  std::vector<double> out(4);
  for (std::size_t t = 100; t < 116; ++t) {
    predict(model, s.inputs(), t, out);
    for (std::size_t h = 0; h < 4; ++h) {
      EXPECT_NEAR(out[h], s.target[t + 1 + h], 1e-6 * (1.0 + std::abs(s.target[t + 1 + h])));
    }
  }
}

TEST(Ridge, RecoversASeasonalAutoregression) {
  Noise noise(5);
  Series s;
  for (std::size_t t = 0; t < 6000; ++t) {
    const auto back = [&](std::size_t lag) { return t < lag ? 0.0 : s.target[t - lag]; };
    s.target.push_back(0.5 * back(1) - 0.3 * back(2) + 0.4 * back(12) + noise.next());
  }
  s.observed.assign(6000, 1);
  const LinearModel model = choose_ridge(
      s.inputs(), {.horizon = 1, .period = 12, .train_end = 4500, .validation_end = 6000});
  ASSERT_GE(model.lags, 12U);
  EXPECT_NEAR(model.weight[0], 0.5, 0.05);
  EXPECT_NEAR(model.weight[1], -0.3, 0.05);
  EXPECT_NEAR(model.weight[11], 0.4, 0.05);
  EXPECT_NEAR(model.weight[6], 0.0, 0.05);
  EXPECT_NEAR(model.validation_mae, 0.5, 0.02);  // the mean size of the noise
}

TEST(Ridge, ShrinksTowardsItsBase) {
  const Series s = make_series(157, 1, 0);
  std::vector<double> out(9);
  RidgeSettings set{.horizon = 9, .period = 7, .lags = 8, .strength = 1e9};
  double mean = 0.0;
  for (std::size_t t = 8; t < 149; ++t) mean += s.target[t] / 141.0;  // the targets of step 1
  predict(fit_ridge(s.inputs(), set, 157), s.inputs(), 150, out);
  EXPECT_NEAR(out[0], mean, 1e-6);
  const auto change = [&](std::size_t h, std::size_t lag) {  // mean of y_{t+h+1} - y_{t-lag}
    double sum = 0.0;
    for (std::size_t t = 7; t < 148; ++t) sum += s.target[t + 1 + h] - s.target[t - lag];
    return sum / 141.0;
  };
  set.base = LinearBase::minus_last;
  predict(fit_ridge(s.inputs(), set, 157), s.inputs(), 150, out);
  for (std::size_t h = 0; h < 9; ++h) EXPECT_NEAR(out[h], s.target[150] + change(h, 0), 1e-6);
  set.base = LinearBase::minus_seasonal;
  predict(fit_ridge(s.inputs(), set, 157), s.inputs(), 150, out);
  for (std::size_t h = 0; h < 9; ++h) {
    const std::size_t lag = h < 7 ? 6 - h : 13 - h;
    EXPECT_NEAR(out[h], s.target[150 - lag] + change(h, lag), 1e-6) << h;
  }
}

TEST(Ridge, DoesNotDependOnTheUnitsOfAColumn) {
  Series s = make_series(179, 2, 1);
  const RidgeSettings set{.horizon = 3, .lags = 4, .strength = 0.2};
  std::vector<double> plain(3);
  std::vector<double> scaled(3);
  predict(fit_ridge(s.inputs(), set, 170), s.inputs(), 171, plain);
  for (std::size_t i = 1; i < s.now.size(); i += 2) s.now[i] = 1e4 * s.now[i] - 3e5;
  for (double& value : s.known) value *= 1e-3;
  predict(fit_ridge(s.inputs(), set, 170), s.inputs(), 171, scaled);
  for (std::size_t h = 0; h < 3; ++h) EXPECT_NEAR(plain[h], scaled[h], 1e-8);
}

TEST(Ridge, GivesAConstantColumnNoWeight) {
  Series s = make_series(131, 3, 0);
  for (std::size_t t = 0; t < 131; ++t) s.now[t * 3 + 1] = 0.1;
  s.now[130 * 3 + 1] = 7.0;  // after the fit
  const LinearModel model = fit_ridge(s.inputs(), {.horizon = 2, .lags = 2, .strength = 1e-9}, 130);
  EXPECT_EQ(model.weight[2 + 1], 0.0);
  EXPECT_EQ(model.weight[5 + 2 + 1], 0.0);
  EXPECT_NE(model.weight[2], 0.0);
}

TEST(Ridge, GivesAShiftThatSeesOnlyConstantsNoWeight) {
  Series s = make_series(131, 0, 1);
  for (std::size_t t = 0; t < s.known.size(); ++t) s.known[t] = t == 1 ? 7e5 : 0.1;
  const LinearModel model = fit_ridge(s.inputs(), {.horizon = 3, .lags = 1, .strength = 1e-9}, 130);
  EXPECT_NE(model.weight[1], 0.0);  // known_{t+1} sees row 1, the others do not
  EXPECT_EQ(model.weight[2], 0.0);
  EXPECT_EQ(model.weight[3], 0.0);
}

TEST(Ridge, StaysFiniteOnAConstantSeriesAndOnCopiesOfAColumn) {
  Series s = make_series(101, 2, 0);
  for (std::size_t t = 0; t < 101; ++t) s.now[2 * t + 1] = 2.0 * s.now[2 * t];
  LinearModel model = fit_ridge(s.inputs(), {.horizon = 2, .lags = 3, .strength = 1e-300}, 101);
  for (double weight : model.weight) EXPECT_TRUE(std::isfinite(weight));
  s.target.assign(101, 4.25);
  model = choose_ridge(s.inputs(), {.horizon = 2, .train_end = 70, .validation_end = 90});
  std::vector<double> out(2);
  predict(model, s.inputs(), 95, out);
  EXPECT_NEAR(out[0], 4.25, 1e-12);
  EXPECT_NEAR(out[1], 4.25, 1e-12);
}

TEST(Ridge, ReadsNoRowAtOrAfterTheEndOfTheFit) {
  const Series s = make_series(241, 2, 1);
  Series changed = s;
  for (std::size_t t = 200; t < 241; ++t) {
    changed.target[t] = t % 2 ? std::nan("") : 1e300;
    changed.observed[t] = t % 3 != 0;
    changed.now[2 * t] = changed.now[2 * t + 1] = std::nan("");
  }
  for (std::size_t t = 200; t < changed.known.size(); ++t) changed.known[t] = -1e300;
  const RidgeSettings set{.horizon = 5, .period = 7, .lags = 14, .strength = 0.01};
  const LinearModel a = fit_ridge(s.inputs(), set, 200);
  const LinearModel b = fit_ridge(changed.inputs(), set, 200);
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.bias, b.bias);
  const RidgeOptions options{.horizon = 5, .period = 7, .train_end = 170, .validation_end = 200};
  const LinearModel c = choose_ridge(s.inputs(), options);
  const LinearModel d = choose_ridge(changed.inputs(), options);
  EXPECT_EQ(c.weight, d.weight);
  EXPECT_EQ(c.bias, d.bias);
  EXPECT_EQ(c.validation_mae, d.validation_mae);
}

TEST(Ridge, ReadsTheLastRowsThatItMay) {
  const Series s = make_series(241, 2, 1);
  const RidgeSettings set{.horizon = 5, .lags = 3, .strength = 0.01};
  const LinearModel a = fit_ridge(s.inputs(), set, 200);
  Series changed = s;
  changed.target[199] += 1.0;
  EXPECT_NE(a.bias, fit_ridge(changed.inputs(), set, 200).bias);
  changed = s;
  changed.known[199] += 1.0;
  EXPECT_NE(a.bias, fit_ridge(changed.inputs(), set, 200).bias);
  changed = s;
  changed.target[0] += 1.0;
  EXPECT_NE(a.bias, fit_ridge(changed.inputs(), set, 200).bias);
}

TEST(Ridge, LagsBeforeTheFirstRowAreTheFirstValue) {
  const Series s = make_series(11, 2, 1);
  const RegressorLayout layout{.lags = 4, .horizon = 3, .now_width = 2, .known_width = 1};
  std::vector<double> r(layout.regressors());
  regressors_at(layout, s.inputs(), 1, r);
  EXPECT_EQ(r, (std::vector<double>{s.target[1], s.target[0], s.target[0], s.target[0], s.now[2],
                                    s.now[3], s.known[2], s.known[3], s.known[4]}));
  regressors_at(layout, s.inputs(), 10, r);
  EXPECT_EQ(r[3], s.target[7]);
  EXPECT_EQ(r[8], s.known[13]);
}

ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

TEST(Ridge, RefusesTooFewRowsAndWrongShapes) {
  Series s = make_series(20, 1, 1);
  const auto fit = [&](const RidgeSettings& set, std::size_t end) {
    return code_of([&] { fit_ridge(s.inputs(), set, end); });
  };
  EXPECT_EQ(fit({.horizon = 10, .lags = 11}, 20), ErrorCode::data);
  EXPECT_EQ(fit({.horizon = 2, .lags = 3}, 21), ErrorCode::data);
  EXPECT_EQ(fit({.horizon = 2, .lags = 0, .base = LinearBase::minus_last}, 20), ErrorCode::usage);
  EXPECT_EQ(fit({.horizon = 2, .period = 7, .lags = 6, .base = LinearBase::minus_seasonal}, 20),
            ErrorCode::usage);
  EXPECT_NO_THROW(fit_ridge(s.inputs(), {.horizon = 10, .lags = 10}, 20));
  const auto choose = [&](std::size_t train_end, std::size_t end) {
    return code_of([&] {
      choose_ridge(s.inputs(), {.horizon = 3, .train_end = train_end, .validation_end = end});
    });
  };
  EXPECT_EQ(choose(15, 15), ErrorCode::usage);
  EXPECT_EQ(choose(15, 17), ErrorCode::data);
  std::fill(s.observed.begin() + 15, s.observed.end(), std::uint8_t{0});
  EXPECT_EQ(choose(15, 20), ErrorCode::data);
  s.now.pop_back();
  EXPECT_EQ(fit({.horizon = 2, .lags = 3}, 20), ErrorCode::shape);
  s.now.push_back(0.0);
  s.known.resize(21);
  const LinearModel model = fit_ridge(s.inputs(), {.horizon = 2, .lags = 1}, 15);
  std::vector<double> out(2);
  EXPECT_NO_THROW(predict(model, s.inputs(), 18, out));
  EXPECT_EQ(code_of([&] { predict(model, s.inputs(), 19, out); }), ErrorCode::shape);
}

}  // namespace
}  // namespace sluice::forecasting
