// The kernels' whole interface: products with packed weights, the gradients' sums over rows, the
// cell with its options alone and right behind its product, a step of one row, normalised rows, the
// pinball loss, the optimiser's update. Everything is float32, noexcept, and allocates nothing. The
// maths of the cell is in docs/math.md.
//
// Rows of activations are padded to whole cache lines (core/aligned.hpp), gates lie as [4, Hp],
// i|f|g|o with Hp = padded(H). Padded places hold zeros and stay zeros, but for the gates: what
// stands in their padding goes no further than the padding of the gradient at their sums.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/aligned.hpp"
#include "sluice/cell_options.hpp"

namespace sluice::kernels {

/// How the outputs of a product lie in its rows and in its bias.
struct Places {
  /// 0: one behind the other. Else the rows are gates [4, units], and the outputs are counted
  /// vector by vector of units, the four gates of each: i f g o of the first vector, then of the
  /// second. Where the last vector of units is at most half full, its gates are halves of two
  /// vectors: i and f, g and o.
  std::size_t units = 0;
  std::size_t first_half = SIZE_MAX;  ///< The first of those two.

  static Places gates(std::size_t hidden, std::size_t lanes) {
    const std::size_t over = hidden % lanes;
    const bool half = lanes >= 8 && over > 0 && over <= lanes / 2;
    return {padded(hidden), half ? 4 * (hidden / lanes) : SIZE_MAX};
  }

