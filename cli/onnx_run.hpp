// Arrays through an ONNX graph, as `sluice run` has them on its command line.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

/// Whether the file's name ends in .onnx.
bool is_onnx(const std::string& path);

struct OnnxRun {
  std::string model;
  std::vector<std::string> inputs;  ///< NAME=X.npy; the name may be left out of a graph's only one
  std::string output;               ///< Gets the graph's only output; empty: see output_dir
  std::string output_dir;           ///< Gets NAME.npy of each output
};

/// Throws Error as loading and running do, and Error(usage) where inputs or outputs cannot be told
/// apart. Writes nothing where it throws.
void run_onnx(const OnnxRun& asked);

}  // namespace sluice::cli
