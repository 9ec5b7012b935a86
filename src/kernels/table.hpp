// The kernels' whole interface: products with packed weights, the gradient's outer product, the
// pointwise cell with its options, normalised rows. Everything is float32, noexcept, and allocates
// nothing. The maths of the cell is in docs/math.md.
//
// Rows of activations are padded to whole cache lines (core/aligned.hpp), gates lie as [4, Hp],
// i|f|g|o with Hp = padded(H). Padded places hold zeros and stay zeros.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "reference/options.hpp"

namespace sluice::kernels {

/// A weight matrix [outputs, inner], laid out by PackedMatrix (packed_matrix.hpp) for one
/// instruction set.
struct PackedView {
  const float* data;
  std::size_t outputs;  ///< A multiple of 16.
  std::size_t inner;
};

/// out[m, n] = bias[n] + sum over k, in rising order, of a[m, k] * w[n, k].
struct Product {
  const float* a;  ///< [rows, inner], rows `a_stride` floats apart.
  std::size_t a_stride;
  std::size_t rows;
  PackedView w;
  const float* bias;  ///< [outputs], or null for zeros.
  float* out;         ///< [rows, outputs], rows `out_stride` apart; not overlapping `a`.
  std::size_t out_stride;
};

/// c[n, k] += sum over m, in rising order within blocks of kOuterBlock rows, of a[m, n] * b[m, k].
struct OuterSum {
  const float* a;  ///< [rows, n].
  std::size_t a_stride;
  std::size_t n;
  const float* b;  ///< [rows, k], readable up to padded(k).
  std::size_t b_stride;
  std::size_t k;
  std::size_t rows;
  float* c;  ///< [n, k], written only within n and k.
  std::size_t c_stride;
};
inline constexpr std::size_t kOuterBlock = 64;

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
  float* d;                 ///< [rows, 4Hp] in: the gradient after the gain; out: at the values.
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
  std::size_t hidden;     ///< H
  const float* bias;      ///< [4Hp] after a normalisation; null where the product has added it.
  const float* peephole;  ///< [4Hp] i|f|0|o, or null.
  const float* gain;      ///< [4Hp] LayerNorm::tflite, or null.
  const float* gain_c;    ///< [Hp] LayerNorm::ba, or null.
  const float* bias_c;    ///< [Hp]
};

/// What a cell with extras leaves for its way back.
struct CellKept {
  float* slopes;      ///< [rows, 5Hp] derivative of i|f|g|o and of S5's function.
  float* c_new;       ///< [rows, Hp] the new cell, before zoneout.
  float* normalised;  ///< [rows, 4Hp] tflite: the sums; [rows, Hp] ba: the new cell; else null.
  float* inverse;     ///< [rows, 4] or [rows, 1]
};

/// S1..S7 for `rows` samples of one time step: a = rh + wx, then the gates, the cell and the hidden
/// state.
struct CellForward {
  const float* wx;      ///< [rows, 4Hp] W x
  const float* rh;      ///< [rows, 4Hp] b + R h'
  const float* c_prev;  ///< [rows, Hp]
  std::size_t rows;
  std::size_t units;                   ///< Hp
  float* gates;                        ///< [rows, 4Hp] i|f|g|o after squashing; may be wx or rh.
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
  std::size_t units;  ///< Hp
  float* d_c;  ///< [rows, Hp] in: what arrives at c from the next step; out: what goes on to c'.
  float* d_a;  ///< [rows, 4Hp] the gradient at wx and rh; may be `gates`.
  const CellExtras* extras = nullptr;  ///< As in CellForward.
  CellKept kept = {};
  const float* zone_c = nullptr;
  const float* keep_g = nullptr;
  float* d_gain = nullptr;   ///< [4Hp] tflite, [Hp] ba: added to; of the gain
  float* d_shift = nullptr;  ///< [4Hp] tflite, [Hp] ba: added to; of what is added after it
  float* work = nullptr;     ///< [Hp]
};

/// One instruction set's kernels.
struct Table {
  std::string_view name;  ///< "portable", "sse4", "avx2", "avx512" or "neon"
  std::size_t lanes;      ///< Floats in a vector: it decides how weights are packed.
  void (*multiply)(const Product&) noexcept;
  void (*add_outer)(const OuterSum&) noexcept;
  void (*cell_forward)(const CellForward&) noexcept;
  void (*cell_backward)(const CellBackward&) noexcept;
  void (*normalise)(const Normalise&) noexcept;
  void (*normalise_backward)(const NormaliseBackward&) noexcept;
  void (*sigmoid)(const float* x, float* y, std::size_t count) noexcept;  ///< y may be x.
  void (*tanh)(const float* x, float* y, std::size_t count) noexcept;     ///< y may be x.
};

/// The tables that this processor can run, slowest first; never empty.
std::span<const Table> available();

/// The fastest available table, or the one that the environment variable SLUICE_ISA names. Decided
/// at the first call. Throws Error(usage) where SLUICE_ISA names none that is available.
const Table& chosen();

}  // namespace sluice::kernels
