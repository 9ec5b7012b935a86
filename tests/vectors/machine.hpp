// Forward and backward pass of a network, by the double reference or the float engine behind one
// interface, so that each published case is written once for both.
#pragma once

#include <memory>

#include "vectors/case.hpp"

namespace sluice::vectors {

/// A loss's gradient: on the way in by y [T, B, width] and the last state; on the way out by the
/// flat parameters, x [T, B, I] and the first state. Empty state: zeros.
struct OutputGradient {
  Doubles y, h, c;
};
struct InputGradient {
  Doubles parameters, x, h, c;
};

class Machine {
 public:
  virtual ~Machine() = default;
  virtual void set_parameters(const Doubles& parameters) = 0;
  virtual Outcome forward(const Sequences& sequences) = 0;
  /// Through the last forward.
  virtual InputGradient backward(const OutputGradient& d) = 0;
};

/// In double precision: src/reference.
std::unique_ptr<Machine> reference_machine(const Architecture& architecture);
/// In float: engine::Network with its Activations.
std::unique_ptr<Machine> engine_machine(const Architecture& architecture);

/// All calls of the case; the outcome of the last one. Through src/reference, and through
/// engine::run.
Outcome run_reference(const Case& test_case);
Outcome run_engine(const Case& test_case);

}  // namespace sluice::vectors
