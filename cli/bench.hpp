// `sluice bench`: what it was asked, and its two halves.
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
  std::optional<std::size_t> window;  // 0: carried
  double seconds = 3.0;
  bool train = false, recompute = false;
  std::string weights;  // "f32", "f16", "int8"; empty: the model's, float32
  std::string json;
};

/// Of --shape, --cell and --projection. Throws Error(usage) where they make none.
Architecture architecture_of(const BenchOptions& options);

/// How fast the network trains, beside what the machine can do at most.
void bench_train(const BenchOptions& options);
/// How soon a stream answers a row.
void bench_stream(const BenchOptions& options);

}  // namespace sluice::cli
