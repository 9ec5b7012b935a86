// The states of a batch in the caller's arrays, h [L*D, B, P] and c [L*D, B, H] of sluice::State,
// to and from the rows where a pass keeps the state before its first step.
#pragma once

#include <cstddef>

#include "engine/activations.hpp"
#include "sluice/state.hpp"

namespace sluice::engine {

/// Floats of h, of c for so many samples.
std::size_t h_floats(const Architecture& architecture, std::size_t batch);
std::size_t c_floats(const Architecture& architecture, std::size_t batch);

/// Throws Error(shape) where h or c is neither empty nor of the size for so many samples; `name` is
/// what the message calls the state.
void check_state(const State& state, const Architecture& architecture, std::size_t batch,
                 const char* name);

/// Some samples' rows of a state of `batch` samples become the state before the first step. What is
/// empty stays as it is.
void load_state(const State& state, std::size_t batch, const Samples& samples,
                const Architecture& architecture, Activations& activations);
/// The state before the first step becomes some samples' rows of a state of `batch` samples, which
/// has room for all.
void store_state(const Activations& activations, const Architecture& architecture,
                 const Samples& samples, std::size_t batch, State& state);

/// The same of the state after the last step of a forward pass.
void store_last_state(const Activations& activations, const Architecture& architecture,
                      const Samples& samples, std::size_t batch, State& state);

/// The same for the gradients of states: what arrives at the last one, what comes to the first.
void load_d_last(const State& d_state, std::size_t batch, const Samples& samples,
                 const Architecture& architecture, Activations& activations);
void store_d_first(const Activations& activations, const Architecture& architecture,
                   const Samples& samples, std::size_t batch, State& d_state);

}  // namespace sluice::engine
