// The steps of recognise(): classify the nodes (native_structure.cpp), build the stack
// (native_stack.cpp), and prove that it equals the graph (native_proof.cpp).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "formats/onnx/lstm.hpp"
#include "formats/onnx/native.hpp"
#include "formats/onnx/program.hpp"

namespace sluice::formats::onnx {

/// Thrown inside recognise() if the graph is not a stack; holds the reason.
struct NotNative {
  std::string reason;
};

/// The parts of a graph that may be a stack.
struct Structure {
  std::vector<std::size_t> lstms;      ///< Node indices of the LSTMs, in graph order.
  std::optional<std::size_t> product;  ///< Node index of the head's Gemm or MatMul.
  std::optional<std::size_t> bias;     ///< Node index of the Add after a MatMul.
  std::string input;                   ///< The name of the input x.
  std::vector<std::string> states;     ///< Names of the initial-state inputs.
};

/// Throws NotNative.
Structure structure_of(const Program& program);

struct Stack {
  Architecture architecture;
  std::vector<float> parameters;
};

/// Throws NotNative.
Stack stack_of(const Program& program, const Structure& structure);

/// Throws NotNative if no output of the graph equals the stack's.
NativeModel prove(const Program& program, const Structure& structure, Stack stack);

}  // namespace sluice::formats::onnx
