// `sluice run` for an ONNX graph: named .npy arrays in and out.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

/// Whether the file's name ends in .onnx.
bool is_onnx(const std::string& path);

struct OnnxRun {
  std::string model;
  std::vector<std::string> inputs;  ///< NAME=X.npy; X.npy alone if the graph has one input
  std::string output;               ///< File for the graph's only output; empty: see output_dir
  std::string output_dir;           ///< Folder for NAME.npy of each output
};

/// Throws the errors of loading and running, and Error(usage) where an input or output is
/// ambiguous or missing; it has then written nothing.
void run_onnx(const OnnxRun& asked);

}  // namespace sluice::cli
