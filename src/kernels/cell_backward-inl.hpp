// The cell's backward pass, pointwise: B1..B7 on one vector of units at a time, in the forms of
// cell-inl.hpp. Included once per target.
#if defined(SLUICE_KERNELS_CELL_BACKWARD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_CELL_BACKWARD_INL_HPP_
#undef SLUICE_KERNELS_CELL_BACKWARD_INL_HPP_
#else
#define SLUICE_KERNELS_CELL_BACKWARD_INL_HPP_
#endif

#include "kernels/cell-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One sample's rows of the arrays in CellBackward.
struct RowBackward {
  RowBackward(const CellBackward& batch, std::size_t number)
      : cell(batch),
        x(batch.extras),
        wide(number * 4 * batch.units),
        narrow(number * batch.units),
        row(number) {}

  const CellBackward& cell;
  const CellExtras* x;
  std::size_t wide, narrow, row;

  Vec at(const float* array, std::size_t u) const { return hn::Load(Tag(), array + narrow + u); }
  Vec gate(Gate gate, std::size_t u) const {
    return hn::Load(Tag(), cell.gates + wide + gate * cell.units + u);
  }
  float* d_a(Gate gate, std::size_t u) const { return cell.d_a + wide + gate * cell.units + u; }
  // B7's derivative of a gate: from its value, or the stored slope.
  template <Form kForm>
  Vec slope(Gate gate, std::size_t u, Vec value) const {
    const Tag d;
    if constexpr (kForm != Form::general) {
      const Vec s = gate == kCandidate || gate == kCell
                        ? neg_mul_add(value, value, hn::Set(d, 1.0f))  // 1 - t^2
                        : neg_mul_add(value, value, value);            // s (1 - s)
      if (kForm == Form::plain || gate == kCell || x->options.gate_clip <= 0.0) return s;
      const auto was_clipped = gate == kCandidate
                                   ? hn::Ge(hn::Abs(value), hn::Set(d, x->candidate_high))
                                   : hn::Or(hn::Ge(value, hn::Set(d, x->gate_high)),
                                            hn::Le(value, hn::Set(d, x->gate_low)));
      return hn::IfThenElse(was_clipped, hn::Zero(d), s);
    } else {
      return hn::Load(d, cell.kept.slopes + row * 5 * cell.units + gate * cell.units + u);
    }
  }
};

struct Arrived {
  Vec at_o, at_c;
};

// B1 and B2: the gradients at the output gate's sum and at S5's input, the latter plus `d_c`.
template <Form kForm>
HWY_INLINE Arrived arrive(const RowBackward& row, std::size_t u, Vec d_c) {
  const Vec d_h = row.at(row.cell.d_h, u), tanh_c = row.at(row.cell.tanh_c, u);
  const Vec o = row.gate(kOutput, u);
  const Vec d_o = hn::Mul(d_h, tanh_c);                                        // B1
  return {hn::Mul(d_o, row.slope<kForm>(kOutput, u, o)),                       // B7
          mul_add(hn::Mul(d_h, o), row.slope<kForm>(kCell, u, tanh_c), d_c)};  // B2
}

// B3 to B7 for i, f and g from d_c, the complete gradient at S4's sum. Returns B6.
template <Form kForm>
HWY_INLINE Vec through_update(const RowBackward& row, std::size_t u, Vec d_c) {
  const Tag d;
  const Vec i = row.gate(kInput, u), f = row.gate(kForget, u), g = row.gate(kCandidate, u);
  Vec kept_g = g, kept_d = d_c;
  if (kForm != Form::plain && row.cell.keep_g != nullptr) {
    const Vec keep = row.at(row.cell.keep_g, u);
    kept_g = hn::Mul(g, keep);
    kept_d = hn::Mul(d_c, keep);
  }
  Vec d_f = hn::Mul(d_c, row.at(row.cell.c_prev, u));  // B3
  Vec d_i = hn::Mul(d_c, kept_g);                      // B4
  const Vec d_g = hn::Mul(kept_d, i);                  // B5
  Vec d_a_i = hn::Zero(d), d_a_f = hn::Zero(d);
  const Coupling coupling = kForm == Form::plain ? Coupling::none : row.x->options.coupling;
  // A coupled gate passes its gradient to the gate it depends on.
  if (coupling == Coupling::input_from_forget) d_f = hn::Sub(d_f, d_i);
  if (coupling == Coupling::forget_from_input) d_i = hn::Sub(d_i, d_f);
  if (coupling != Coupling::input_from_forget)
    d_a_i = hn::Mul(d_i, row.slope<kForm>(kInput, u, i));  // B7
  if (coupling != Coupling::forget_from_input)
    d_a_f = hn::Mul(d_f, row.slope<kForm>(kForget, u, f));  // B7
  hn::Store(d_a_i, d, row.d_a(kInput, u));
  hn::Store(d_a_f, d, row.d_a(kForget, u));
  hn::Store(hn::Mul(d_g, row.slope<kForm>(kCandidate, u, g)), d, row.d_a(kCandidate, u));  // B7
  return hn::Mul(d_c, f);                                                                  // B6
}

HWY_INLINE void plain_units_backward(const RowBackward& row, std::size_t u) {
  const Tag d;
  const Arrived arrived = arrive<Form::plain>(row, u, row.at(row.cell.d_c, u));
  hn::Store(through_update<Form::plain>(row, u, arrived.at_c), d, row.cell.d_c + row.narrow + u);
  hn::Store(arrived.at_o, d, row.d_a(kOutput, u));
}

