// The cell, pointwise: S1..S7 forward, B1..B7 backward, a vector of units at a time. One source for
// the plain LSTM, where a vector stays in registers from its sums to h, and for the cell with
// extras (reference/options.hpp), which goes over a row in passes because a normalisation needs the
// row whole. The readable form of the same equations is src/reference/.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cell.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activations-inl.hpp"
#include "kernels/normalise-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vec = hn::Vec<Tag>;

enum Gate : std::size_t { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3, kCell = 4 };

// A value within +-bound (0: none); a NaN stays a NaN.
HWY_INLINE Vec clipped(Vec x, double bound) {
  if (bound <= 0.0) return x;
  const Vec limit = hn::Set(Tag(), static_cast<float>(bound));
  return hn::IfThenElse(hn::Gt(hn::Abs(x), limit), hn::CopySign(limit, x), x);
}
// A gradient d at x, which is lost where x was clipped.
HWY_INLINE Vec past_clip(Vec d, Vec x, double bound) {
  if (bound <= 0.0) return d;
  const Vec limit = hn::Set(Tag(), static_cast<float>(bound));
  return hn::IfThenElse(hn::Ge(hn::Abs(x), limit), hn::Zero(Tag()), d);
}

// One sample's part of the arrays of CellForward.
struct Row {
  Row(const CellForward& of, std::size_t number)
      : cell(of),
        x(of.extras),
        wide(number * 4 * of.units),
        narrow(number * of.units),
        row(number) {}

  const CellForward& cell;
  const CellExtras* x;  // null: the plain LSTM
  std::size_t wide, narrow, row;

  Vec at(const float* array, std::size_t u) const { return hn::Load(Tag(), array + narrow + u); }
  void put(Vec value, float* array, std::size_t u) const {
    hn::Store(value, Tag(), array + narrow + u);
  }
  float* gate(Gate gate, std::size_t u) const { return cell.gates + wide + gate * cell.units + u; }
  float* slope(Gate gate, std::size_t u) const {
    return cell.kept.slopes + row * 5 * cell.units + gate * cell.units + u;
  }
  Vec sum(Gate gate, std::size_t u) const {
    const std::size_t place = wide + gate * cell.units + u;
    return hn::Add(hn::Load(Tag(), cell.rh + place), hn::Load(Tag(), cell.wx + place));
  }
};

// Zeros in the padding: an activation of the table may send 0 elsewhere.
HWY_INLINE Vec real_units(const Row& row, std::size_t u, Vec x) {
  const std::size_t hidden = row.x->hidden;
  return hn::IfThenElseZero(hn::FirstN(Tag(), u < hidden ? hidden - u : 0), x);
}

// S1, S2, S3 or S6 of the sum a.
template <bool kPlain>
HWY_INLINE Vec squash(const Row& row, Gate gate, std::size_t u, Vec a) {
  const Tag d;
  if constexpr (kPlain) {
    const Vec s = gate == kCandidate ? tanh(d, a) : sigmoid(d, a);
    hn::Store(s, d, row.gate(gate, u));
    return s;
  } else {
    const CellExtras& x = *row.x;
    const ValueSlope<Vec> s =
        activate(d, gate == kCandidate ? x.activations.candidate : x.activations.gate,
                 clipped(a, x.options.gate_clip));
    hn::Store(s.value, d, row.gate(gate, u));
    hn::Store(past_clip(s.slope, a, x.options.gate_clip), d, row.slope(gate, u));
    return s.value;
  }
}

// A gate that is not learned, but made of another: 1 - s.
HWY_INLINE Vec coupled(const Row& row, Gate gate, std::size_t u, Vec s) {
  const Vec made = hn::Sub(hn::Set(Tag(), 1.0f), s);
  hn::Store(made, Tag(), row.gate(gate, u));
  hn::Store(hn::Zero(Tag()), Tag(), row.slope(gate, u));
  return made;
}

