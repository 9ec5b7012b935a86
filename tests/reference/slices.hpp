// Parts of a Problem: one row of its batch, some of its steps, its time turned round.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "reference/problem.hpp"

namespace sluice::reference {

/// Where row `at` of a smaller array [rows, .] comes from in the whole one.
using Origin = std::function<std::size_t(std::size_t at)>;

inline std::vector<double> picked(const std::vector<double>& all, std::size_t width,
                                  std::size_t rows, const Origin& origin) {
  std::vector<double> part;
  for (std::size_t at = 0; at < rows && !all.empty(); ++at) {
    const auto row = all.begin() + origin(at) * width;
    part.insert(part.end(), row, row + width);
  }
  return part;
}

/// Row b of each layer's and direction's part of a state of `batch` rows.
inline State state_row(const Network& network, const State& state, std::size_t batch,
                       std::size_t b) {
  State row;
  auto h = state.h.begin(), c = state.c.begin();
  for (const LayerWeights& w : network.layers) {
    row.h.insert(row.h.end(), h + b * w.state, h + (b + 1) * w.state);
    row.c.insert(row.c.end(), c + b * w.hidden, c + (b + 1) * w.hidden);
    h += batch * w.state;
    c += batch * w.hidden;
  }
  return row;
}

/// The same network and rows of the time-and-batch arrays chosen by `origin`: a [steps, batch].
/// `from_row` says which row of the batch row b was.
inline Problem part_of(const Problem& p, std::size_t steps, std::size_t batch, const Origin& origin,
                       const Origin& from_row) {
  const std::size_t rows = steps * batch;
  Problem part;
  part.network = p.network;
  part.input.steps = steps;
  part.input.batch = batch;
  part.input.x = picked(p.input.x, p.network.layers[0].input, rows, origin);
  for (std::size_t at = 0; at < rows && !p.input.mask.empty(); ++at) {
    part.input.mask.push_back(p.input.mask[origin(at)]);
  }
  for (std::size_t n = 0; n < p.input.noise.size(); ++n) {
    const Noise& noise = p.input.noise[n];
    const LayerWeights& w = p.network.layers[n];
    part.input.noise.push_back({.zone_c = picked(noise.zone_c, w.hidden, rows, origin),
                                .zone_h = picked(noise.zone_h, w.state, rows, origin),
                                .keep_g = picked(noise.keep_g, w.hidden, rows, origin),
                                .keep_h = picked(noise.keep_h, w.state, batch, from_row),
                                .keep_x = picked(noise.keep_x, w.input, batch, from_row),
                                .keep_r = noise.keep_r});
  }
  part.d_y = picked(p.d_y, output_width(p.network), rows, origin);
  return part;
}

/// Row b alone, without its padding.
inline Problem alone(const Problem& p, std::size_t b) {
  const std::size_t batch = p.input.batch;
  Problem part = part_of(
      p, p.input.length(b), 1, [=](std::size_t t) { return t * batch + b; },
      [=](std::size_t) { return b; });
  part.first = state_row(p.network, p.first, batch, b);
  part.d_last = state_row(p.network, p.d_last, batch, b);
  return part;
}

/// Steps from..from+count-1. Its states and lengths are left to the caller where they matter.
inline Problem steps_of(const Problem& p, std::size_t from, std::size_t count) {
  const std::size_t batch = p.input.batch;
  Problem part = part_of(
      p, count, batch, [=](std::size_t at) { return from * batch + at; },
      [](std::size_t b) { return b; });
  for (std::size_t b = 0; b < batch && !p.input.lengths.empty(); ++b) {
    const std::size_t length = p.input.lengths[b];
    part.input.lengths.push_back(std::min(count, length < from ? 0 : length - from));
  }
  part.first = p.first;
  part.d_last = p.d_last;
  return part;
}

/// Time t of row b is time length - 1 - t; its padding stays where it is.
inline std::size_t turned(const Input& input, std::size_t at) {
  const std::size_t t = at / input.batch, b = at % input.batch, length = input.length(b);
  return t < length ? (length - 1 - t) * input.batch + b : at;
}

/// The problem with every sequence turned round.
inline Problem turned_round(const Problem& p) {
  Problem part = part_of(
      p, p.input.steps, p.input.batch, [&](std::size_t at) { return turned(p.input, at); },
      [](std::size_t b) { return b; });
  part.input.lengths = p.input.lengths;
  part.first = p.first;
  part.d_last = p.d_last;
  return part;
}

}  // namespace sluice::reference
