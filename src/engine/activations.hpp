// All that one forward pass leaves behind for the backward pass, and the room that both need: made
// once for T steps of B samples, used again and again. Nothing is allocated during a pass.
//
// The way back goes over segments of time, the last first, whose length depends on the shapes
// alone: so do the sums over rows that gradients are. the activations that recomputes keeps the
// states at the segments' ends and one segment's activations, and runs each segment forward again
// before it goes back through it: the same sums in the same order, the same bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/aligned.hpp"
#include "core/threads.hpp"
#include "model/parameters.hpp"

namespace sluice::engine {

/// Rows of floats, one for each step and sample.
struct RowsView {
  const float* data;
  std::size_t step_stride;    ///< Floats from a step to the next, of one sample.
  std::size_t sample_stride;  ///< Floats from a sample to the next, of one step.
  const float* row(std::size_t step, std::size_t sample) const {
    return data + step * step_stride + sample * sample_stride;
  }
  /// The same rows from a later step on.
  RowsView from(std::size_t step) const {
    return {data + step * step_stride, step_stride, sample_stride};
  }
};

/// A range of steps, of samples.
struct Steps {
  std::size_t first, last;
  std::size_t count() const { return last - first; }
};
struct Samples {
  std::size_t first, last;
  std::size_t number;  ///< Of this slice of the batch.
  std::size_t count() const { return last - first; }
};

/// Floats from a row of x to the next: the inputs rounded up to a power of two, or to whole cache
/// lines. Rows of a few inputs lie close together: they are read from front to back, and one value
/// in a cache line would cost as much as sixteen.
constexpr std::size_t row_stride(std::size_t inputs) {
  return inputs < kLineFloats ? std::bit_ceil(inputs) : padded(inputs);
}

/// How a batch is cut into slices, each of which a thread takes through all steps.
class SliceRule {
 public:
  explicit SliceRule(const Architecture& architecture);
  /// As few as keep a slice's step in the cache beside R, but one for each thread where a slice
  /// then still fills a few tiles of the products.
  std::vector<Samples> cut(std::size_t batch, std::size_t threads) const;

 private:
  std::size_t widest_;  // H of the widest layer
  bool fixed_;          // sums by slice: their cut must not depend on the threads
};

/// What a training pass draws: dropout between layers by this rate, the rest by the options of the
/// cell.
struct Noise {
  /// Dropout on what each layer hands upward (to the next layer and to the head), not on the
  /// recurrence; in [0, 1), 0: none.
  float dropout = 0.0f;
  std::uint64_t seed = 0;
  /// Nothing is drawn: every factor is its mean, which is 1, zoneout's the chance. So a pass that
  /// can go back computes what inference does.
  bool expected = false;
  std::size_t first_sample = 0;  ///< The activations' first sample's number in the whole batch.
};

/// One direction of one layer. Rows of H floats are padded to Hp = padded(H), of P floats to Pp,
/// gates lie as [4, Hp]; padding holds zeros, but for that of the gates. Steps stand in the order
/// in which they run: the reverse direction's first is each sequence's last. K is the number of
/// steps that are kept at a time: all T, or a segment's.
struct LayerActivations {
  std::size_t units;        ///< Hp
  std::size_t state_units;  ///< Pp
  FloatVector
      gates;      ///< [K, B, 4Hp] W x, then i|f|g|o, then (backward) the gradient before squashing
  FloatVector c;  ///< [K+1, B, Hp] c[0] is the state before the first step
  FloatVector tanh_c;  ///< [K, B, Hp]
  FloatVector h;       ///< [K+1, B, Pp] h[0] is the state before the first step
  FloatVector d_h;     ///< [K, B, Pp] what arrives at h from above, where that is not d_out itself
  FloatVector d_h_last,
      d_c_last;  ///< [B, Pp], [B, Hp] what arrives at the last state from the steps after (or
                 ///< zeros)
  FloatVector d_h_first, d_c_first;  ///< [B, Pp], [B, Hp] what goes on to the first state

