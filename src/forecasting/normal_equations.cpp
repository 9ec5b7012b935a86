// Each regressor is a column of the data read at a shift (tracks.hpp). With
//   P[a, b] = sum over t of u(t + a) v(t + b)
// each entry follows from its upper left neighbour by two products at the ends of the sum:
//   P[a+1, b+1] = P[a, b] - u(first + a) v(first + b) + u(end + a) v(end + b),
// so only the first row and column are summed in full.
#include "forecasting/normal_equations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

// A variance below this share of the column's largest is rounding error: the regressor is constant.
constexpr double kConstant = 1e-12;

// The products [u.count, v.count] of two tracks, summed over all origins.
std::vector<double> shifted_products(const Track& u, const Track& v, Origins origins, Pulse pulse) {
  const std::size_t first = origins.first;
  const std::size_t end = origins.end;
  std::vector<double> products(u.count * v.count);
  for (std::size_t a = 0; a < u.count; ++a) {
    for (std::size_t b = 0; b < v.count; ++b) {
      double& entry = products[a * v.count + b];
      if (a == 0 || b == 0) {
        pulse();
        entry = dot(u.from(first, a), v.from(first, b), origins.count());
      } else {
        entry = products[(a - 1) * v.count + b - 1] -
                *u.from(first, a - 1) * *v.from(first, b - 1) +
                *u.from(end, a - 1) * *v.from(end, b - 1);
      }
    }
  }
  return products;
}

void add_products(NormalEquations& equations, const std::vector<Track>& tracks, const Track& target,
                  Origins origins, Pulse pulse) {
  const double share = 1.0 / static_cast<double>(origins.count());
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const Track& u = tracks[i];
    for (std::size_t j = i; j < tracks.size(); ++j) {
      const Track& v = tracks[j];
      const std::vector<double> products = shifted_products(u, v, origins, pulse);
      for (std::size_t a = 0; a < u.count; ++a) {
        for (std::size_t b = 0; b < v.count; ++b) {
          const double value = share * products[a * v.count + b];
          equations.gram[u.regressor(a) * equations.size + v.regressor(b)] = value;
          equations.gram[v.regressor(b) * equations.size + u.regressor(a)] = value;
        }
      }
    }
    const std::vector<double> products = shifted_products(u, target, origins, pulse);
    for (std::size_t a = 0; a < u.count; ++a) {
      for (std::size_t h = 0; h < target.count; ++h) {
        equations.cross[u.regressor(a) * target.count + h] = share * products[a * target.count + h];
      }
    }
  }
}

// Writes means and standard deviations of the regressors to `offset` and `scale`.
void measure(NormalEquations& equations, const std::vector<Track>& tracks) {
  const std::size_t bias = equations.size - 1;
  equations.scale[bias] = 1.0;
  for (const Track& track : tracks) {
    if (track.index == bias) continue;
    double largest = 0.0;
    for (std::size_t k = 0; k < track.count; ++k) {
      const std::size_t r = track.regressor(k);
      const double mean = equations.gram[r * equations.size + bias];
      equations.offset[r] = mean;
      equations.scale[r] = equations.gram[r * equations.size + r] - mean * mean;
      largest = std::max(largest, equations.scale[r]);
    }
    for (std::size_t k = 0; k < track.count; ++k) {
      double& scale = equations.scale[track.regressor(k)];
      scale = scale > kConstant * largest ? std::sqrt(scale) : 0.0;
    }
  }
}

void standardise(NormalEquations& equations) {
  const std::size_t size = equations.size;
  const std::size_t horizon = equations.layout.horizon;
  const double* bias_cross = &equations.cross[(size - 1) * horizon];
  std::vector<double> inverse(size);
  for (std::size_t i = 0; i < size; ++i) {
    inverse[i] = equations.scale[i] > 0.0 ? 1.0 / equations.scale[i] : 0.0;
  }
  for (std::size_t i = 0; i < size; ++i) {
    double* row = &equations.gram[i * size];
    for (std::size_t j = 0; j < size; ++j) {
      row[j] = (row[j] - equations.offset[i] * equations.offset[j]) * (inverse[i] * inverse[j]);
    }
    row[i] = 1.0;
    if (i + 1 < size) row[size - 1] = equations.gram[(size - 1) * size + i] = 0.0;
    for (std::size_t h = 0; h < horizon; ++h) {
      double& entry = equations.cross[i * horizon + h];
      entry = (entry - equations.offset[i] * bias_cross[h]) * inverse[i];
    }
  }
}

// Counts the observed targets and stores what horizon_gram.cpp needs.
void keep_missing(NormalEquations& equations, const LinearInputs& inputs, Origins origins,
                  std::size_t fit_end) {
  for (std::size_t t = origins.first; t < origins.end; ++t) {
    for (std::size_t h = 0; h < equations.layout.horizon; ++h) {
      if (!inputs.observed[t + 1 + h]) --equations.seen[h];
    }
  }
  if (equations.complete()) return;
  const auto observed = inputs.observed.first(fit_end);
  equations.missing = {.tracks = {},
                       .origins = origins,
                       .observed = {observed.begin(), observed.end()},
                       .means = equations.gram};
}

}  // namespace

bool NormalEquations::complete() const {
  return std::all_of(seen.begin(), seen.end(),
                     [this](std::size_t count) { return count == origins; });
}

NormalEquations make_normal_equations(const RegressorLayout& layout, const LinearInputs& inputs,
                                      std::size_t fit_end, Pulse pulse) {
  check(inputs);
  const std::size_t first = std::max<std::size_t>(layout.lags, 1) - 1;
  if (layout.horizon == 0 || fit_end > inputs.rows() || fit_end <= first + layout.horizon) {
    throw Error(ErrorCode::data,
                {.where = "linear model",
                 .what = "too few rows to fit",
                 .expected = fmt::format("more than {} rows for {} lags and {} steps ahead",
                                         first + layout.horizon, layout.lags, layout.horizon),
                 .got = fmt::format("{}", std::min(fit_end, inputs.rows())),
                 .hint = "give more rows, or fewer lags, or a shorter horizon"});
  }
  const Origins origins{first, fit_end - layout.horizon};
  const std::size_t size = layout.regressors() + 1;
  NormalEquations equations{.layout = layout,
                            .size = size,
                            .origins = origins.count(),
                            .offset = std::vector<double>(size),
                            .scale = std::vector<double>(size),
                            .gram = std::vector<double>(size * size),
                            .cross = std::vector<double>(size * layout.horizon),
                            .seen = std::vector<std::size_t>(layout.horizon, origins.count()),
                            .missing = {}};
  std::vector<Track> tracks = make_tracks(layout, inputs, fit_end);
  const Track target = make_target(layout, inputs, fit_end);
  equations.target_offset = target.offset;
  add_products(equations, tracks, target, origins, pulse);
  keep_missing(equations, inputs, origins, fit_end);
  measure(equations, tracks);
  standardise(equations);
  for (const Track& track : tracks) {
    for (std::size_t k = 0; k < track.count; ++k) {
      equations.offset[track.regressor(k)] += track.offset;
    }
  }
  if (!equations.complete()) equations.missing.tracks = std::move(tracks);
  return equations;
}

}  // namespace sluice::forecasting
