// Guesses which activation between an LSTM and its head, or after the head, would explain a model's
// outputs, as a hint to the owner of a state dictionary. The conversion itself does not use it.
#pragma once

#include <string>

#include "formats/chain.hpp"
#include "formats/safetensors.hpp"
#include "formats/sample.hpp"

namespace sluice::formats {

/// "with a sigmoid behind fc.weight it would fit (a difference of 1e-07): .."; empty if none of the
/// usual activations explains the sample.
std::string guess_activation(const Chain& chain, const SafeTensors& file, const std::string& path,
                             const Sample& sample);

}  // namespace sluice::formats
