// What the cases of Keras, Keras.js and TensorFlow.js share: names of activations, the tensors of a
// direction, the lookup of embedded words.
#pragma once

#include <optional>
#include <string>

#include "vectors/case.hpp"
#include "vectors/cases.hpp"

namespace sluice::vectors {

/// Throws Error(data) for a name that Keras does not have.
ActivationFunction keras_activation(const std::string& name, KerasVersion version,
                                    const std::string& where);

/// What of a layer's options counts for its sums: units, activations, bias, direction. Options of
/// training and of speed are read and change nothing.
Architecture keras_architecture(Fields& config, KerasVersion version);

/// Kernel [I, 4H], recurrent kernel [H, 4H] and bias [4H] of both directions as our parameters.
/// Sets architecture.input, and biases to 0 where there is none. A head, where the architecture has
/// one, gets `head`.
Doubles keras_parameters(Architecture& architecture, Fields& fields, const Doubles& head = {});

/// x [N, T, I] as ours [T, N, I], with steps, batch and mask. Words, where the file has them, must
/// say the same: x is their embedding and 0 is masked.
void read_keras_input(Fields& fields, Fields& config, Case& made);

}  // namespace sluice::vectors
