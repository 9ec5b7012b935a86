// A sink that keeps everything, for tests to look into.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "sluice/trace.hpp"

namespace sluice::engine {

class RecordedTrace final : public TraceSink {
 public:
  /// f, g, i, c, tanh_c, o, h of a step.
  using Signals = std::array<std::vector<float>, 7>;
  /// Layer, direction, sample, step.
  using Place = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;

  void step(const TraceStep& s) noexcept override {
    const auto copy = [](std::span<const float> values) {
      return std::vector<float>(values.begin(), values.end());
    };
    twice |= !steps
                  .emplace(Place(s.layer, s.direction, s.sample, s.step),
                           Signals{copy(s.f), copy(s.g), copy(s.i), copy(s.c), copy(s.tanh_c),
                                   copy(s.o), copy(s.h)})
                  .second;
  }

  std::map<Place, Signals> steps;
  bool twice = false;  ///< Whether a step came again.
};

}  // namespace sluice::engine
