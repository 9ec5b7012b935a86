// Builds tracks: centres the columns and assigns the regressors to them.
#include "forecasting/tracks.hpp"

#include <algorithm>
#include <span>

namespace sluice::forecasting {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

// Subtract the exact value of a constant column, not a rounded mean, so that it becomes exact
// zeros.
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

}  // namespace

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

}  // namespace sluice::forecasting
