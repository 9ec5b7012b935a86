// What a module's name in a state dictionary says about its position relative to the LSTM. The
// names are all the file has of the model's graph; shapes alone must not decide.
#pragma once

#include <string>

namespace sluice::formats {

enum class NamedPlace {
  before,   ///< "embedding", "input_proj", "fc_in"
  behind,   ///< "head", "out", "classifier", "decoder", "hidden2tag"
  generic,  ///< "fc", "linear", "dense", "proj": a linear layer, usually behind
  beside,   ///< "attention", "gate", "norm", "skip": neither
  unknown,  ///< no information: "station", "2"
};

/// `module` is a module's name, "model.fc_in", `lstm` the LSTM's, "model.lstm"; common leading
/// parts are ignored.
NamedPlace named_place(const std::string& module, const std::string& lstm);

/// Whether the module is the n-th, n > 0, of an nn.Sequential, so that a module without tensors may
/// precede it: "classifier.2" yes, "fc" and "fc.0" no.
bool inside_sequential(const std::string& module);

}  // namespace sluice::formats