// S1 to S4 of the sums a: the new c.
template <bool kPlain>
HWY_INLINE Vec update(const Row& row, std::size_t u, Vec a_i, Vec a_f, Vec a_g) {
  const Vec c_prev = row.at(row.cell.c_prev, u);
  if constexpr (kPlain) {
    const Vec i = squash<true>(row, kInput, u, a_i);      // S3
    const Vec f = squash<true>(row, kForget, u, a_f);     // S1
    const Vec g = squash<true>(row, kCandidate, u, a_g);  // S2
    const Vec c = hn::MulAdd(f, c_prev, hn::Mul(i, g));   // S4
    row.put(c, row.cell.c, u);
    return c;
  } else {
    const CellOptions& options = row.x->options;
    Vec i, f;
    if (options.coupling == Coupling::input_from_forget) {
      f = squash<false>(row, kForget, u, a_f);
      i = coupled(row, kInput, u, f);
    } else {
      i = squash<false>(row, kInput, u, a_i);
      f = options.coupling == Coupling::none ? squash<false>(row, kForget, u, a_f)
                                             : coupled(row, kForget, u, i);
    }
    Vec g = real_units(row, u, squash<false>(row, kCandidate, u, a_g));
    if (row.cell.keep_g != nullptr) g = hn::Mul(g, row.at(row.cell.keep_g, u));
    const Vec c = clipped(hn::MulAdd(f, c_prev, hn::Mul(i, g)), options.cell_clip);  // S4
    row.put(c, row.cell.kept.c_new, u);
    const Vec zone = row.cell.zone_c != nullptr
                         ? row.at(row.cell.zone_c, u)
                         : hn::Set(Tag(), static_cast<float>(options.zoneout_c));
    const Vec carried = hn::MulAdd(zone, hn::Sub(c_prev, c), c);
    row.put(options.zoneout_c > 0.0 ? carried : c, row.cell.c, u);
    return c;
  }
}

// S5 to S7 of o's sum and of the c that S5 reads.
template <bool kPlain>
HWY_INLINE void emit(const Row& row, std::size_t u, Vec a_o, Vec c) {
  const Tag d;
  const Vec o = squash<kPlain>(row, kOutput, u, a_o);  // S6
  Vec tanh_c;
  if constexpr (kPlain) {
    tanh_c = tanh(d, c);  // S5
  } else {
    const ValueSlope<Vec> s = activate(d, row.x->activations.cell, c);  // S5
    tanh_c = real_units(row, u, s.value);
    hn::Store(s.slope, d, row.slope(kCell, u));
  }
  row.put(tanh_c, row.cell.tanh_c, u);
  row.put(hn::Mul(o, tanh_c), row.cell.h, u);  // S7
}

// The sum of one gate over the whole row, with its peephole at `c` (null: none), normalised and
// shifted where the options say so; in the place of the gate.
HWY_INLINE void gate_sums(const Row& row, Gate gate, const float* c) {
  const Tag d;
  const std::size_t units = row.cell.units, lanes = hn::Lanes(d);
  const float* peephole = row.x->peephole == nullptr ? nullptr : row.x->peephole + gate * units;
  for (std::size_t u = 0; u < units; u += lanes) {
    Vec a = row.sum(gate, u);
    if (peephole != nullptr && c != nullptr) {
      a = hn::MulAdd(hn::Load(d, peephole + u), hn::Load(d, c + row.narrow + u), a);
    }
    hn::Store(a, d, row.gate(gate, u));
  }
  if (row.x->gain != nullptr) {
    const std::size_t own = gate * units;
    normalise_row({row.gate(gate, 0), row.cell.kept.normalised + row.wide + own,
                   row.cell.kept.inverse + row.row * 4 + gate, row.x->gain + own, units,
                   row.x->hidden, 1u, static_cast<float>(kTfliteEpsilon)});
  }
  if (row.x->bias == nullptr) return;
  for (std::size_t u = 0; u < units; u += lanes) {
    const Vec shifted =
        hn::Add(hn::Load(d, row.gate(gate, u)), hn::Load(d, row.x->bias + gate * units + u));
    hn::Store(shifted, d, row.gate(gate, u));
  }
}

// LN(c) gain + bias of the new cell, in the place of tanh_c; where S5 reads the new cell itself,
// that.
HWY_INLINE const float* cell_to_squash(const Row& row) {
  const Tag d;
  const std::size_t units = row.cell.units, lanes = hn::Lanes(d);
  const float* c_new = row.cell.kept.c_new + row.narrow;
  if (row.x->gain_c == nullptr) return c_new;
  float* line = row.cell.tanh_c + row.narrow;
  for (std::size_t u = 0; u < units; u += lanes) hn::Store(hn::Load(d, c_new + u), d, line + u);
  normalise_row({line, row.cell.kept.normalised + row.narrow, row.cell.kept.inverse + row.row,
                 row.x->gain_c, units, row.x->hidden, 1u, static_cast<float>(kBaEpsilon)});
  for (std::size_t u = 0; u < units; u += lanes) {
    hn::Store(hn::Add(hn::Load(d, line + u), hn::Load(d, row.x->bias_c + u)), d, line + u);
  }
  return line;
}

