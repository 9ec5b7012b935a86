// The network: stacked LSTM layers, of one direction or of both, and a linear head, float32,
// forward and backward through time. The equations are in docs/math.md; src/reference/ computes the
// same in double precision and is what this is tested against. One direction of a layer is in
// layer.hpp, layer_forward.hpp and layer_backward.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/activations.hpp"
#include "engine/head.hpp"
#include "engine/layer.hpp"
#include "engine/noise.hpp"
#include "engine/storage.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"
#include "model/parameters.hpp"

namespace sluice::engine {

class Network {
 public:
  /// Parameters start at zero. Throws Error(usage) as check(Architecture).
  explicit Network(Architecture architecture,
                   const kernels::KernelTable& kernels = kernels::chosen());

  const Architecture& architecture() const { return architecture_; }
  const kernels::KernelTable& kernels() const { return *kernels_; }
  const std::vector<Parameter>& list() const { return list_; }
  std::size_t count() const { return parameters_.size(); }
  std::span<const float> parameters() const { return parameters_; }
  /// Replaces all parameters ([count()] floats) and packs them for the kernels.
  void set_parameters(std::span<const float> parameters);
  /// To be changed in place; call pack() afterwards.
  std::span<float> parameters() { return parameters_; }
  /// Packs the parameters for the kernels; with a pool its threads share the work.
  void pack(ThreadPool* pool = nullptr);
  /// set_parameters with the values that are stored smaller: whole numbers times their scales, or
  /// float16. Int8 weights are inference only. Throws Error(usage) as check_int8.
  void set_stored(std::span<const float> parameters, Storage storage);
  /// How the matrices are stored; float32 after pack.
  const Storage& storage() const { return storage_; }
  /// The values of a tensor, and the scales of a matrix's rows, in the only direction of a layer
  /// (for the head: any layer); null where there are none.
  const float* tensor(Role role, std::size_t layer) const;
  const float* scales(Role role, std::size_t layer) const;
  /// The packed linear output layer; only if the architecture has one.
  const Head& head() const { return head_; }
  /// DropConnect: weights of R are dropped at the options' rate until the next pack().
  void drop_connections(std::uint64_t seed);
  /// DropConnect's factors of R, [G H, P], of a direction of a layer (as Activations::layers counts
  /// them); empty: none are dropped.
  const std::vector<float>& kept_connections(std::size_t index) const {
    return layers_[index].kept_connections();
  }

  /// From activations.x and the state before the first step to activations.y and every layer's
  /// activations. The state after the last step is at h[longest()], c[longest()], unless
  /// activations are recomputed. With `noise`: as in training.
  void forward(Activations& activations) const noexcept;
  void forward(Activations& activations, const Noise& noise) const noexcept;

  /// Computes ahead what does not depend on x: b + R h' of every layer, for the next pass without
  /// noise over activations of one step (Activations::make_room_to_prepare, set_prepared). The bits
  /// are the same.
  void prepare(Activations& activations) const noexcept;

  /// After forward() with noise on the same activations: from d_y, d_h_last and d_c_last to
  /// d_h_first, d_c_first and, where wanted, d_x; adds the parameters' gradient to `gradient`
  /// ([count()]). Overwrites the gates.
  void backward(Activations& activations, std::span<float> gradient) const noexcept {
    backward_sums(activations);
    add_gradient({&activations, 1}, nullptr, gradient);
  }
  /// The same in two calls: backward_sums() leaves the sums over rows in the activations,
  /// add_gradient() adds those of several parts of a batch, one after the other, to the gradient;
  /// with a pool its threads share the work.
  void backward_sums(Activations& activations) const noexcept;
  void add_gradient(std::span<Activations> parts, ThreadPool* pool,
                    std::span<float> gradient) const noexcept;

 private:
  std::span<const Parameter> of_direction(std::size_t layer, std::size_t direction) const;
  void pack_head();

  // Forward. `steps` are counted from the first that is kept, Activations::base().
  void run(Activations& activations, const Noise* noise) const noexcept;
  void run_steps(Activations& activations, const Noise* noise, Steps of_all) const noexcept;
  void run_layer(std::size_t layer, const RowsView& input, Activations& activations, Steps steps,
                 bool training) const noexcept;
  void draw_noise(std::size_t index, const Noise& noise, Activations& activations,
                  Steps steps) const noexcept;
  void drop_out(std::size_t layer, const Noise& noise, Activations& activations,
                Steps steps) const noexcept;
  void combine(std::size_t layer, const RowsView& input, Activations& activations,
               Steps steps) const noexcept;
  void head_forward(Activations& activations, Steps steps) const noexcept;
  // What a layer reads, and what a direction of it reads; what the head reads.
  static RowsView input_of(std::size_t layer, const Activations& activations) noexcept;
  static RowsView direction_input(const RowsView& input, const Layer& layer,
                                  const Activations& activations, LayerActivations& own,
                                  Steps steps, bool training) noexcept;
  bool by_units(std::size_t layer, Activations& activations, Steps steps,
                bool training) const noexcept;
  double flop(std::size_t layer, const Activations& activations, Steps steps) const noexcept;

  // Backward, for the steps of a segment.
  void segment_backward(Activations& activations, Steps steps) const noexcept;
  void head_backward(Activations& activations, Steps steps) const noexcept;
  void layer_backward(std::size_t layer, Activations& activations, Steps steps) const noexcept;
  void layer_sums(std::size_t layer, Activations& activations, Steps steps) const noexcept;
  const float* arriving(std::size_t layer, const Activations& activations,
                        Steps steps) const noexcept;
  void separate(std::size_t layer, Activations& activations, Steps steps) const noexcept;
  void hand_down(std::size_t layer, Activations& activations, Steps steps) const noexcept;
  void hand_down_directions(std::size_t layer, Activations& activations,
                            Steps steps) const noexcept;
  float* below(std::size_t layer, Activations& activations, Steps steps) const noexcept;
  void head_gradient(const Activations& activations, float* gradient) const noexcept;
  // The same for some steps of a segment.
  void arrive(std::size_t layer, Activations& activations, Steps of_segment,
              Steps steps) const noexcept;
  void hand_down_steps(std::size_t layer, Activations& activations, Steps of_segment,
                       Steps steps) const noexcept;
  void add_residual(std::size_t layer, Activations& activations, Steps of_segment,
                    Steps steps) const noexcept;

  // The layers over pieces of the steps at a time, each by another thread (network_wavefront.cpp).
  bool layers_apart(const Activations& activations, Steps steps) const noexcept;
  void forward_wavefront(Activations& activations, const Noise* noise, Steps steps) const noexcept;
  void backward_wavefront(Activations& activations, Steps steps) const noexcept;
  std::size_t directions() const { return architecture_.directions(); }

  Architecture architecture_;
  const kernels::KernelTable* kernels_;
  std::vector<Parameter> list_;
  std::vector<float> parameters_;
  Storage storage_;
  std::vector<Layer> layers_;  // layer 0 forward, layer 0 reverse, layer 1 forward, ..
  Head head_;
  kernels::PackedMatrix head_transposed_;  // [inputs padded, O], for the backward pass
};

}  // namespace sluice::engine
