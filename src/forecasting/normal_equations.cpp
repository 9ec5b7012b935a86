// A regressor is a column of the data read at a shift: y at -lags+1 .. 0, known columns at 1 .. N.
// So with
//   P[a, b] = sum over t of u(t + a) v(t + b)
// each entry follows from its upper left neighbour by two products at the ends of the sum:
//   P[a+1, b+1] = P[a, b] - u(first + a) v(first + b) + u(end + a) v(end + b),
// and only the first row and column are summed in full.
#include "forecasting/normal_equations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

// A variance below this share of the largest of the same column is rounding: the regressor is
// constant.
constexpr double kConstant = 1e-12;

// One column of the data with its offset taken off, and the regressors that read it.
struct Track {
  std::vector<double> values;  // [fit_end]
  std::ptrdiff_t first_shift;  // of the first of `count` regressors; each next reads one row later
  std::size_t count;
  std::size_t index;          // of the first regressor
  std::ptrdiff_t index_step;  // from one regressor to the next
  double offset = 0.0;

  std::size_t regressor(std::size_t k) const {
    return index + static_cast<std::size_t>(static_cast<std::ptrdiff_t>(k) * index_step);
  }
  const double* from(std::size_t t, std::size_t k = 0) const {
    return values.data() + (static_cast<std::ptrdiff_t>(t + k) + first_shift);
  }
};

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

// A constant column must become exact zeros, so its offset is its value and not a rounded mean.
void centre(Track& track) {
  const auto ends = std::minmax_element(track.values.begin(), track.values.end());
  track.offset = *ends.first == *ends.second ? *ends.first : mean_of(track.values);
  for (double& value : track.values) value -= track.offset;
}

std::vector<double> column(std::span<const double> table, std::size_t width, std::size_t which,
                           std::size_t rows) {
  std::vector<double> values(rows);
  for (std::size_t t = 0; t < rows; ++t) values[t] = table[t * width + which];
  return values;
}

std::vector<Track> make_tracks(const RegressorLayout& layout, const LinearInputs& inputs,
                               std::size_t rows) {
  const std::size_t p = layout.lags;
  std::vector<Track> tracks;
  if (p > 0) {
    tracks.push_back({.values = column(inputs.target, 1, 0, rows),
                      .first_shift = 1 - static_cast<std::ptrdiff_t>(p),
                      .count = p,
                      .index = p - 1,
                      .index_step = -1});
  }
  for (std::size_t i = 0; i < layout.now_width; ++i) {
    tracks.push_back({.values = column(inputs.now, layout.now_width, i, rows),
                      .first_shift = 0,
                      .count = 1,
                      .index = p + i,
                      .index_step = 0});
  }
  for (std::size_t i = 0; i < layout.known_width; ++i) {
    tracks.push_back({.values = column(inputs.known, layout.known_width, i, rows),
                      .first_shift = 1,
                      .count = layout.horizon,
                      .index = p + layout.now_width + i,
                      .index_step = static_cast<std::ptrdiff_t>(layout.known_width)});
  }
  for (Track& track : tracks) centre(track);
  tracks.push_back({.values = std::vector<double>(rows, 1.0),
                    .first_shift = 0,
                    .count = 1,
                    .index = layout.regressors(),
                    .index_step = 0});
  return tracks;
}

// The targets y_{t+1} .. y_{t+N}; one that was not observed counts nothing.
Track make_target(const RegressorLayout& layout, const LinearInputs& inputs, std::size_t rows) {
  Track target{.values = column(inputs.target, 1, 0, rows),
               .first_shift = 1,
               .count = layout.horizon,
               .index = 0,
               .index_step = 1};
  std::vector<double> seen;
  for (std::size_t t = 0; t < rows; ++t) {
    if (inputs.observed[t]) seen.push_back(target.values[t]);
  }
  target.offset = mean_of(seen);
  for (std::size_t t = 0; t < rows; ++t) {
    target.values[t] = inputs.observed[t] ? target.values[t] - target.offset : 0.0;
  }
  return target;
}

struct Origins {
  std::size_t first, end;
  std::size_t count() const { return end - first; }
};

// The products [u.count, v.count] of two tracks over all origins.
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

// Means and standard deviations of the regressors, into `offset` and `scale`.
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

void collect_missing(NormalEquations& equations, const LinearInputs& inputs, Origins origins,
                     Pulse pulse) {
  const std::size_t size = equations.size;
  auto& missing = equations.missing;
  missing.count.assign(equations.layout.horizon, 0);
  for (std::size_t t = origins.first; t < origins.end; ++t) {
    std::vector<std::size_t> horizons;
    for (std::size_t h = 0; h < equations.layout.horizon; ++h) {
      if (inputs.observed[t + 1 + h]) continue;
      horizons.push_back(h);
      ++missing.count[h];
    }
    if (horizons.empty()) continue;
    pulse();
    missing.rows.resize(missing.rows.size() + size, 1.0);
    double* z = &missing.rows[missing.rows.size() - size];
    regressors_at(equations.layout, inputs, t, {z, size - 1});
    for (std::size_t i = 0; i + 1 < size; ++i) {
      const double scale = equations.scale[i];
      z[i] = scale > 0.0 ? (z[i] - equations.offset[i]) / scale : 0.0;
    }
    missing.horizons.push_back(std::move(horizons));
  }
}

}  // namespace

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
                            .missing = {}};
  const std::vector<Track> tracks = make_tracks(layout, inputs, fit_end);
  const Track target = make_target(layout, inputs, fit_end);
  equations.target_offset = target.offset;
  add_products(equations, tracks, target, origins, pulse);
  measure(equations, tracks);
  standardise(equations);
  for (const Track& track : tracks) {
    for (std::size_t k = 0; k < track.count; ++k) {
      equations.offset[track.regressor(k)] += track.offset;
    }
  }
  collect_missing(equations, inputs, origins, pulse);
  return equations;
}

}  // namespace sluice::forecasting