// The plain RNN: h is the candidate, c stays.
void rnn_row(const Row& row) {
  const Tag d;
  const CellForward& cell = row.cell;
  gate_sums(row, kCandidate, nullptr);
  for (std::size_t u = 0; u < cell.units; u += hn::Lanes(d)) {
    const Vec a = hn::Load(d, row.gate(kCandidate, u));
    const Vec g = real_units(row, u, squash<false>(row, kCandidate, u, a));
    row.put(g, cell.h, u);
    row.put(g, cell.tanh_c, u);
    row.put(row.at(cell.c_prev, u), cell.c, u);
    for (const Gate none : {kInput, kForget, kOutput}) hn::Store(hn::Zero(d), d, row.gate(none, u));
  }
}

void row_with_extras(const Row& row) {
  const Tag d;
  const CellForward& cell = row.cell;
  for (const Gate gate : {kInput, kForget, kCandidate}) {
    if (row.x->options.has_gate(gate)) {
      gate_sums(row, gate, gate == kCandidate ? nullptr : cell.c_prev);
    }
  }
  for (std::size_t u = 0; u < cell.units; u += hn::Lanes(d)) {
    const auto a = [&](Gate gate) HWY_ATTR { return hn::Load(d, row.gate(gate, u)); };
    update<false>(row, u, a(kInput), a(kForget), a(kCandidate));
  }
  gate_sums(row, kOutput, cell.kept.c_new);
  const float* c = cell_to_squash(row);
  for (std::size_t u = 0; u < cell.units; u += hn::Lanes(d)) {
    emit<false>(row, u, hn::Load(d, row.gate(kOutput, u)), hn::Load(d, c + u));
  }
}

void cell_forward(const CellForward& cell) noexcept {
  for (std::size_t number = 0; number < cell.rows; ++number) {
    const Row row(cell, number);
    if (cell.extras == nullptr) {
      for (std::size_t u = 0; u < cell.units; u += hn::Lanes(Tag())) {
        const Vec c =
            update<true>(row, u, row.sum(kInput, u), row.sum(kForget, u), row.sum(kCandidate, u));
        emit<true>(row, u, row.sum(kOutput, u), c);
      }
    } else if (cell.extras->options.kind == CellKind::rnn) {
      rnn_row(row);
    } else {
      row_with_extras(row);
    }
  }
}

// One sample's part of the arrays of CellBackward.
struct RowBackward {
  RowBackward(const CellBackward& of, std::size_t number)
      : cell(of),
        x(of.extras),
        wide(number * 4 * of.units),
        narrow(number * of.units),
        row(number) {}

  const CellBackward& cell;
  const CellExtras* x;
  std::size_t wide, narrow, row;

  Vec at(const float* array, std::size_t u) const { return hn::Load(Tag(), array + narrow + u); }
  Vec gate(Gate gate, std::size_t u) const {
    return hn::Load(Tag(), cell.gates + wide + gate * cell.units + u);
  }
  float* d_a(Gate gate, std::size_t u) const { return cell.d_a + wide + gate * cell.units + u; }
  // B7's derivative, of a gate's value in the plain LSTM.
  template <bool kPlain>
  Vec slope(Gate gate, std::size_t u, Vec value) const {
    const Tag d;
    if constexpr (kPlain) {
      return gate == kCandidate || gate == kCell
                 ? hn::NegMulAdd(value, value, hn::Set(d, 1.0f))  // 1 - t^2
                 : hn::NegMulAdd(value, value, value);            // s (1 - s)
    } else {
      return hn::Load(d, cell.kept.slopes + row * 5 * cell.units + gate * cell.units + u);
    }
  }
};

struct Arrived {
  Vec at_o, at_c;
};

