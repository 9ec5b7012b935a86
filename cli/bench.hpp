// `sluice bench`: its options and its two benchmarks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/parameters.hpp"

namespace sluice::cli {

struct BenchOptions {
  std::string model;
  std::vector<std::size_t> shape;
  std::vector<std::string> cell;
  std::size_t projection = 0, batch = 64, steps = 50, threads = 1;
  std::optional<std::size_t> window;  // 0: the state is carried; nothing: the model's own
  double seconds = 3.0;
  bool train = false, recompute = false;
  std::string weights;  // "f32", "f16", "int8"; empty: the model's own, or float32
  std::string json;
};

/// The network of --shape, --cell and --projection. Throws Error(usage) where they contradict.
Architecture architecture_of(const BenchOptions& options);

/// Times training steps and compares them with the machine's peak multiply-add rate.
void bench_train(const BenchOptions& options);
/// Times one row through a stream: the latency from input to output.
void bench_stream(const BenchOptions& options);

}  // namespace sluice::cli
