// One pass over arrays of the caller's, forward and back: what sluice::Pass does.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/threads.hpp"
#include "engine/mini_batch.hpp"
#include "engine/network.hpp"
#include "sluice/pass.hpp"

namespace sluice::engine {

class ArrayPass {
 public:
  /// Throws Error(usage) for sizes of 0 and where recomputation meets a reverse direction.
  ArrayPass(const Architecture& architecture, const PassOptions& options);

  void forward(const Network& network, const PassInput& input, std::span<float> y);
  /// The state after the last step.
  const State& last_state() const { return last_state_; }
  void backward(const Network& network, const PassGradient& from);

  std::span<const float> gradient() const { return gradient_; }
  std::span<const float> d_x() const { return d_x_; }
  const State& d_first() const { return d_first_; }

 private:
  std::size_t row(std::size_t step, std::size_t sample) const {
    return options_.time_first ? step * options_.batch + sample : sample * options_.steps + step;
  }
  void set_up(const PassInput& input);
  void take_y(const Samples& samples, std::span<float> y);
  void give_d_y(const Samples& samples, std::span<const float> d_y);
  void take_d_x(const Samples& samples);
  void check(const PassInput& input, std::size_t y) const;

  Architecture architecture_;
  PassOptions options_;
  ThreadPool pool_;
  MiniBatch mini_batch_;
  std::vector<std::size_t> lengths_;
  bool went_forward_ = false;
  std::vector<float> gradient_, d_x_;
  State last_state_, d_first_;
};

}  // namespace sluice::engine