// B1 and B2: what arrives at o's sum, and at what S5 reads beside `d_c`.
template <bool kPlain>
HWY_INLINE Arrived arrive(const RowBackward& row, std::size_t u, Vec d_c) {
  const Vec d_h = row.at(row.cell.d_h, u), tanh_c = row.at(row.cell.tanh_c, u);
  const Vec o = row.gate(kOutput, u);
  const Vec d_o = hn::Mul(d_h, tanh_c);                                            // B1
  return {hn::Mul(d_o, row.slope<kPlain>(kOutput, u, o)),                          // B7
          hn::MulAdd(hn::Mul(d_h, o), row.slope<kPlain>(kCell, u, tanh_c), d_c)};  // B2
}

// B3 to B7 of i, f and g from d_c, all that arrives at S4's sum; returns B6.
template <bool kPlain>
HWY_INLINE Vec through_update(const RowBackward& row, std::size_t u, Vec d_c) {
  const Tag d;
  const Vec i = row.gate(kInput, u), f = row.gate(kForget, u), g = row.gate(kCandidate, u);
  Vec kept_g = g, kept_d = d_c;
  if (!kPlain && row.cell.keep_g != nullptr) {
    const Vec keep = row.at(row.cell.keep_g, u);
    kept_g = hn::Mul(g, keep);
    kept_d = hn::Mul(d_c, keep);
  }
  Vec d_f = hn::Mul(d_c, row.at(row.cell.c_prev, u));  // B3
  Vec d_i = hn::Mul(d_c, kept_g);                      // B4
  const Vec d_g = hn::Mul(kept_d, i);                  // B5
  if constexpr (!kPlain) {
    const Coupling coupling = row.x->options.coupling;
    if (coupling == Coupling::input_from_forget) d_f = hn::Sub(d_f, d_i);
    if (coupling == Coupling::forget_from_input) d_i = hn::Sub(d_i, d_f);
  }
  hn::Store(hn::Mul(d_i, row.slope<kPlain>(kInput, u, i)), d, row.d_a(kInput, u));          // B7
  hn::Store(hn::Mul(d_f, row.slope<kPlain>(kForget, u, f)), d, row.d_a(kForget, u));        // B7
  hn::Store(hn::Mul(d_g, row.slope<kPlain>(kCandidate, u, g)), d, row.d_a(kCandidate, u));  // B7
  return hn::Mul(d_c, f);                                                                   // B6
}

void plain_row_backward(const RowBackward& row) {
  const Tag d;
  for (std::size_t u = 0; u < row.cell.units; u += hn::Lanes(d)) {
    const Arrived arrived = arrive<true>(row, u, row.at(row.cell.d_c, u));
    hn::Store(through_update<true>(row, u, arrived.at_c), d, row.cell.d_c + row.narrow + u);
    hn::Store(arrived.at_o, d, row.d_a(kOutput, u));
  }
}

void rnn_row_backward(const RowBackward& row) {
  const Tag d;
  for (std::size_t u = 0; u < row.cell.units; u += hn::Lanes(d)) {
    const Vec g = row.gate(kCandidate, u);
    const Vec d_a = hn::Mul(row.at(row.cell.d_h, u), row.slope<false>(kCandidate, u, g));
    for (const Gate none : {kInput, kForget, kOutput}) hn::Store(hn::Zero(d), d, row.d_a(none, u));
    hn::Store(d_a, d, row.d_a(kCandidate, u));
  }
}

// From a gate's activation input back to its sum, over the whole row.
HWY_INLINE void through_gate_norm(const RowBackward& row, Gate gate) {
  if (row.x->gain == nullptr) return;
  const std::size_t units = row.cell.units, own = gate * units;
  add_row(row.d_a(gate, 0), row.cell.d_shift + own, units);
  normalise_row_backward({row.d_a(gate, 0), row.cell.kept.normalised + row.wide + own,
                          row.cell.kept.inverse + row.row * 4 + gate, row.x->gain + own,
                          row.cell.d_gain + own, units, row.x->hidden, 1u});
}