template <Form kForm>
HWY_INLINE void rnn_units_backward(const RowBackward& row, std::size_t u) {
  const Tag d;
  const Vec g = row.gate(kCandidate, u);
  const Vec d_a = hn::Mul(row.at(row.cell.d_h, u), row.slope<kForm>(kCandidate, u, g));
  for (const Gate none : {kInput, kForget, kOutput}) hn::Store(hn::Zero(d), d, row.d_a(none, u));
  hn::Store(d_a, d, row.d_a(kCandidate, u));
}

// From `at_c`, the gradient at the new cell without the next step's d_c, to B6. Covers zoneout, the
// cell clip and the output gate's peephole; the peepholes of i and f are added later.
template <Form kForm>
HWY_INLINE Vec through_cell(const RowBackward& row, std::size_t u, Vec at_c) {
  const Tag d;
  const CellOptions& options = row.x->options;
  const Vec later = row.at(row.cell.d_c, u);
  Vec kept = hn::Zero(d), d_c = hn::Add(at_c, later);
  if (options.zoneout_c > 0.0) {
    const Vec zone = row.cell.zone_c != nullptr ? row.at(row.cell.zone_c, u)
                                                : hn::Set(d, static_cast<float>(options.zoneout_c));
    kept = hn::Mul(zone, later);
    d_c = hn::Add(at_c, hn::Sub(later, kept));
  }
  if (row.x->peephole != nullptr) {
    d_c = mul_add(hn::Load(d, row.x->peephole + kOutput * row.cell.units + u),
                  hn::Load(d, row.d_a(kOutput, u)), d_c);
  }
  d_c = past_clip(d_c, row.at(row.cell.kept.c_new, u), options.cell_clip);
  return hn::Add(through_update<kForm>(row, u, d_c), kept);
}

// d_c at c' plus what flows back through the peepholes of i and f.
HWY_INLINE Vec through_peepholes(const RowBackward& row, std::size_t u, Vec d_c) {
  const Tag d;
  for (const Gate gate : {kInput, kForget}) {
    d_c = mul_add(hn::Load(d, row.x->peephole + gate * row.cell.units + u),
                  hn::Load(d, row.d_a(gate, u)), d_c);
  }
  return d_c;
}

template <Form kForm>
HWY_INLINE void local_units_backward(const RowBackward& row, std::size_t u) {
  const Tag d;
  const Arrived arrived = arrive<kForm>(row, u, hn::Zero(d));
  hn::Store(arrived.at_o, d, row.d_a(kOutput, u));
  Vec d_c = through_cell<kForm>(row, u, arrived.at_c);
  if (row.x->peephole != nullptr) d_c = through_peepholes(row, u, d_c);
  hn::Store(d_c, d, row.cell.d_c + row.narrow + u);
}

// Backward through a gate's layer norm over the whole row: from the activation's input to the sum.
HWY_INLINE void through_gate_norm(const RowBackward& row, Gate gate) {
  if (row.x->gain == nullptr) return;
  const std::size_t units = row.cell.units, own = gate * units;
  add_row(row.d_a(gate, 0), row.cell.d_shift + own, units);
  normalise_row_backward({row.d_a(gate, 0), row.d_a(gate, 0),
                          row.cell.kept.normalised + row.wide + own,
                          row.cell.kept.inverse + row.row * 4 + gate, row.x->gain + own,
                          row.cell.d_gain + own, units, row.cell.hidden, 1u});
}

template <Form kForm>
void normed_row_backward(const RowBackward& row) {
  const Tag d;
  const std::size_t units = row.cell.units, hidden = row.cell.hidden, lanes = hn::Lanes(d);
  const CellOptions& options = row.x->options;
  if (is_rnn(row.x)) {
    for (std::size_t u = 0; u < hidden; u += lanes) rnn_units_backward<kForm>(row, u);
    return;
  }
  float* work = row.cell.work;
  for (std::size_t u = 0; u < hidden; u += lanes) {
    const Arrived arrived = arrive<kForm>(row, u, hn::Zero(d));
    hn::Store(arrived.at_c, d, work + u);
    hn::Store(arrived.at_o, d, row.d_a(kOutput, u));
  }
  through_gate_norm(row, kOutput);
  if (row.x->gain_c != nullptr) {
    add_row(work, row.cell.d_shift, units);
    normalise_row_backward({work, work, row.cell.kept.normalised + row.narrow,
                            row.cell.kept.inverse + row.row, row.x->gain_c, row.cell.d_gain, units,
                            hidden, 1u});
  }
  for (std::size_t u = 0; u < hidden; u += lanes) {
    hn::Store(through_cell<kForm>(row, u, hn::Load(d, work + u)), d, row.cell.d_c + row.narrow + u);
  }
  for (const Gate gate : {kInput, kForget, kCandidate}) {
    if (options.has_gate(gate)) through_gate_norm(row, gate);
  }
  if (row.x->peephole == nullptr) return;
  for (std::size_t u = 0; u < hidden; u += lanes) {
    hn::Store(through_peepholes(row, u, row.at(row.cell.d_c, u)), d, row.cell.d_c + row.narrow + u);
  }
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
