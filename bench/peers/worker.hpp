// What the workers in C++ share: the case that the driver (run.py) wrote, the loss, the files by
// which gradients are compared, and the talk over stdin and stdout. The training step itself is the
// worker's own. The protocol is in bench/README.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice::bench {

/// A problem: I -> H x L, T steps of B samples.
struct Case {
  std::filesystem::path folder;
  std::size_t steps = 0, batch = 0, input = 0, hidden = 0, layers = 0;
  std::vector<float> x;       ///< [T, B, I]
  std::vector<float> target;  ///< [T, B, H]

  std::size_t outputs() const { return steps * batch * hidden; }
  std::size_t layer_input(std::size_t layer) const { return layer == 0 ? input : hidden; }
};

/// A parameter of a layer, row-major as PyTorch has it; gates i, f, g, o.
struct Tensor {
  std::vector<std::size_t> shape;  ///< [4H, I], [4H, H] or [4H]
  std::vector<float> values;
};
enum class Kind { weight_ih, weight_hh, bias };

Case read_case(const std::filesystem::path& folder);
Tensor read_tensor(const Case& test_case, Kind kind, std::size_t layer);

/// One row of the loss, the mean over `outputs` of 0.5 (y - target)^2: answers the row's sum of
/// (y - target)^2, writes its part of the gradient.
inline float row_loss(const float* y, const float* target, std::size_t units, float per_output,
                      float* d_y) {
  float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
  for (std::size_t j = 0; j < units; ++j) {
    const float difference = y[j] - target[j];
    d_y[j] = per_output * difference;
    sum += difference * difference;
  }
  return sum;
}

/// A training step as a worker does it.
class Trainer {
 public:
  Trainer() = default;
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  virtual ~Trainer() = default;

  /// Forward and backward from the present weights; answers the loss.
  virtual double forward_backward() = 0;
  /// Adam with the gradient of forward_backward, and whatever the weights need for the next step.
  virtual void update() = 0;
  /// The gradient of forward_backward.
  virtual Tensor gradient(Kind kind, std::size_t layer) const = 0;
  /// For the record: version, threads in use, choices made.
  virtual nlohmann::json about() const = 0;
};

using MakeTrainer = std::unique_ptr<Trainer> (*)(const Case& test_case, std::size_t threads);

/// The whole of main for `WORKER CASE_DIR THREADS`: writes loss and gradients of the first step to
/// the case's folder under `name`, then answers the driver until `quit`. Denormals are flushed.
int run_worker(int argc, char** argv, const std::string& name, MakeTrainer make);

}  // namespace sluice::bench
