// Series that trainer tests are fed with, and settings that train in a fraction of a second.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "data/table.hpp"
#include "forecasting/forecast_trainer.hpp"

namespace sluice::forecasting {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// A table without times.
inline data::Table table_of(std::vector<data::Column> columns) {
  data::Table table;
  table.path = "made.csv";
  table.columns = std::move(columns);
  table.lines.resize(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) table.lines[row] = row + 2;
  return table;
}

/// The same rows with times, an hour apart.
inline data::Table hourly(data::Table table) {
  table.time_name = "time";
  table.step = {.micros = 3600 * data::kSecond};
  table.format.clock = data::ClockPrecision::minute;
  for (std::size_t row = 0; row < table.rows(); ++row)
    table.times.push_back(1704067200 * data::kSecond +
                          data::kHour * static_cast<data::Timestamp>(row));
  return table;
}

inline std::vector<double> noise(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(rows);
  for (double& value : values) value = random.normal();
  return values;
}

inline std::vector<double> random_walk(std::size_t rows, std::uint64_t seed) {
  std::vector<double> values = noise(rows, seed);
  for (std::size_t row = 1; row < rows; ++row) values[row] += values[row - 1];
  return values;
}

/// A noisy wave of 12 rows with a drift, no two parts alike.
inline std::vector<double> wave(std::size_t rows, std::uint64_t seed) {
  std::vector<double> values = noise(rows, seed);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto t = static_cast<double>(row);
    values[row] = 20.0 + 5.0 * std::sin(0.5235987755982988 * t) + 0.01 * t + values[row];
  }
  return values;
}

/// What no straight line foresees and one look back tells exactly: x' = 3.8 x (1 - x).
inline std::vector<double> logistic_map(std::size_t rows) {
  std::vector<double> values(rows, 0.31);
  for (std::size_t row = 1; row < rows; ++row)
    values[row] = 3.8 * values[row - 1] * (1.0 - values[row - 1]);
  return values;
}

inline ForecastOptions small_options(std::size_t horizon) {
  ForecastOptions options;
  options.features.targets = {"y"};
  options.horizon = horizon;
  options.hidden = 8;
  options.epochs = 5;
  options.chunk = 16;
  options.batch = 17;
  options.rate = 1e-2;
  options.dropout = 0.1;
  return options;
}

/// Mean absolute error `step` rows ahead (0: one) of the point forecasts of origins first ..
/// last-1.
inline double error_at(const ForecastModel& model, const std::vector<double>& truth,
                       const data::Frame& frame, std::size_t first, std::size_t last,
                       std::size_t step) {
  const Forecasts forecasts = forecast(model, frame, first, last);
  double sum = 0.0;
  for (std::size_t origin = 0; origin < forecasts.origins; ++origin) {
    sum +=
        std::abs(forecasts.at(origin, 0, step, model.median()) - truth[first + origin + 1 + step]);
  }
  return sum / static_cast<double>(forecasts.origins);
}

}  // namespace sluice::forecasting
