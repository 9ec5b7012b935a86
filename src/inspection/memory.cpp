// How long c remembers an input: compares runs with runs in which one row is changed.
#include <algorithm>
#include <cmath>

#include "engine/trace.hpp"
#include "inspection/unit_figures.hpp"

namespace sluice::inspection {
namespace {

// Records c (h of a plain RNN) of every sample and step.
class CellSink final : public TraceSink {
 public:
  CellSink(const Architecture& arch, std::size_t samples, std::size_t steps)
      : rnn_(arch.cell.kind == CellKind::rnn), steps_(steps) {
    for (const std::size_t hidden : arch.hidden) cells_.emplace_back(samples * steps * hidden);
  }

  void step(const TraceStep& s) noexcept override {
    const std::span<const float> from = rnn_ ? s.h : s.c;
    std::copy(from.begin(), from.end(),
              cells_[s.layer].begin() +
                  static_cast<std::ptrdiff_t>((s.sample * steps_ + s.step) * from.size()));
  }

  const float* row(std::size_t layer, std::size_t sample, std::size_t step,
                   std::size_t width) const {
    return cells_[layer].data() + (sample * steps_ + step) * width;
  }

 private:
  bool rnn_;
  std::size_t steps_;
  std::vector<std::vector<float>> cells_;  // by layer [samples, steps, H]
};

// The state before each of some rows, each twice in a row, in State's layout.
State states_before(const Subject& subject, const std::vector<std::size_t>& places) {
  const Architecture& arch = subject.network->architecture();
  std::vector<State> each;
  for (const std::size_t place : places) {
    if (subject.window > 0 || each.empty()) {
      each.push_back(subject.window > 0 ? first_state(subject)
                                        : state_before(subject, place, place));
      continue;
    }
    // Continues from the previous place: places rise.
    const std::size_t from = places[each.size() - 1];
    each.push_back(each.back());
    engine::run(*subject.network,
                {.x = std::span(subject.x).subspan(from * arch.input, (place - from) * arch.input),
                 .batch = 1,
                 .steps = place - from},
                each.back());
  }
  State all;
  std::size_t h_at = 0, c_at = 0;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    const std::size_t state = arch.state(layer), hidden = arch.hidden[layer];
    for (int twice = 0; twice < 2; ++twice) {
      for (const State& one : each) {
        const auto h = one.h.begin() + static_cast<std::ptrdiff_t>(h_at);
        const auto c = one.c.begin() + static_cast<std::ptrdiff_t>(c_at);
        all.h.insert(all.h.end(), h, h + static_cast<std::ptrdiff_t>(state));
        all.c.insert(all.c.end(), c, c + static_cast<std::ptrdiff_t>(hidden));
      }
    }
    h_at += state;
    c_at += hidden;
  }
  return all;
}

}  // namespace

std::vector<Memory> memories(const Subject& subject, const Range& rows, std::size_t most) {
  constexpr std::size_t kPlaces = 24;
  const Architecture& arch = subject.network->architecture();
  if (arch.direction != Direction::forward || rows.count() < 2) return {};
  const std::size_t steps = std::min(most, rows.count() - 1) + 1;
  std::vector<std::size_t> lags = {0};
  for (std::size_t k = 1; k < steps; k *= 2) lags.push_back(k);
  const std::size_t room = rows.count() - steps, count = std::min(kPlaces, room + 1);
  std::vector<std::size_t> places;
  for (std::size_t n = 0; n < count; ++n)
    places.push_back(rows.first + (count == 1 ? 0 : n * room / (count - 1)));

  // The unchanged samples, then the same with their first row raised by one.
  const std::size_t inputs = arch.input, floats = steps * inputs;
  std::vector<float> x(2 * count * floats);
  for (std::size_t n = 0; n < 2 * count; ++n) {
    float* to = x.data() + n * floats;
    std::copy_n(subject.x.data() + places[n % count] * inputs, floats, to);
    for (std::size_t j = 0; n >= count && j < inputs; ++j) to[j] += 1.0f;
  }
  CellSink cells(arch, 2 * count, steps);
  State state = states_before(subject, places);
  engine::run(*subject.network, {.x = x, .batch = 2 * count, .steps = steps, .trace = &cells},
              state);

  std::vector<Memory> all;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    const std::size_t width =
        arch.cell.kind == CellKind::rnn ? arch.state(layer) : arch.hidden[layer];
    for (std::size_t u = 0; u < width; ++u) {
      Memory& made =
          all.emplace_back(Memory{.layer = layer, .unit = u, .steps = lags, .change = {}});
      for (const std::size_t k : lags) {
        double sum = 0.0;
        for (std::size_t n = 0; n < count; ++n) {
          sum += static_cast<double>(std::abs(cells.row(layer, count + n, k, width)[u] -
                                              cells.row(layer, n, k, width)[u]));
        }
        made.change.push_back(sum / static_cast<double>(count));
      }
      const double largest = *std::max_element(made.change.begin(), made.change.end());
      for (std::size_t n = 0; n < lags.size(); ++n) {
        if (largest > 0.0) made.change[n] /= largest;
        if (made.change[n] >= 0.1) made.remembers = lags[n];
      }
    }
  }
  return all;
}

}  // namespace sluice::inspection
