#include "inspection/unit_figures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/elementary.hpp"

namespace sluice::inspection {
namespace {

using Values = std::vector<double>;

// Subtracts the mean and scales to length 1; zeros for a constant column and for missing values.
Values standardised(Values values) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  const double mean = count == 0 ? 0.0 : sum / static_cast<double>(count);
  double square = 0.0;
  for (double& value : values) {
    value = std::isnan(value) ? 0.0 : value - mean;
    square += value * value;
  }
  // Variation below the rounding error of float counts as constant.
  const double length = std::sqrt(square);
  const double still = 1e-6 * std::abs(mean) * std::sqrt(static_cast<double>(count));
  for (double& value : values) value = length > still && length > 0.0 ? value / length : 0.0;
  return values;
}

double dot(const Values& a, const Values& b) {
  double sum = 0.0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum;
}

Values column(const Trace::Part& part, std::size_t signal, std::size_t steps, std::size_t unit) {
  Values values(steps);
  for (std::size_t t = 0; t < steps; ++t) values[t] = static_cast<double>(part.at(signal, t, unit));
  return values;
}

std::optional<Saturation> saturation(const Trace::Part& part, std::size_t signal, std::size_t steps,
                                     std::size_t unit) {
  if (part.signals[signal].empty()) return {};
  Saturation made;
  std::size_t count = 0;
  for (const double value : column(part, signal, steps, unit)) {
    if (std::isnan(value)) continue;
    ++count;
    made.high += value > 0.9 ? 1.0 : 0.0;
    made.low += value < 0.1 ? 1.0 : 0.0;
  }
  made.high /= static_cast<double>(std::max<std::size_t>(count, 1));
  made.low /= static_cast<double>(std::max<std::size_t>(count, 1));
  return made;
}

std::optional<double> half_life(const Trace::Part& part, std::size_t steps, std::size_t unit) {
  if (part.signals[kF].empty()) return {};
  double sum = 0.0;
  std::size_t count = 0;
  for (const double f : column(part, kF, steps, unit)) {
    if (std::isnan(f)) continue;
    sum -= logarithm(std::max(f, 1e-38));
    ++count;
  }
  if (!(sum > 0.0)) return {};
  return std::numbers::ln2 * static_cast<double>(count) / sum;
}

// Sine and cosine of a cycle, each standardised.
struct Wave {
  std::string name;
  Values sine, cosine;

  // The multiple correlation of y with both.
  double with(const Values& y) const {
    const double s = dot(y, sine), c = dot(y, cosine), both = dot(sine, cosine);
    const double rest = 1.0 - both * both;
    if (rest < 1e-9) return std::abs(s);
    return std::sqrt(std::clamp((s * s + c * c - 2.0 * s * c * both) / rest, 0.0, 1.0));
  }
};

struct Columns {
  std::vector<Values> inputs;
  std::vector<Wave> waves;
};

Columns columns_of(const Subject& subject, const Range& rows) {
  Columns made;
  for (std::size_t j = 0; j < subject.network->architecture().input; ++j) {
    Values values;
    for (std::size_t row = rows.first; row < rows.last; ++row)
      values.push_back(static_cast<double>(subject.row(row)[j]));
    made.inputs.push_back(standardised(std::move(values)));
  }
  for (const Cycle& cycle : subject.cycles) {
    Values sine, cosine;
    for (std::size_t row = rows.first; row < rows.last; ++row) {
      sine.push_back(sine_of_turns(cycle.phase[row]));
      cosine.push_back(cosine_of_turns(cycle.phase[row]));
    }
    made.waves.push_back(
        {cycle.name, standardised(std::move(sine)), standardised(std::move(cosine))});
  }
  return made;
}

bool still(const Values& h) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : h) {
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return h.size() > 1 && !(high - low > 1e-3);
}

}  // namespace

const Correlation* strongest(const std::vector<Correlation>& all) {
  const auto found = std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::abs(a.r) < std::abs(b.r);
  });
  return found == all.end() ? nullptr : &*found;
}

std::vector<UnitFigures> unit_figures(const Subject& subject, const Trace& trace) {
  const Range rows = trace.steps();
  const std::size_t steps = rows.count();
  const Columns columns = columns_of(subject, rows);
  std::vector<UnitFigures> all;
  for (const Trace::Part& part : trace.parts()) {
    const std::size_t cell = part.signals[kC].empty() ? kH : kC;
    // With a projection h mixes the units: a unit's own output is o tanh_c.
    const bool projected = part.state.count() != part.units.count();
    std::vector<Values> moves;
    for (std::size_t u = 0; u < part.units.count(); ++u) {
      moves.push_back(standardised(column(part, cell, steps, u)));
      UnitFigures& made = all.emplace_back();
      made.layer = part.layer;
      made.direction = part.direction;
      made.unit = part.units.first + u;
      made.f = saturation(part, kF, steps, u);
      made.i = saturation(part, kI, steps, u);
      made.o = saturation(part, kO, steps, u);
      made.half_life = half_life(part, steps, u);
      for (std::size_t j = 0; j < columns.inputs.size(); ++j)
        made.inputs.push_back({subject.inputs[j], dot(moves[u], columns.inputs[j])});
      for (const Wave& wave : columns.waves)
        made.cycles.push_back({wave.name, wave.with(moves[u])});
      made.dead = !projected && still(column(part, kH, steps, u));
      for (std::size_t v = 0; v < u && !made.dead && !made.duplicate; ++v) {
        if (std::abs(dot(moves[u], moves[v])) > 0.999) made.duplicate = part.units.first + v;
      }
    }
  }
  return all;
}

}  // namespace sluice::inspection
