// What the name of a module in a state dictionary says of its place beside the LSTM. Names are all
// that a file has of the model's graph; shapes alone must not decide.
#pragma once

#include <string>

namespace sluice::formats {

enum class NamedPlace {
  before,   ///< "embedding", "input_proj", "fc_in"
  behind,   ///< "head", "out", "classifier", "decoder", "hidden2tag"
  generic,  ///< "fc", "linear", "dense", "proj": a linear layer, usually behind
  beside,   ///< "attention", "gate", "norm", "skip": neither
  unknown,  ///< says nothing: "station", "2"
};

/// Of a module's name, "model.fc_in", beside an LSTM's, "model.lstm": what they share says nothing.
NamedPlace named_place(const std::string& module, const std::string& lstm);

/// Whether the module is the n-th, n > 0, of an nn.Sequential, so that a module without tensors may
/// stand before it: "classifier.2" yes, "fc" and "fc.0" no.
bool inside_sequential(const std::string& module);

}  // namespace sluice::formats
