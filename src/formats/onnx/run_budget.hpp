// Limits the memory and work of a run in proportion to its inputs: a file of a few kB must neither
// fill the memory nor run for hours.
#pragma once

#include <cstddef>
#include <string>

#include "formats/onnx/graph.hpp"
#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

/// Size of a run's data, in 4-byte elements.
struct RunSize {
  double constants = 0.0;  ///< In the file.
  double inputs = 0.0;     ///< Given by the caller.
};

/// Size of a graph's constants and of the tensors in its nodes' attributes.
double size_of_constants(const Graph& graph);
double size_of(const Value& value);

class RunBudget {
 public:
  explicit RunBudget(const RunSize& size);

  /// Most elements of one array: 1024 per input element (the largest ratio needed: an LSTM with one
  /// input and 1024 units), 16 per element in the file; within 2^22 .. 2^28.
  std::size_t max_elements() const { return max_elements_; }
  /// max_elements(), or less if live arrays leave less memory.
  std::size_t room() const;

  /// Count a node's new result, or an array that is given up; arrays that share their elements are
  /// not counted. `keep` throws Error(shape), naming the node, if all live arrays exceed 16 bytes
  /// times max_elements(), at least 256 MiB.
  void keep(const std::string& where, const Value& value);
  void give_up(const Value& value);

  /// Adds the multiply-adds, or equivalent work, about to be done. Throws Error(shape) if the run's
  /// total exceeds the largest of 64 per pair of a constant and an input, 16,384 per constant or
  /// input, and 2^32.
  void spend(const std::string& where, double work);

 private:
  RunSize size_;
  std::size_t max_elements_, max_bytes_, bytes_ = 0;
  double max_work_, work_ = 0.0;
};

/// Cost in multiply-adds of creating or reading one element.
inline constexpr double kWorkOfElement = 16.0;

}  // namespace sluice::formats::onnx
