// The complete interface of the kernels: products with packed weights, sums over rows for weight
// gradients, the cell alone and fused with its product, the step of a row for streams, layer norm,
// losses and the optimiser's update. Everything is float32, noexcept and allocation-free. The maths
// of the cell is in docs/math.md.
//
// Rows of activations are padded to whole cache lines (core/aligned.hpp). Gates lie as [4, Hp],
// i|f|g|o, with Hp = padded(H). Padding holds zeros and kernels keep it so, except for gates: gate
// padding is unspecified and only reaches the padding of d_a.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/aligned.hpp"
#include "sluice/cell_options.hpp"

namespace sluice::kernels {

/// How the outputs of a product are laid out in its rows and in its bias.
struct GateLayout {
  /// 0: one after the other. Otherwise rows are gates [4, units], and outputs are counted by
  /// vectors of units, four gates each: i f g o of the first vector, then of the second, and so on.
  /// If the last vector of units is at most half full, its gates share two vectors: i and f, g and
  /// o.
  std::size_t units = 0;
  std::size_t first_half = SIZE_MAX;  ///< The first of the two shared vectors.

  static GateLayout gates(std::size_t hidden, std::size_t lanes) {
    const std::size_t over = hidden % lanes;
    const bool half = lanes >= 8 && over > 0 && over <= lanes / 2;
    return {padded(hidden), half ? 4 * (hidden / lanes) : SIZE_MAX};
  }

