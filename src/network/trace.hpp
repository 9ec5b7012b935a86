// Reads the gates out of a tape after its forward pass, whoever ran it: a run, a stream, training.
#pragma once

#include <cstddef>

#include "core/function_ref.hpp"
#include "network/architecture.hpp"
#include "network/network.hpp"
#include "network/tape.hpp"
#include "sluice/trace.hpp"

namespace sluice::network {

/// Throws Error(usage) for a network of int8 weights: its rows run on kernels that keep no gates.
void check_traceable(const Network& network);

/// Hands every step that the tape's samples ran to the sink; `place` says which step of its
/// sequence the first one of a sample is. Not of a tape that recomputes: it keeps too little. To be
/// called before the way back, which overwrites the gates. Allocates nothing.
void trace(const Tape& tape, const Architecture& of, FunctionRef<std::size_t(std::size_t)> place,
           TraceSink& sink) noexcept;

}  // namespace sluice::network