  /// Where vector number v of the outputs begins in a row; the upper half of one that holds two
  /// gates begins `units` behind.
  std::size_t at(std::size_t v, std::size_t lanes) const {
    if (units == 0) return v * lanes;
    if (v >= first_half) return 2 * (v - first_half) * units + first_half / 4 * lanes;
    return (v & 3) * units + (v >> 2) * lanes;
  }
  /// The number of an output of a gate, and of all of `hidden` units.
  std::size_t output(std::size_t gate, std::size_t unit, std::size_t lanes) const {
    const std::size_t first = unit / lanes * 4;  // vector
    return first * lanes + gate * (first == first_half ? lanes / 2 : lanes) + unit % lanes;
  }
  std::size_t outputs(std::size_t hidden, std::size_t lanes) const {
    if (first_half != SIZE_MAX) return (first_half + 2) * lanes;
    return (hidden + lanes - 1) / lanes * 4 * lanes;
  }
};

/// A weight matrix [outputs, inner], laid out by PackedMatrix (packed_matrix.hpp) for one
/// instruction set.
struct PackedView {
  const float* data;
  std::size_t outputs;  ///< A multiple of the vector's lanes.
  std::size_t inner;
  Places places = {};
};

/// out[m, n] = bias[n] + sum over k, in rising order, of a[m, k] * w[n, k]. In `quarters`: k is cut
/// into four ranges of (inner + 3) / 4, the last ones shorter, and
/// out = (((bias + first) + second) + third) + fourth, each a sum from zero but the first: chains a
/// quarter as long, for a product that one row waits for.
struct Product {
  const float* a;  ///< [rows, inner], rows `a_stride` floats apart.
  std::size_t a_stride;
  std::size_t rows;
  PackedView w;
  const float* bias;  ///< At the outputs' places, or null for zeros.
  float* out;         ///< Rows `out_stride` apart; not overlapping `a`.
  std::size_t out_stride;
  /// The inner index runs over so many blocks of a's row, each w.inner / a_blocks long, which begin
  /// `a_block_stride` floats apart: the gates of a padded row.
  std::size_t a_blocks = 1;
  std::size_t a_block_stride = 0;
  /// The vectors of outputs that are wanted, from the start of a panel to the end of one;
  /// last_vector = 0: all.
  std::size_t first_vector = 0, last_vector = 0;
  bool quarters = false;  ///< With one block, and not of gates.
};

/// Columns of rows that lie side by side for OuterSum; null: a column of ones.
struct Columns {
  const float* data;
  std::size_t stride;  ///< Floats from a row to the next.
  std::size_t count;
};

/// c[i, n] += sum over m of a[m, i] * b[m, n], in rising order within blocks of kOuterBlock rows: a
/// block's sum is added to c as a whole. `fresh`: c is not read, but taken as zeros.
struct OuterSum {
  std::span<const Columns> a;  ///< [rows, all counts together]
  const float* b;              ///< [rows, ..] at the places.
  std::size_t b_stride;
  Places places;
  std::size_t vectors;  ///< Of outputs n.
  std::size_t rows;
  float* c;  ///< Row i at i * c_stride, output vector v at v * lanes.
  std::size_t c_stride;
  std::size_t first, last;  ///< The i that are wanted.
  float* work;              ///< outer_work(last - first) floats.
  bool fresh = false;
};
inline constexpr std::size_t kOuterBlock = 128;
/// The room that an OuterSum needs beside it.
constexpr std::size_t outer_work(std::size_t columns) { return kOuterBlock * (columns + 64); }

/// x := (x - mean) / sqrt(variance + epsilon) * gain, row by row over all values of the gates
/// named.
struct Normalise {
  float* x;           ///< [rows, 4Hp] in: values; out: normalised, times the gain.
  float* normalised;  ///< [rows, 4Hp] out: before the gain.
  float* inverse;     ///< [rows] out: 1 / sqrt(variance + epsilon).
  const float* gain;  ///< [4Hp]
  std::size_t rows;
  std::size_t units;   ///< Hp
  std::size_t hidden;  ///< H
  unsigned gates;      ///< Bit k: gate k (i, f, g, o) takes part.
  float epsilon;
};

/// The way back through Normalise.
struct NormaliseBackward {
  const float* given;       ///< [rows, 4Hp] the gradient after the gain.
  float* d;                 ///< [rows, 4Hp] at the values; may be `given`.
  const float* normalised;  ///< [rows, 4Hp]
  const float* inverse;     ///< [rows]
  const float* gain;        ///< [4Hp]
  float* d_gain;            ///< [4Hp], added to.
  std::size_t rows;
  std::size_t units;
  std::size_t hidden;
  unsigned gates;
};

/// What a cell does beside S1..S7 (reference/options.hpp), and the parameters of that.
struct CellExtras {
  CellOptions options;
  CellActivations activations;
  const float* bias;      ///< [4Hp] after a normalisation; null where the product has added it.
  const float* peephole;  ///< [4Hp] i|f|0|o, or null.
  const float* gain;      ///< [4Hp] LayerNorm::tflite, or null.
  const float* gain_c;    ///< [Hp] LayerNorm::ba, or null.
  const float* bias_c;    ///< [Hp]
  /// What a gate, and the candidate, become of +-gate_clip, by this table's sigmoid and tanh. Where
  /// slopes follow from values, one that is as large has none, rounded to it or clipped.
  float gate_low = 0.0f, gate_high = 1.0f, candidate_high = 1.0f;
};

/// What a cell with extras leaves for its way back, beside what the plain one leaves.
struct CellKept {
  /// [rows, 5Hp] derivative of i|f|g|o and of S5's function; null: it follows from the values.
  float* slopes;
  float* c_new;       ///< [rows, Hp] the new cell, before zoneout; may be c where there is none.
  float* normalised;  ///< [rows, 4Hp] tflite: the sums; [rows, Hp] ba: the new cell; else null.
  float* inverse;     ///< [rows, 4] or [rows, 1]
};

/// S1..S7 for `rows` samples of one time step: the gates from their sums, the cell and the hidden
/// state.
struct CellForward {
  float* gates;         ///< [rows, 4Hp] in: W x (and b + R h' where `rh` is null); out: i|f|g|o
  const float* rh;      ///< [rows, 4Hp] b + R h', added; or null.
  const float* c_prev;  ///< [rows, Hp]
  std::size_t rows;
  std::size_t units;                   ///< Hp
  std::size_t hidden;                  ///< H
  float* c;                            ///< [rows, Hp]
  float* tanh_c;                       ///< [rows, Hp]
  float* h;                            ///< [rows, Hp] o tanh_c
  const CellExtras* extras = nullptr;  ///< Null: the plain LSTM, and what follows is not read.
  CellKept kept = {};
  const float* zone_c = nullptr;  ///< [rows, Hp] 1: c' stays; null: the expectation.
  const float* keep_g = nullptr;  ///< [rows, Hp] factors of g; null: ones.
};

/// B1..B7 for `rows` samples of one time step.
struct CellBackward {
  const float* gates;   ///< [rows, 4Hp] i|f|g|o after squashing
  const float* c_prev;  ///< [rows, Hp]
  const float* tanh_c;  ///< [rows, Hp]
  const float* d_h;     ///< [rows, Hp] all that arrives at o tanh_c
  std::size_t rows;
  std::size_t units;   ///< Hp
  std::size_t hidden;  ///< H
  float* d_c;  ///< [rows, Hp] in: what arrives at c from the next step; out: what goes on to c'.
  float* d_a;  ///< [rows, 4Hp] the gradient at the sums; may be `gates`.
  const CellExtras* extras = nullptr;  ///< As in CellForward.
  CellKept kept = {};
  const float* zone_c = nullptr;
  const float* keep_g = nullptr;
  float* d_gain = nullptr;   ///< [4Hp] tflite, [Hp] ba: added to; of the gain
  float* d_shift = nullptr;  ///< [4Hp] tflite, [Hp] ba: added to; of what is added after it
  float* work = nullptr;     ///< [Hp]
};

/// A range of a layer's units, in vectors; a whole step takes all.
struct UnitVectors {
  std::size_t first, last;
};

/// A step of a layer, its recurrent product with the cell run on each vector of units while its
/// sums are in the cache: S1..S7 of a = (b + sum R h') + (W x). The product's `out` is not read:
/// its sums are added to cell.gates, whose rows they share.
struct StepForward {
  Product recurrent;
  CellForward cell;
  UnitVectors units;
};

/// A step on the way back: d_h = above + R^T d_a of the step after (the product, whose `out` is
/// cell.d_h), then B1..B7 on it; with `above` null d_h is there already. `units` begin at a panel
/// of the product, and end at one or with the last unit.
struct StepBackward {
  Product recurrent;
  const float* above;  ///< [rows, ..] what arrives at h from the layer above
  std::size_t above_stride;
  CellBackward cell;
  UnitVectors units;
};

/// How the vectors of units of RowWeights are cut into groups of at most `most`, as evenly as that
/// allows. Worked out once: divisions take as long as a small network's step has to spare.
struct RowGroups {
  RowGroups() = default;
  RowGroups(std::size_t vectors_of_all, std::size_t most)
      : count((vectors_of_all + most - 1) / most),
        least(count == 0 ? 0 : vectors_of_all / count),
        larger(vectors_of_all - count * least) {}
  std::size_t vectors(std::size_t group) const { return least + (group < larger ? 1 : 0); }
  std::size_t count = 0, least = 0, larger = 0;
};

/// How the weights of a network are stored, in its file and where a stream reads them.
enum class WeightType : std::size_t {
  f32,
  f16,   ///< Computed with in float32: the sums are those of the weights' own float32 values.
  int8,  ///< Whole numbers, each output with a scale of its own; so are what they multiply.
};
inline constexpr std::size_t kWeightTypes = 3;

/// int8: a value that is multiplied is a whole number in +-kActivationSteps, and a sum has at most
/// so many terms: exact in 32 bits.
inline constexpr float kActivationSteps = 32767.0f;
inline constexpr std::size_t kMostInt8Inner = 4096;

/// The gates' weights for a row, or a few, at a time (row_weights.hpp).
struct RowView {
  const void* data;
  std::size_t inner;
  std::size_t vectors;  ///< Of units.
  RowGroups groups;
  bool half;  ///< The last vector is a half.
  // int8 alone.
  float per_step = 0.0f;               ///< x times this is rounded to a whole number.
  const float* scale = nullptr;        ///< In the order of a row's sums: what 1 of a sum is worth.
  const std::int32_t* sums = nullptr;  ///< In the same order: of an output's whole numbers.
};

/// b + R h' of some rows, ahead of their x. Sums of gates lie as [vectors of units, i|f|g|o,
/// lanes], those of a row behind one another; a half vector of units has half the lanes.
struct RowSums {
  const float* const* x;  ///< [rows] each [inner]: h'
  std::size_t rows;
  RowView w;
  const float* bias;  ///< In the order of a row's sums.
  float* sums;        ///< [rows, RowWeights::places()]
};

/// S1..S7 of some rows of the plain LSTM: a = recurrent + W x. Of c and h whole vectors of units
/// are read and written, and of a half vector its half; what is behind is left as it is.
struct RowStep {
  const float* const* x;  ///< [rows] each [inner]
  std::size_t rows;
  RowView w;
  const float* recurrent;  ///< As RowSums leaves it.
  float* const* c;         ///< [rows] each [vectors of units] in: c', out: c
  float* const* h;         ///< [rows] each [vectors of units] out; none is an `x`
};

/// The step of rows over weights of one storage. int8: x becomes whole numbers, q = x * per_step
/// rounded to the nearest, the even one of two, and cut to +-kActivationSteps; the sum of q times
/// the weights is exact; it counts scale times itself as a float. The whole numbers are the same on
/// every processor. A NaN in x makes the whole row's sums NaN.
struct RowKernels {
  std::size_t vectors;  ///< The most vectors of units in a group of RowWeights.
  std::size_t depth;    ///< Weights of one output that lie side by side.
  bool halves;          ///< A last vector of units that is at most half full is a half.
  void (*sums)(const RowSums&) noexcept;
  void (*step)(const RowStep&) noexcept;
};

/// to[c, r] := from[r, c], or += it.
struct Transpose {
  const float* from;  ///< [rows, columns], rows `from_stride` floats apart.
  std::size_t from_stride, rows, columns;
  float* to;  ///< [columns, rows], rows `to_stride` floats apart.
  std::size_t to_stride;
  bool add = false;
};

/// The sum over [count] outputs of max(q (t - y), (q - 1) (t - y)), q being the output's level, and
/// its gradient; 0 where the target is NaN.
struct Pinball {
  const float *y, *target, *level;
  float* d_y;  ///< May be y.
  std::size_t count;
};

/// The sum over all [rows, count] of (y - target)^2, and share times y - target.
struct SquaredError {
  const float *y, *target;
  float* d_y;
  std::size_t y_stride, target_stride, d_y_stride, rows, count;
  float share;
};

/// One update of parameters [count]; with PyTorch's formulas. What does not change within a step
/// has been worked out.
struct AdamUpdate {
  float* parameters;
  const float* gradient;
  float *first, *second;  ///< The moments.
  std::size_t count;
  float scale;  ///< The gradient is multiplied by it first: the clip.
  float decay;  ///< Added to the gradient, times the parameter: Adam's weight decay.
  float keep;   ///< The parameter is multiplied by it: AdamW's weight decay.
  float beta1, beta2, new1, new2;  ///< new = 1 - beta
  float step;                      ///< rate / (1 - beta1^t)
  float shrink;                    ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
};

/// One instruction set's kernels.
struct KernelTable {
  std::string_view name;  ///< "portable", "sse4", "avx2", "avx512", "avx512vnni" or "neon"
  std::size_t lanes;      ///< Floats in a vector.
  std::size_t panel;      ///< Outputs in a panel of packed weights.
  void (*multiply)(const Product&) noexcept;
  void (*add_outer)(const OuterSum&) noexcept;
  void (*step_forward)(const StepForward&) noexcept;
  void (*step_backward)(const StepBackward&) noexcept;
  void (*cell_forward)(const CellForward&) noexcept;
  void (*cell_backward)(const CellBackward&) noexcept;
  void (*normalise)(const Normalise&) noexcept;
  void (*normalise_backward)(const NormaliseBackward&) noexcept;
  std::array<RowKernels, kWeightTypes> rows;  ///< By Weights.
  void (*transpose)(const Transpose&) noexcept;
  float (*pinball)(const Pinball&) noexcept;
  float (*squared_error)(const SquaredError&) noexcept;
  void (*adam)(const AdamUpdate&) noexcept;
  void (*sigmoid)(const float* x, float* y, std::size_t count) noexcept;  ///< y may be x.
  void (*tanh)(const float* x, float* y, std::size_t count) noexcept;     ///< y may be x.
  /// Multiply-adds on registers alone, `rounds` times 12 vectors of them: what the processor can do
  /// at most. Answers a number that depends on all of them.
  float (*multiply_adds)(std::size_t rounds) noexcept;

  const RowKernels& row(WeightType weights) const {
    return rows[static_cast<std::size_t>(weights)];
  }
};

/// The tables that this processor can run, slowest first; never empty.
std::span<const KernelTable> available();

/// The fastest available table, or the one that the environment variable SLUICE_ISA names. Decided
/// at the first call. Throws Error(usage) where SLUICE_ISA names none that is available.
const KernelTable& chosen();

}  // namespace sluice::kernels
