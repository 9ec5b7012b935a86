// What the streaming workers in C++ share: the case that run.py wrote, and the talk over stdin and
// stdout. A worker makes an Engine; the protocol is in bench/README.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice::bench {

/// A net I -> H x L -> 1 and its rows.
struct StreamCase {
  std::filesystem::path folder;
  std::size_t input = 0, hidden = 0, layers = 0, rows = 0;
  std::vector<float> x;  ///< [rows, I]

  /// A tensor by PyTorch's name, row-major, from NAME.npy.
  std::vector<float> tensor(const std::string& name) const;
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  virtual void reset() = 0;
  /// y [1] of one row, the state going on.
  virtual float push(const float* x) = 0;
  virtual nlohmann::json about() const = 0;
};

using MakeEngine = std::unique_ptr<Engine> (*)(const StreamCase& stream_case);

/// The whole of main for `WORKER CASE_DIR`: writes NAME.y.npy of all rows from the initial state,
/// then answers the driver until `quit`. Denormals are flushed.
int run_stream_worker(int argc, char** argv, const std::string& name, MakeEngine make);

}  // namespace sluice::bench
