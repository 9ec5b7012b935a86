// A batch in parts, each with activations of its own, for training. A thread takes a part through a
// whole forward and backward pass, in its own cache; threads meet only to add up the parts' sums. A
// batch whose parts would be too small is one part, whose work the threads share. How a batch is
// cut depends on the shapes alone, and so do the bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/function_ref.hpp"
#include "core/threads.hpp"
#include "engine/activations.hpp"
#include "engine/network.hpp"
#include "engine/state_arrays.hpp"

namespace sluice::engine {

class MiniBatch {
 public:
  static constexpr std::size_t kMostParts = 16;

  /// As Activations; the pool must outlive this.
  MiniBatch(const Architecture& architecture, std::size_t steps, std::size_t batch,
            Activations::Use use, bool dropout, ThreadPool& pool,
            std::size_t most_parts = kMostParts);

  std::size_t batch() const { return places_.size(); }
  std::size_t parts() const { return activations_.size(); }
  const Samples& samples(std::size_t part) const { return samples_[part]; }
  /// Rows of a sample of the batch, as Activations has them.
  float* x(std::size_t step, std::size_t sample) { return at(sample).x(step, local(sample)); }
  const float* y(std::size_t step, std::size_t sample) { return at(sample).y(step, local(sample)); }
  float* d_y(std::size_t step, std::size_t sample) { return at(sample).d_y(step, local(sample)); }
  std::size_t x_stride() const { return activations_.front().x_stride; }
  std::size_t y_stride() const { return activations_.front().y_stride; }
  void reset_state(std::size_t sample) { at(sample).reset_state(local(sample)); }
  /// As Activations::set_lengths, [B].
  void set_lengths(std::span<const std::size_t> lengths);
  /// As Activations::set_mask, [T, B].
  void set_mask(std::span<const std::uint8_t> mask);
  /// Lengths and mask are forgotten, every sample starts from the initial state.
  void reset();
  /// h and c of all samples: the state before the first step, and, after a forward pass, the one
  /// after the last step.
  void load_state(const State& state, const Architecture& architecture);
  State last_state(const Architecture& architecture) const;
  std::size_t kept_floats() const;

  /// pass(activations, its samples) for each part, several parts at a time; where there is one
  /// part, the threads share its work. Must not throw.
  void over_parts(FunctionRef<void(Activations&, const Samples&)> pass);
  /// Within a pass: work(0) .. work(tasks - 1), by several threads where there is one part.
  void within_part(std::size_t tasks, FunctionRef<void(std::size_t)> work);
  /// Of the parts, in their order.
  std::span<Activations> activations() { return activations_; }
  /// After Network::backward_sums of all activations: adds the parameters' gradient.
  void add_gradient(const Network& network, std::span<float> gradient) {
    network.add_gradient(activations_, &pool_, gradient);
  }

 private:
  struct Place {
    std::size_t part, sample;
  };

  Activations& at(std::size_t sample) { return activations_[places_[sample].part]; }
  std::size_t local(std::size_t sample) const { return places_[sample].sample; }

  ThreadPool& pool_;
  bool apart_;  // threads take parts, and do not share the one
  bool worth_sharing_;
  std::vector<Samples> samples_;
  std::vector<Activations> activations_;
  std::vector<Place> places_;  // by sample
};

}  // namespace sluice::engine
