// Recognises the graph that is a plain stack: LSTM layers one on another and perhaps a linear head,
// with exporters' glue in between. What such a graph computes, a Network computes too, and a
// Network streams and is saved. Every guess is proved by running both on random input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/parameters.hpp"

namespace sluice::formats::onnx {

class Program;

/// A stack that gives the same numbers as the graph.
struct NativeModel {
  Architecture architecture;
  std::vector<float> parameters;  ///< As parameter_list says.
  bool last_step_only = false;    ///< The graph gives y of the last step alone, [B, width].
  bool time_first = false;        ///< The graph reads [T, B, I], not [B, T, I].
  std::string input;              ///< The graph's input that is x.
  std::string output;             ///< The graph's output that is y.
};

struct NativeResult {
  std::optional<NativeModel> model;
  std::string
      reason;  ///< Where there is no model: "node 'gather' (Gather) stands before the LSTM".
};

NativeResult recognise(const Program& program);

}  // namespace sluice::formats::onnx