  // Only where an option needs them.
  FloatVector x;            ///< [K, B, Ip] the input reversed, or times keep_x
  FloatVector h_seen;       ///< [K, B, Pp] h' times keep_h
  FloatVector emitted;      ///< [K, B, Hp] o tanh_c, where h is made of it
  FloatVector projected;    ///< [K, B, Pp] W_hr o tanh_c, before it is clipped
  FloatVector d_projected;  ///< [K, B, Pp] the gradient there
  FloatVector slopes, c_new, normalised, inverse;  ///< kernels::CellKept, of each step
  FloatVector normalised_x, inverse_x;             ///< [K, B, 4Hp], [K, B] LayerNorm::ba of W x
  FloatVector normalised_h, inverse_h;             ///< the same of R h'
  FloatVector d_weight_hh;  ///< [G H, P] its gradient before DropConnect's factors
  FloatVector d_recurrent;  ///< [K, B, 4Hp] LayerNorm::ba: the gradient at R h'
  /// [slices, 4Hp] of the gains, of what is added after them, and ba: of the bias
  FloatVector d_gain, d_gain_x, d_gain_h, d_shift, d_bias;
  // Training noise.
  FloatVector zone_c, zone_h;  ///< [K, B, Hp], [K, B, Pp] 1: the old value stays
  FloatVector keep_g;          ///< [K, B, Hp] factors, 0 or 1/(1-p)
  FloatVector keep_h, keep_x;  ///< [B, Pp], [B, Ip]

  // Room of one step.
  FloatVector recurrent;           ///< [B, 4Hp] b + R h', where it stands apart: ba, prepared
  FloatVector d_h_now;             ///< [B, Pp] all that arrives at h
  FloatVector d_h_zoned;           ///< [B, Pp] what zoneout hands on to h'
  FloatVector d_emitted;           ///< [B, Hp] what arrives at o tanh_c
  FloatVector d_h_kept, d_c_kept;  ///< [B, Pp], [B, Hp] what passes a step that carries the state
  FloatVector work;                ///< [slices, Hp]
  // Sums over all rows: of the columns x, h' and 1 by the gates' places in packed weights, of the
  // columns o tanh_c and 1 by Pp, and of the peepholes [4Hp] (ba: of each slice).
  FloatVector d_weights, d_projection, d_peephole;

  // Boundaries of segments, where the activations are recomputed: [segments + 1, B, ..].
  FloatVector h_at, c_at;
};

/// What lies between a layer and the next, [K, B, padded(width of the layer)] each, in time's
/// order.
struct BetweenLayers {
  std::size_t stride;
  FloatVector out;    ///< What the layer hands upward; empty where that is h as it stands
  FloatVector keep;   ///< Dropout's factors, 0 or 1/(1-p); empty without
  FloatVector d_out;  ///< [steps of a segment, ..] What arrives at `out`
};

/// A step's part of an array that is empty where no option needs it.
inline const float* row_or_null(const FloatVector& array, std::size_t first) {
  return array.empty() ? nullptr : array.data() + first;
}

class Activations {
 public:
  enum class Use {
    forward_only,
    with_backward,
    recompute  ///< With backward; keeps a segment's activations alone. Not with a reverse
               ///< direction.
  };

  /// Throws Error(usage) where `use` does not go with the architecture.
  Activations(const Architecture& architecture, std::size_t steps, std::size_t batch, Use use,
              bool dropout = false);

  std::size_t steps() const { return steps_; }
  std::size_t batch() const { return batch_; }
  /// Fewer steps than the activations has room for; the batch stays, lengths and mask are
  /// forgotten.
  void set_steps(std::size_t steps);
  /// Fewer samples than the activations has room for, all in the initial state; lengths and mask
  /// are forgotten. For the activations without a way back.
  void set_batch(std::size_t batch);

  /// Floating-point operations below which a second thread gains nothing: it must be called, and
  /// fetch what another has written.
  static constexpr double kWorthSharing = 5e6;
  /// The work of passes on this activations is shared among the pool's threads; it must outlive the
  /// activations. Without: the caller's thread alone. The bits are the same.
  void share(ThreadPool& pool);

  float* x(std::size_t step, std::size_t sample) {
    return x_.data() + (step * batch_ + sample) * x_stride;
  }
  /// Reads x from the caller's array instead, [I] floats a row; for a pass without its way back.
  void borrow_x(const RowsView& x) { borrowed_x_ = x; }
  const float* y(std::size_t step, std::size_t sample) const {
    const float* rows = y_.empty() ? handed_up(between.size() - 1) : y_.data();
    return rows + (step * batch_ + sample) * y_stride;
  }
  /// The loss's gradient by y, which the caller fills before Network::backward; all of it, zeros
  /// included.
  float* d_y(std::size_t step, std::size_t sample) {
    return d_y_.data() + (step * batch_ + sample) * y_stride;
  }
  /// Room for Network::prepare, on the activations of one step.
  void make_room_to_prepare();
  /// Whether what Network::prepare left here is the state's before the next pass; false at first.
  void set_prepared(bool prepared) { prepared_ = prepared; }

  /// Whether the way back goes on to x; it does not before this was called.
  void want_d_x(bool wanted);
  float* d_x(std::size_t step, std::size_t sample) {
    return d_x_.data() + (step * batch_ + sample) * d_x_stride;
  }

