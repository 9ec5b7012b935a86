// Recognises graphs that are plain stacks: LSTM layers and an optional linear head, with exporters'
// reshapes in between. Such a graph becomes a Network, which can stream and be saved. Every guess
// is proved by running both on random input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/parameters.hpp"

namespace sluice::formats::onnx {

class Program;

/// A stack that computes the same numbers as the graph.
struct NativeModel {
  Architecture architecture;
  std::vector<float> parameters;  ///< In the order of parameter_list.
  bool last_step_only = false;    ///< The graph returns the last step of y only, [B, width].
  bool time_first = false;        ///< The graph reads [T, B, I], not [B, T, I].
  std::string input;              ///< The name of the input x.
  std::string output;             ///< The name of the output y.
};

struct NativeResult {
  std::optional<NativeModel> model;
  /// Set without a model: "node 'gather' (Gather) comes before the LSTM".
  std::string reason;
};

NativeResult recognise(const Program& program);

}  // namespace sluice::formats::onnx
