// Which activation between an LSTM and its head, or behind the head, would explain a model's
// outputs: to tell the owner of a state dictionary what is missing. Nothing is converted by it.
#pragma once

#include <string>

#include "formats/chain.hpp"
#include "formats/safetensors.hpp"
#include "formats/sample.hpp"

namespace sluice::formats {

/// "with a sigmoid behind fc.weight it would fit (a difference of 1e-07): .."; empty where none of
/// the usual activations explains the sample.
std::string guess_activation(const Chain& chain, const SafeTensors& file, const std::string& path,
                             const Sample& sample);

}  // namespace sluice::formats