  /// Offset of output vector v in a row; the upper half of a shared vector lies `units` further on.
  std::size_t at(std::size_t v, std::size_t lanes) const {
    if (units == 0) return v * lanes;
    if (v >= first_half) return 2 * (v - first_half) * units + first_half / 4 * lanes;
    return (v & 3) * units + (v >> 2) * lanes;
  }
  /// The index of one output, and the number of outputs of `hidden` units.
  std::size_t output(std::size_t gate, std::size_t unit, std::size_t lanes) const {
    const std::size_t first = unit / lanes * 4;  // first vector
    return first * lanes + gate * (first == first_half ? lanes / 2 : lanes) + unit % lanes;
  }
  std::size_t outputs(std::size_t hidden, std::size_t lanes) const {
    if (first_half != SIZE_MAX) return (first_half + 2) * lanes;
    return (hidden + lanes - 1) / lanes * 4 * lanes;
  }
};

/// A weight matrix [outputs, inner] as PackedMatrix (packed_matrix.hpp) lays it out for one
/// instruction set.
struct PackedView {
  const float* data;
  std::size_t outputs;  ///< A multiple of the lanes.
  std::size_t inner;
  GateLayout layout = {};
};

/// out[m, n] = bias[n] + sum over k, in rising order, of a[m, k] * w[n, k]. With `quarters`, k is
/// split into four ranges of (inner + 3) / 4, the last ones shorter, and out = (((bias + first) +
/// second) + third) + fourth. The first sum starts from bias, the others from zero: chains a
/// quarter as long, for a product whose latency matters.
struct Product {
  const float* a;  ///< [rows, inner], rows `a_stride` floats apart.
  std::size_t a_stride;
  std::size_t rows;
  PackedView w;
  const float* bias;  ///< In the outputs' layout; null: zeros.
  float* out;         ///< Rows `out_stride` apart; must not overlap `a`.
  std::size_t out_stride;
  /// The inner index runs over `a_blocks` blocks of a's row, each w.inner / a_blocks long and
  /// `a_block_stride` floats apart: the gates of a padded row.
  std::size_t a_blocks = 1;
  std::size_t a_block_stride = 0;
  /// The range of output vectors to compute, from the start of a panel to the end of one;
  /// last_vector = 0: all.
  std::size_t first_vector = 0, last_vector = 0;
  bool quarters = false;  ///< Only with one block, and not for gates.
  /// Blocks of so many output vectors follow one another from the last to the first; 0: all vectors
  /// in rising order. Known so that what comes next can be prefetched.
  std::size_t falling = 0;
};

/// out[m, n] = bias[n] + the sum over k of a[m, k] * w[n, k] in sixteen lanes (lane_sums-inl.hpp):
/// for so few outputs that a vector of them would be mostly empty.
struct Dots {
  const float* a;  ///< [rows, inner], rows `a_stride` floats apart.
  std::size_t a_stride;
  std::size_t rows;
  const float* w;     ///< [outputs, inner]
  std::size_t inner;  ///< A multiple of 16: both are padded with zeros.
  std::size_t outputs;
  const float* bias;
  float* out;  ///< Rows `out_stride` apart; must not overlap `a`.
  std::size_t out_stride;
};

/// Columns of row-major data, side by side in OuterSum; null data: a column of ones.
struct Columns {
  const float* data;
  std::size_t stride;  ///< Floats from one row to the next.
  std::size_t count;
};

/// c[i, n] += sum over m of a[m, i] * b[m, n]. Rows are summed in rising order within blocks of
/// kOuterBlock; each block's sum is then added to c. `fresh`: overwrites c, no zero fill needed.
struct OuterSum {
  std::span<const Columns> a;  ///< [rows, sum of counts]
  const float* b;              ///< [rows, ..] in the layout.
  std::size_t b_stride;
  GateLayout layout;
  std::size_t vectors;  ///< Number of output vectors n.
  std::size_t rows;
  float* c;  ///< Row i at i * c_stride, output vector v at v * lanes.
  std::size_t c_stride;
  std::size_t first, last;  ///< The range of i to compute.
  float* work;              ///< outer_work(last - first) floats.
  bool fresh = false;
};
inline constexpr std::size_t kOuterBlock = 128;
/// Size of OuterSum::work in floats.
constexpr std::size_t outer_work(std::size_t columns) { return kOuterBlock * (columns + 64); }

/// x := (x - mean) / sqrt(variance + epsilon) * gain, row by row, over all values of the selected
/// gates.
struct Normalise {
  float* x;           ///< [rows, 4Hp] in: values; out: normalised, times the gain.
  float* normalised;  ///< [rows, 4Hp] out: before the gain.
  float* inverse;     ///< [rows] out: 1 / sqrt(variance + epsilon).
  const float* gain;  ///< [4Hp]
  std::size_t rows;
  std::size_t units;   ///< Hp
  std::size_t hidden;  ///< H
  unsigned gates;      ///< Bit k selects gate k (i, f, g, o).
  float epsilon;
};

/// The backward pass of Normalise.
struct NormaliseBackward {
  const float* given;       ///< [rows, 4Hp] the gradient after the gain.
  float* d;                 ///< [rows, 4Hp] the gradient of the values; may be `given`.
  const float* normalised;  ///< [rows, 4Hp]
  const float* inverse;     ///< [rows]
  const float* gain;        ///< [4Hp]
  float* d_gain;            ///< [4Hp], added to.
  std::size_t rows;
  std::size_t units;
  std::size_t hidden;
  unsigned gates;
};

/// What a cell does beyond S1..S7 (sluice/cell_options.hpp), and the parameters for it.
struct CellExtras {
  CellOptions options;
  CellActivations activations;
  const float* bias;      ///< [4Hp] added after a normalisation; null: already in the product.
  const float* peephole;  ///< [4Hp] i|f|0|o, or null.
  const float* gain;      ///< [4Hp] LayerNorm::tflite, or null.
  const float* gain_c;    ///< [Hp] LayerNorm::ba, or null.
  const float* bias_c;    ///< [Hp]
  /// sigmoid(-gate_clip), sigmoid(gate_clip) and tanh(gate_clip) as this table computes them. Where
  /// slopes follow from values, a gate at such a bound has slope 0, whether clipped or rounded to
  /// it.
  float gate_low = 0.0f, gate_high = 1.0f, candidate_high = 1.0f;
};

/// What the backward pass of a cell with extras needs beyond that of the plain cell.
struct CellKept {
  /// [rows, 5Hp] derivatives of i|f|g|o and of S5's function; null: they follow from the values.
  float* slopes;
  float* c_new;       ///< [rows, Hp] the new cell before zoneout; without zoneout it may be c.
  float* normalised;  ///< [rows, 4Hp] tflite: the sums; [rows, Hp] ba: the new cell; else null.
  float* inverse;     ///< [rows, 4] or [rows, 1]
};

/// S1..S7 for `rows` samples of one time step: from sums to gates, cell and hidden state.
struct CellForward {
  float* gates;         ///< [rows, 4Hp] in: W x (and b + R h' where `rh` is null); out: i|f|g|o
  const float* rh;      ///< [rows, 4Hp] b + R h', to be added; or null.
  const float* c_prev;  ///< [rows, Hp]
  std::size_t rows;
  std::size_t units;                   ///< Hp
  std::size_t hidden;                  ///< H
  float* c;                            ///< [rows, Hp]
  float* tanh_c;                       ///< [rows, Hp]
  float* h;                            ///< [rows, Hp] o tanh_c
  const CellExtras* extras = nullptr;  ///< Null: the plain LSTM; the fields below are unused.
  CellKept kept = {};
  const float* zone_c = nullptr;  ///< [rows, Hp] 1 keeps c'; null: the expected value.
  const float* keep_g = nullptr;  ///< [rows, Hp] factors of g; null: all ones.
};

/// B1..B7 for `rows` samples of one time step.
struct CellBackward {
  const float* gates;   ///< [rows, 4Hp] i|f|g|o after squashing
  const float* c_prev;  ///< [rows, Hp]
  const float* tanh_c;  ///< [rows, Hp]
  const float* d_h;     ///< [rows, Hp] the complete gradient at h
  std::size_t rows;
  std::size_t units;   ///< Hp
  std::size_t hidden;  ///< H
  /// [rows, Hp] in: the next step's gradient at c; out: the gradient at c'.
  float* d_c;
  float* d_a;                          ///< [rows, 4Hp] the gradient of the sums; may be `gates`.
  const CellExtras* extras = nullptr;  ///< As in CellForward.
  CellKept kept = {};
  const float* zone_c = nullptr;
  const float* keep_g = nullptr;
  float* d_gain = nullptr;   ///< [4Hp] tflite, [Hp] ba: gradient of the gain, added to
  float* d_shift = nullptr;  ///< [4Hp] tflite, [Hp] ba: gradient of the shift, added to
  float* work = nullptr;     ///< [Hp]
};

/// A range of a layer's units, counted in vectors.
struct UnitVectors {
  std::size_t first, last;
};

/// One forward step of a layer: the recurrent product, with the cell run on each vector of units
/// while its sums are in the cache. S1..S7 of a = (b + sum R h') + (W x). The product's `out` is
/// unused: its sums are added to cell.gates, which has the same layout. The units are visited from
/// the first, or `backwards`. Where the weights exceed the cache, steps should take turns: what one
/// read last, the next reads first and still finds there.
struct StepForward {
  Product recurrent;
  CellForward cell;
  UnitVectors units;
  bool backwards = false;
};

/// One backward step: d_h = above + R^T d_a of the next time step (the product, whose `out` is
/// cell.d_h), then B1..B7. `above` null: d_h is already complete. `units` starts at a panel of the
/// product and ends at a panel or with the last unit.
struct StepBackward {
  Product recurrent;
  const float* above;  ///< [rows, ..] the gradient from the layer above
  std::size_t above_stride;
  CellBackward cell;
  UnitVectors units;
  bool backwards = false;  ///< As in StepForward.
};

/// Splits the vectors of units of RowWeights into groups of at most `most`, as evenly as possible.
/// Computed once: divisions are too slow for a small network's step.
struct RowGroups {
  RowGroups() = default;
  RowGroups(std::size_t vectors_of_all, std::size_t most)
      : count((vectors_of_all + most - 1) / most),
        least(count == 0 ? 0 : vectors_of_all / count),
        larger(vectors_of_all - count * least) {}
  std::size_t vectors(std::size_t group) const { return least + (group < larger ? 1 : 0); }
  std::size_t first(std::size_t group) const {
    return group * least + (group < larger ? group : larger);
  }
  std::size_t count = 0, least = 0, larger = 0;
};

/// How weights are stored, in a model file and in the packed weights of a stream.
enum class WeightType : std::size_t {
  f32,
  f16,   ///< Converted to float32 for all arithmetic.
  int8,  ///< Integers with one scale per output; x and h are quantised too.
};
inline constexpr std::size_t kWeightTypes = 3;

/// int8: activations are integers in +-kActivationSteps. With at most kMostInt8Inner terms, sums
/// are exact in 32 bits.
inline constexpr float kActivationSteps = 32767.0f;
inline constexpr std::size_t kMostInt8Inner = 4096;

/// The packed weights of the gates for one row or a few (row_weights.hpp).
struct RowView {
  const void* data;
  std::size_t inner;
  std::size_t vectors;  ///< Vectors of units.
  RowGroups groups;
  bool half;  ///< The last vector is a half one.
  // Only for int8.
  float per_step = 0.0f;               ///< x is quantised as x * per_step, rounded.
  const float* scale = nullptr;        ///< Per sum, in a row's order: float value of 1.
  const std::int32_t* sums = nullptr;  ///< Per sum, in a row's order: sum of the int8 weights.
};

/// b + R h' of some rows, computed before their x is known. The sums of a row lie as [vectors of
/// units, i|f|g|o, lanes], row after row; a half vector of units has half the lanes.
struct RowSums {
  const float* const* x;  ///< [rows] each [inner]: h'
  std::size_t rows;
  RowView w;
  const float* bias;  ///< In the order of a row's sums.
  float* sums;        ///< [rows, RowWeights::places()]
};

/// S1..S7 of some rows of the plain LSTM: a = recurrent + W x. Whole vectors of units of c and h
/// are read and written, and half of a half vector; what lies beyond is untouched.
struct RowStep {
  const float* const* x;  ///< [rows] each [inner]
  std::size_t rows;
  RowView w;
  const float* recurrent;  ///< The output of RowSums.
  float* const* c;         ///< [rows] each [vectors of units] in: c', out: c
  float* const* h;         ///< [rows] each [vectors of units] out; must not be an `x`
};

/// Both for one row and one group of units: all that does not change from row to row. W x may be
/// summed first or last; the bits are those of RowSums and RowStep.
struct WholeStep {
  const float* const* x;  ///< Points to the row's x [x_inner].
  const float* h_before;  ///< h' [h_inner]
  std::size_t x_inner, h_inner;
  const void *w, *r;  ///< The group's weights.
  const float* bias;  ///< In the order of a row's sums, from the group's first on; so are c and h.
  float* c;           ///< in: c', out: c
  float* h;           ///< Must not be `x`; nor `h_before`, if a later group reads that.
};
using RunWholeStep = void (*)(const WholeStep&, bool input_first) noexcept;

/// Row kernels for one weight type. int8: x is quantised to q = x * per_step, rounded to nearest
/// even and clamped to +-kActivationSteps. The sum of q times the weights is exact; it is converted
/// to float and multiplied by `scale`. q and its sums are the same on every processor. A NaN in x
/// makes all sums of its row NaN.
struct RowKernels {
  std::size_t vectors;  ///< Most vectors of units per group of RowWeights.
  std::size_t depth;    ///< Consecutive weights of one output.
  bool halves;          ///< Whether the last vector of units may be a half.
  void (*sums)(const RowSums&) noexcept;
  void (*step)(const RowStep&) noexcept;
  /// The code for a group of so many sum vectors, four for each of its vectors of units; for a half
  /// one two. Null for int8.
  RunWholeStep (*whole_step)(std::size_t sums) noexcept;
};

/// to[c, r] := from[r, c]; with `add`, +=.
struct Transpose {
  const float* from;  ///< [rows, columns], rows `from_stride` floats apart.
  std::size_t from_stride, rows, columns;
  float* to;  ///< [columns, rows], rows `to_stride` floats apart.
  std::size_t to_stride;
  bool add = false;
};

/// Returns the sum over `count` outputs of max(q (t - y), (q - 1) (t - y)), where q is the output's
/// level, and writes its gradient. A NaN target contributes 0.
struct Pinball {
  const float *y, *target, *level;
  float* d_y;  ///< May be y.
  std::size_t count;
};

/// Returns the sum over [rows, count] of (y - target)^2 and writes d_y = share * (y - target).
struct SquaredError {
  const float *y, *target;
  float* d_y;
  std::size_t y_stride, target_stride, d_y_stride, rows, count;
  float share;
};

/// One Adam step on `count` parameters, by PyTorch's formulas. Constants of the step are
/// precomputed.
struct AdamUpdate {
  float* parameters;
  const float* gradient;
  float *first, *second;  ///< Moments.
  std::size_t count;
  float scale;  ///< Factor of the gradient, for clipping.
  float decay;  ///< Adam's weight decay: times the parameter, added to the gradient.
  float keep;   ///< AdamW's weight decay: factor of the parameter.
  float beta1, beta2, new1, new2;  ///< new = 1 - beta
  float step;                      ///< rate / (1 - beta1^t)
  float shrink;                    ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
};

/// The kernels of one instruction set.
struct KernelTable {
  std::string_view name;  ///< "portable", "sse4", "avx2", "avx512", "avx512vnni" or "neon"
  std::size_t lanes;      ///< Floats in a vector.
  std::size_t panel;      ///< Outputs per panel of packed weights.
  void (*multiply)(const Product&) noexcept;
  void (*dots)(const Dots&) noexcept;
  void (*add_outer)(const OuterSum&) noexcept;
  void (*step_forward)(const StepForward&) noexcept;
  void (*step_backward)(const StepBackward&) noexcept;
  void (*cell_forward)(const CellForward&) noexcept;
  void (*cell_backward)(const CellBackward&) noexcept;
  void (*normalise)(const Normalise&) noexcept;
  void (*normalise_backward)(const NormaliseBackward&) noexcept;
  std::array<RowKernels, kWeightTypes> rows;  ///< Indexed by WeightType.
  void (*transpose)(const Transpose&) noexcept;
  float (*pinball)(const Pinball&) noexcept;
  float (*squared_error)(const SquaredError&) noexcept;
  void (*adam)(const AdamUpdate&) noexcept;
  void (*sigmoid)(const float* x, float* y, std::size_t count) noexcept;  ///< y may be x.
  void (*tanh)(const float* x, float* y, std::size_t count) noexcept;     ///< y may be x.
  /// Runs `rounds` times 12 vector multiply-adds on registers alone, to measure the peak rate.
  /// Returns a value that depends on all of them.
  float (*multiply_adds)(std::size_t rounds) noexcept;

  const RowKernels& row(WeightType weights) const {
    return rows[static_cast<std::size_t>(weights)];
  }
};

/// The tables this processor can run, slowest first; never empty.
std::span<const KernelTable> available();

/// The fastest available table, or the one named by the environment variable SLUICE_ISA. Decided at
/// the first call. Throws Error(usage) if the named table is not available.
const KernelTable& chosen();

}  // namespace sluice::kernels
