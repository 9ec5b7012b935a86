// What one run of a graph may take, in proportion to what goes in: a file of a few kB must not fill
// the memory, nor run for hours.
#pragma once

#include <cstddef>
#include <string>

#include "formats/onnx/graph.hpp"
#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

/// 4-byte elements, or bytes like that many, that go into a run.
struct RunSize {
  double constants = 0.0;  ///< In the file.
  double inputs = 0.0;     ///< Given by the caller.
};

/// Of the constants of a graph, and of the tensors that its nodes have as attributes.
double size_of_constants(const Graph& graph);
double size_of(const Value& value);

class RunBudget {
 public:
  explicit RunBudget(const RunSize& size);

  /// Elements that one array may have: 1024 for each that the caller gives (an LSTM with one input
  /// and 1024 units is what makes most of least), 16 for each in the file; 2^22 to 2^28.
  std::size_t max_elements() const { return max_elements_; }
  /// The same, or less where the arrays that are alive leave less room.
  std::size_t room() const;

  /// A node's new result is kept, an array is given up: counted where nothing else shares its
  /// elements. `keep` throws Error(shape), naming the node, where all that are alive are more than
  /// 16 bytes for each of max_elements(), at least 256 MiB.
  void keep(const std::string& where, const Value& value);
  void give_up(const Value& value);

  /// Multiply-adds about to be done, or as much else. Throws Error(shape) where the run's are then
  /// more than 64 for each pair of a constant and an input, 16,384 for each of them, and 2^32.
  void spend(const std::string& where, double work);

 private:
  RunSize size_;
  std::size_t max_elements_, max_bytes_, bytes_ = 0;
  double max_work_, work_ = 0.0;
};

/// Work like so many multiply-adds that an element takes which is made, or looked at.
inline constexpr double kWorkOfElement = 16.0;

}  // namespace sluice::formats::onnx
