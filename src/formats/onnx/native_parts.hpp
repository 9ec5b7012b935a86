// The steps of recognise(): what a graph's nodes look like (native_structure.cpp), the stack that
// they make (native_stack.cpp), and the proof that the two are the same (native_proof.cpp).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "formats/onnx/lstm.hpp"
#include "formats/onnx/native.hpp"
#include "formats/onnx/program.hpp"

namespace sluice::formats::onnx {

/// Thrown inside recognise() where a graph is no stack; says why.
struct NotNative {
  std::string reason;
};

/// What a graph that may be a stack consists of.
struct Structure {
  std::vector<std::size_t> lstms;      ///< Places of the LSTM nodes in the graph's order.
  std::optional<std::size_t> product;  ///< Place of the head's Gemm or MatMul.
  std::optional<std::size_t> bias;     ///< Place of the Add after a MatMul.
  std::string input;                   ///< The input that is x.
  std::vector<std::string> states;     ///< The inputs that are initial states.
};

/// Throws NotNative.
Structure structure_of(const Program& program);

struct Stack {
  Architecture architecture;
  std::vector<float> parameters;
};

/// Throws NotNative.
Stack stack_of(const Program& program, const Structure& structure);

/// Throws NotNative where no output of the graph is the stack's.
NativeModel prove(const Program& program, const Structure& structure, Stack stack);

}  // namespace sluice::formats::onnx
