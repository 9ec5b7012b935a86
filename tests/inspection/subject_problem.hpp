// A random network and rows for it, as something to inspect.
#pragma once

#include <vector>

#include "core/random.hpp"
#include "engine/engine_run.hpp"
#include "inspection/array_subject.hpp"
#include "inspection/trace.hpp"

namespace sluice::inspection {

struct Problem {
  engine::Network network;
  Subject subject;

  Problem(const Architecture& architecture, std::size_t rows, std::uint64_t seed,
          std::size_t window = 0)
      : network(architecture) {
    Random random(seed);
    network.set_parameters(engine::random_parameters(architecture, random));
    std::vector<float> x(rows * architecture.input);
    for (float& value : x) value = static_cast<float>(random.normal());
    subject = array_subject(network, window, x, {});
  }
  Problem(const Problem&) = delete;  // the subject points to the network

  /// The engine's answers and trace of some rows, from the state before them.
  std::vector<float> traced(Trace& trace, const Range& rows) const {
    State state = state_before(subject, rows.first, rows.last - 1);
    const std::size_t inputs = network.architecture().input;
    return engine::run(
        network,
        {.x = std::span(subject.x).subspan(rows.first * inputs, rows.count() * inputs),
         .batch = 1,
         .steps = rows.count(),
         .trace = &trace},
        state);
  }
  Trace trace_of(const Range& rows) const {
    Trace trace(network.architecture(), {.layers = {}, .units = {}, .steps = rows, .direction = {}},
                rows.first);
    traced(trace, rows);
    return trace;
  }
};

}  // namespace sluice::inspection
