// TensorFlow.js's three trainings of an LSTM(units) with a Dense(1) behind its last step, whose
// values Python Keras printed: weights after two steps; the loss with the state carried from batch
// to batch; the losses with masked, embedded words, whose embedding learns too. The recipes are
// those of tfjs-layers/src/layers/recurrent_test.ts ("BPTT", "stateful BPTT", "BPTT with mask");
// what a file gives itself is taken from the file.
#pragma once

#include <string>

#include "vectors/case.hpp"

namespace sluice::vectors {

struct KerasRecipe {
  Architecture architecture;
  Array x{{0, 0, 0}, {}};       // [N, T, I]; of words: their embedding at the start
  Array tokens{{0, 0}, {}};     // [N, T], or empty
  Array embedding{{0, 0}, {}};  // [words, I]
  Doubles targets;              // [N]
  Doubles parameters;           // flat, the Dense as head
  bool stateful = false, dense_bias = false;
  std::size_t batch = 0, epochs = 1;
  double rate = 0.01;  // Keras's default of SGD
};

/// The recipe of the source's test of this name ("stateful", "mask" in it, or neither) with what
/// the file says itself.
KerasRecipe keras_recipe(const std::string& name, Fields& fields);

}  // namespace sluice::vectors