  /// Steps of each sample, [B] each at most steps(). Later ones are not run: their outputs are
  /// zeros, what x and d_y hold there is not read.
  void set_lengths(std::span<const std::size_t> lengths);
  /// [T, B] false: the step carries the sample's state, and its output is the h carried.
  void set_mask(std::span<const std::uint8_t> mask);
  /// Steps that some sample runs.
  std::size_t longest() const { return longest_; }
  std::size_t length(std::size_t sample) const {
    return lengths_.empty() ? steps_ : lengths_[sample];
  }
  bool all_run() const { return lengths_.empty() && mask_.empty(); }
  /// The smallest range of the samples that holds all of them that run a direction's step, counted
  /// from the first that is kept. Where samples are sorted by length it holds no other.
  Samples running(std::size_t step, Samples samples, bool reverse) const;
  /// The time of a direction's step number `position`.
  std::size_t time(std::size_t position, std::size_t sample, bool reverse) const {
    const std::size_t end = length(sample);
    return reverse && position < end ? end - 1 - position : position;
  }
  bool runs(std::size_t time, std::size_t sample) const {
    return time < length(sample) && (mask_.empty() || mask_[time * batch_ + sample] != 0);
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

  /// Floats of activations that are kept for the way back, over all layers.
  std::size_t kept_floats() const;

  std::size_t x_stride;                  ///< row_stride(I)
  std::size_t d_x_stride;                ///< padded(I)
  std::size_t y_stride;                  ///< padded(width)
  std::vector<LayerActivations> layers;  ///< Layer 0 forward, layer 0 reverse, layer 1 forward, ..
  std::vector<BetweenLayers> between;    ///< By layer.

 private:
  friend class Network;
  friend class Layer;

  RowsView x_view() const {
    if (borrowed_x_.data != nullptr) return borrowed_x_;
    return {x_.data(), batch_ * x_stride, x_stride};
  }
  /// What a layer hands upward, from the first step that is kept.
  const float* handed_up(std::size_t layer) const {
    const BetweenLayers& above = between[layer];
    if (!above.out.empty()) return above.out.data();
    return layers[layer].h.data() + batch_ * above.stride;  // as it stands: there is one direction
  }
  bool prepared() const { return prepared_; }
  bool recomputes() const { return kept_ < room_; }
  std::size_t segments() const { return (longest_ + segment_ - 1) / segment_; }
  /// Segment number `index` of the steps that are run.
  Steps segment(std::size_t index) const {
    const std::size_t first = index * segment_;
    return {first, first + segment_ < longest_ ? first + segment_ : longest_};
  }
  /// Where the first step that is kept stands among all.
  std::size_t base() const { return base_; }
  /// Steps counted from that one, counted from the first of all.
  Steps of_all(Steps steps) const { return {base_ + steps.first, base_ + steps.last}; }
  /// Number of a boundary := state `step` of what is kept; and the reverse, to the first.
  void save_boundary(std::size_t index, std::size_t step);
  void restore_boundary(std::size_t index);

  const std::vector<Samples>& slices() const { return slices_; }
  std::size_t threads() const { return pool_ == nullptr ? 1 : pool_->threads(); }
  /// Into how many parts work of so many operations is cut: one for each thread, or one in all.
  std::size_t parts(double flop) const { return flop >= kWorthSharing ? threads() : 1; }
  /// work(0) .. work(tasks - 1), on the pool's threads where `flop` in all is worth that.
  void for_each(std::size_t tasks, double flop, FunctionRef<void(std::size_t)> work) const;
  /// for_each over ranges of `count` things, several of at least `least` for each thread.
  void for_ranges(std::size_t count, std::size_t least, double flop,
                  FunctionRef<void(std::size_t, std::size_t)> work) const;
  void cut_slices() { slices_ = slice_rule_.cut(batch_, threads()); }

  std::size_t steps_, batch_, longest_, room_;  // room_: the most steps
  std::size_t segment_, kept_, base_ = 0;
  bool wants_d_x_ = false, prepared_ = false;
  SliceRule slice_rule_;
  ThreadPool* pool_ = nullptr;
  std::optional<Noise> noise_;  // of the last pass
  std::vector<Samples> slices_;
  std::vector<FloatVector> outer_work_;  // by task of a sum over rows
  std::vector<std::size_t> lengths_;
  std::vector<std::uint8_t> mask_, fresh_;
  RowsView borrowed_x_{};
  FloatVector x_, d_x_;  // [T, B, ..]
  FloatVector y_, d_y_;  // [T, B, Op]; y_ is empty where it is what the last layer hands upward
  FloatVector d_input_;  // [K, B, Ip] of one direction
  FloatVector d_head_;   // sums of the columns h and 1 by Op
};

}  // namespace sluice::engine