void row_backward_with_extras(const RowBackward& row) {
  const Tag d;
  const std::size_t units = row.cell.units, lanes = hn::Lanes(d);
  const CellOptions& options = row.x->options;
  float* work = row.cell.work;
  for (std::size_t u = 0; u < units; u += lanes) {
    const Arrived arrived = arrive<false>(row, u, hn::Zero(d));
    hn::Store(arrived.at_c, d, work + u);
    hn::Store(arrived.at_o, d, row.d_a(kOutput, u));
  }
  through_gate_norm(row, kOutput);
  if (row.x->gain_c != nullptr) {
    add_row(work, row.cell.d_shift, units);
    normalise_row_backward({work, row.cell.kept.normalised + row.narrow,
                            row.cell.kept.inverse + row.row, row.x->gain_c, row.cell.d_gain, units,
                            row.x->hidden, 1u});
  }
  const float* peephole = row.x->peephole;
  for (std::size_t u = 0; u < units; u += lanes) {
    const Vec zone = row.cell.zone_c != nullptr ? row.at(row.cell.zone_c, u)
                                                : hn::Set(d, static_cast<float>(options.zoneout_c));
    const Vec later = row.at(row.cell.d_c, u), kept = hn::Mul(zone, later);
    Vec d_c = hn::Add(hn::Load(d, work + u), hn::Sub(later, kept));
    if (peephole != nullptr) {
      d_c = hn::MulAdd(hn::Load(d, peephole + kOutput * units + u),
                       hn::Load(d, row.d_a(kOutput, u)), d_c);
    }
    d_c = past_clip(d_c, row.at(row.cell.kept.c_new, u), options.cell_clip);
    hn::Store(hn::Add(through_update<false>(row, u, d_c), kept), d, row.cell.d_c + row.narrow + u);
  }
  for (const Gate gate : {kInput, kForget, kCandidate}) {
    if (options.has_gate(gate)) through_gate_norm(row, gate);
  }
  if (peephole == nullptr) return;
  for (std::size_t u = 0; u < units; u += lanes) {
    Vec d_c = row.at(row.cell.d_c, u);
    for (const Gate gate : {kInput, kForget}) {
      d_c =
          hn::MulAdd(hn::Load(d, peephole + gate * units + u), hn::Load(d, row.d_a(gate, u)), d_c);
    }
    hn::Store(d_c, d, row.cell.d_c + row.narrow + u);
  }
}

void cell_backward(const CellBackward& cell) noexcept {
  for (std::size_t number = 0; number < cell.rows; ++number) {
    const RowBackward row(cell, number);
    if (cell.extras == nullptr) {
      plain_row_backward(row);
    } else if (cell.extras->options.kind == CellKind::rnn) {
      rnn_row_backward(row);
    } else {
      row_backward_with_extras(row);
    }
  }
}

void normalise(const Normalise& all) noexcept {
  const std::size_t wide = 4 * all.units;
  for (std::size_t row = 0; row < all.rows; ++row) {
    normalise_row({all.x + row * wide, all.normalised + row * wide, all.inverse + row, all.gain,
                   all.units, all.hidden, all.gates, all.epsilon});
  }
}

void normalise_backward(const NormaliseBackward& all) noexcept {
  const std::size_t wide = 4 * all.units;
  for (std::size_t row = 0; row < all.rows; ++row) {
    normalise_row_backward({all.d + row * wide, all.normalised + row * wide, all.inverse + row,
                            all.gain, all.d_gain, all.units, all.hidden, all.gates});
  }
}

// Whole vectors, then the rest through a vector's worth of zeros: tails see the same polynomial.
template <class Function>
HWY_INLINE void apply(const float* x, float* y, std::size_t count, Function function) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at = 0;
  for (; at + lanes <= count; at += lanes) hn::StoreU(function(d, hn::LoadU(d, x + at)), d, y + at);
  if (at == count) return;
  HWY_ALIGN float line[HWY_MAX_BYTES / sizeof(float)] = {};
  for (std::size_t j = 0; at + j < count; ++j) line[j] = x[at + j];
  hn::Store(function(d, hn::Load(d, line)), d, line);
  for (std::size_t j = 0; at + j < count; ++j) y[at + j] = line[j];
}

void sigmoid_all(const float* x, float* y, std::size_t count) noexcept {
  apply(x, y, count, [](Tag d, Vec v) HWY_ATTR { return sigmoid(d, v); });
}

void tanh_all(const float* x, float* y, std::size_t count) noexcept {
  apply(x, y, count, [](Tag d, Vec v) HWY_ATTR { return tanh(d, v); });
}

void fill_cell(Table& table) {
  table.cell_forward = &cell_forward;
  table.cell_backward = &cell_backward;
  table.normalise = &normalise;
  table.normalise_backward = &normalise_backward;
  table.sigmoid = &sigmoid_all;
  table.tanh = &tanh_all;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const Fills& cell_fills() {
  static constexpr Fills fills = SLUICE_FILLS(fill_cell);
  return fills;
}
}  // namespace sluice::kernels
#endif
