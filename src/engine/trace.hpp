// Reads the gates out of activations after a forward pass: of a run, of a stream or of training.
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

/// Hands every step that was run to the sink; `place` says which step of its sequence a sample's
/// first one is. Call it before the backward pass, which overwrites the gates; not where
/// activations are recomputed. Allocates nothing.
void trace(const Activations& activations, const Architecture& architecture,
           FunctionRef<std::size_t(std::size_t)> place, TraceSink& sink) noexcept;

}  // namespace sluice::engine
