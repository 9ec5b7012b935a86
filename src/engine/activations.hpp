// Activations and scratch buffers of one pass: allocated once for T steps of B samples, used again
// and again. Nothing is allocated during a pass.
//
// The backward pass goes over segments of time, the last first. Their length depends on the shapes
// alone, and with it the order of the sums over rows. Activations that recompute keep the states at
// the segments' boundaries (checkpoints) and the activations of one segment; each segment is run
// forward again before its backward pass: the same sums in the same order, the same bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/batch_slices.hpp"
#include "engine/layer_activations.hpp"
#include "engine/rows_view.hpp"
#include "engine/sequence_layout.hpp"
#include "engine/work_sharing.hpp"

namespace sluice::engine {

/// The noise of a training pass: dropout between layers at this rate, and what the options of the
/// cell ask for.
struct Noise {
  /// Dropout on what each layer hands upward (to the next layer and to the head), not on the
  /// recurrence; in [0, 1), 0: none.
  float dropout = 0.0f;
  std::uint64_t seed = 0;
  std::size_t first_sample = 0;  ///< The number of the first sample in the whole batch.
  /// Nothing is drawn: every factor is its mean, which is 1, zoneout's the chance. So a pass that
  /// can go back computes what inference does.
  bool expected = false;
};

class Activations : public SequenceLayout {
 public:
  enum class Use {
    forward_only,
    with_backward,
    /// With backward; keeps the activations of one segment only. Not with a reverse direction.
    recompute
  };

  /// Throws Error(usage) where the architecture does not allow `use`.
  Activations(const Architecture& architecture, std::size_t steps, std::size_t batch, Use use,
              bool dropout = false);

  /// Fewer steps than there is room for; lengths and mask are forgotten.
  void set_steps(std::size_t steps);
  /// Fewer samples than there is room for, all in the initial state; lengths and mask are
  /// forgotten. Inference only.
  void set_batch(std::size_t batch);

  /// The work of passes is shared among the pool's threads; it must outlive this. Without: the
  /// caller's thread alone. The bits are the same.
  void share(ThreadPool& pool);
  const WorkSharing& sharing() const { return sharing_; }
  const std::vector<Samples>& slices() const { return slices_; }

  float* x(std::size_t step, std::size_t sample) {
    return x_.data() + (step * batch() + sample) * x_stride;
  }
  /// Reads x from the caller's array instead, [I] floats a row. Inference only.
  void borrow_x(const RowsView& x) { borrowed_x_ = x; }
  const float* y(std::size_t step, std::size_t sample) const {
    const float* rows = y_.empty() ? handed_up(between.size() - 1) : y_.data();
    return rows + (step * batch() + sample) * y_stride;
  }
  /// d loss / d y. The caller fills all of it, zeros included, before Network::backward.
  float* d_y(std::size_t step, std::size_t sample) {
    return d_y_.data() + (step * batch() + sample) * y_stride;
  }
  /// Allocates what Network::prepare needs, for activations of one step.
  void make_room_to_prepare();
  /// Whether what Network::prepare left here belongs to the state before the next pass.
  void set_prepared(bool prepared) { prepared_ = prepared; }

  /// Whether to compute d_x; not unless this was called.
  void want_d_x(bool wanted);
  float* d_x(std::size_t step, std::size_t sample) {
    return d_x_.data() + (step * batch() + sample) * d_x_stride;
  }

  /// As SequenceLayout::set_lengths.
  void set_lengths(std::span<const std::size_t> lengths);
  /// SequenceLayout::running of step `step` of those that are kept.
  Samples running(std::size_t step, const Samples& samples, bool reverse) const {
    return SequenceLayout::running(base_ + step, samples, reverse);
  }

  /// State before the first step := the initial one (0, or what is learned), of all samples or one.
  void reset_state();
  void reset_state(std::size_t sample);
  /// State before the first step := state after the last one.
  void carry_state();
  /// After a forward pass: the rows [B, Pp] and [B, Hp] of a layer's state after the last step.
  const float* last_h(const LayerActivations& layer) const;
  const float* last_c(const LayerActivations& layer) const;
  /// State before the first step is what the caller has written to h and c.
  void give_state();
  /// Whether a sample starts from the initial state.
  bool fresh(std::size_t sample) const { return fresh_[sample] != 0; }

  /// Floats that are kept for the backward pass, over all layers.
  std::size_t kept_floats() const;

  std::size_t x_stride;                  ///< row_stride(I)
  std::size_t d_x_stride;                ///< padded(I)
  std::size_t y_stride;                  ///< padded(width)
  std::vector<LayerActivations> layers;  ///< Layer 0 forward, layer 0 reverse, layer 1 forward, ..
  std::vector<BetweenLayers> between;    ///< By layer.

  bool prepared() const { return prepared_; }
  bool recomputes() const { return kept_ < room_; }
  /// The number of the first step that is kept, of all.
  std::size_t base() const { return base_; }
  /// The range of all steps that a range of those that are kept is.
  Steps of_all(Steps steps) const { return {base_ + steps.first, base_ + steps.last}; }

 private:
  friend class Network;

  RowsView x_view() const {
    if (borrowed_x_.data != nullptr) return borrowed_x_;
    return {x_.data(), batch() * x_stride, x_stride};
  }
  /// What a layer hands upward, from the first step that is kept.
  const float* handed_up(std::size_t layer) const {
    const BetweenLayers& above = between[layer];
    if (!above.out.empty()) return above.out.data();
    return layers[layer].h.data() + batch() * above.stride;  // there is one direction
  }
  std::size_t segments() const { return (longest() + segment_ - 1) / segment_; }
  /// Segment number `index` of the steps that are run.
  Steps segment(std::size_t index) const {
    const std::size_t first = index * segment_;
    return {first, std::min(first + segment_, longest())};
  }
  /// Checkpoints the state after `step` of those that are kept at a segment boundary; and restores
  /// it as the state before the first.
  void save_boundary(std::size_t index, std::size_t step);
  void restore_boundary(std::size_t index);

  void cut_slices() { slices_ = slice_rule_.cut(batch(), sharing_.threads()); }

  std::size_t room_;            // the most steps
  std::size_t segment_, kept_;  // steps of a segment, steps that are kept at a time
  std::size_t base_ = 0;
  bool wants_d_x_ = false, prepared_ = false;
  SliceRule slice_rule_;
  WorkSharing sharing_;
  std::optional<Noise> noise_;  // of the last pass
  std::vector<Samples> slices_;
  std::vector<FloatVector> outer_work_;  // by task of a sum over rows
  std::vector<std::uint8_t> fresh_;
  RowsView borrowed_x_{};
  FloatVector x_, d_x_;  // [T, B, ..]
  FloatVector y_, d_y_;  // [T, B, Op]; y_ is empty where it is what the last layer hands upward
  FloatVector d_input_;  // [K, B, Ip] of one direction
  FloatVector d_head_;   // sums of the columns h and 1 by Op
};

}  // namespace sluice::engine
