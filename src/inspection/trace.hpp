// A trace in memory: every signal of the chosen layers, units and steps of one sequence.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "inspection/where.hpp"
#include "model/parameters.hpp"
#include "reference/lstm.hpp"
#include "sluice/trace.hpp"

namespace sluice::inspection {

enum SignalIndex : std::size_t { kF, kI, kG, kO, kC, kTanhC, kH };
inline constexpr std::array<std::string_view, 7> kSignalNames = {"f", "i",      "g", "o",
                                                                 "c", "tanh_c", "h"};

class Trace final : public TraceSink {
 public:
  /// One direction of a layer.
  struct Part {
    std::size_t layer, direction;
    Range units, state;  ///< The chosen units: of H, and of P for h.
    /// [steps, units] each, h [steps, state]. NaN where a step was not run; empty where the cell
    /// does not have the signal.
    std::array<std::vector<float>, 7> signals;

    std::size_t width(std::size_t signal) const { return (signal == kH ? state : units).count(); }
    float at(std::size_t signal, std::size_t step, std::size_t unit) const {
      return signals[signal][step * width(signal) + unit];
    }
  };

  /// Records sequence 0 of a run. Allocates bytes() at once, so where.steps must be bounded. The
  /// steps of `where` count from the start of the sequence; the run starts at `first_step`.
  Trace(const Architecture& arch, const Where& where, std::size_t first_step = 0);

  /// Bytes of such a trace: 4 (6 H + P) for each step and layer direction.
  static std::size_t bytes(const Architecture& arch, const Where& where);

  void step(const TraceStep& step) noexcept override;
  /// Records a run of the reference, whose step 0 is `first_step`.
  void take(const reference::Forward& run, const reference::Network& network);

  Range steps() const { return where_.steps; }
  const std::vector<Part>& parts() const { return parts_; }
  /// "layer0.forward": the prefix of its tensors in a trace file.
  std::string name(const Part& part) const;

 private:
  void put(std::size_t part, std::size_t signal, std::size_t step, const float* values);

  Where where_;
  std::size_t first_step_, directions_;
  bool reverse_;  // the network has only the reverse direction
  std::vector<Part> parts_;
};

}  // namespace sluice::inspection
