// Reads the gates out of the activations after its forward pass, whoever ran it: a run, a stream,
// training.
#pragma once

#include <cstddef>

#include "core/function_ref.hpp"
#include "engine/activations.hpp"
#include "engine/network.hpp"
#include "model/parameters.hpp"
#include "sluice/trace.hpp"

namespace sluice::engine {

/// Throws Error(usage) for a network of int8 weights: its rows run on kernels that keep no gates.
void check_traceable(const Network& network);

/// Hands every step that the activations' samples ran to the sink; `place` says which step of its
/// sequence the first one of a sample is. Not of the activations that recomputes: it keeps too
/// little. To be called before the way back, which overwrites the gates. Allocates nothing.
void trace(const Activations& activations, const Architecture& of,
           FunctionRef<std::size_t(std::size_t)> place, TraceSink& sink) noexcept;

}  // namespace sluice::engine
