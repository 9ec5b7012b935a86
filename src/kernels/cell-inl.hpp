// The cell's forward pass, pointwise: S1..S7 on one vector of units at a time, for the plain LSTM
// and for the cell with extras (sluice/cell_options.hpp). Without layer norm a vector of units is
// independent of the others and runs right after its product; with layer norm the cell makes
// several passes over a row. The backward pass is in cell_backward-inl.hpp, the readable form of
// the equations in src/reference/. Included once per target.
#if defined(SLUICE_KERNELS_CELL_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_CELL_INL_HPP_
#undef SLUICE_KERNELS_CELL_INL_HPP_
#else
#define SLUICE_KERNELS_CELL_INL_HPP_
#endif

#include "kernels/activations-inl.hpp"
#include "kernels/normalise-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vec = hn::Vec<Tag>;

enum Gate : std::size_t { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3, kCell = 4 };

// Which options the code of a cell supports.
enum class Form {
  plain,     // S1..S7
  standard,  // with extras, but sigma and tanh: slopes follow from values
  general,   // with any activation: slopes are stored
};

// Clips a value to +-bound (0: no clipping); a NaN stays a NaN.
HWY_INLINE Vec clipped(Vec x, double bound) {
  if (bound <= 0.0) return x;
  const Vec limit = hn::Set(Tag(), static_cast<float>(bound));
  return hn::IfThenElse(hn::Gt(hn::Abs(x), limit), hn::CopySign(limit, x), x);
}
// The gradient d at x; zero where x was clipped.
HWY_INLINE Vec past_clip(Vec d, Vec x, double bound) {
  if (bound <= 0.0) return d;
  const Vec limit = hn::Set(Tag(), static_cast<float>(bound));
  return hn::IfThenElse(hn::Ge(hn::Abs(x), limit), hn::Zero(Tag()), d);
}

// One sample's rows of the arrays in CellForward.
struct Row {
  Row(const CellForward& batch, std::size_t number)
      : cell(batch),
        x(batch.extras),
        wide(number * 4 * batch.units),
        narrow(number * batch.units),
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
  Vec sum(Gate gate_of, std::size_t u) const {
    const Vec given = hn::Load(Tag(), gate(gate_of, u));
    if (cell.rh == nullptr) return given;
    return hn::Add(hn::Load(Tag(), cell.rh + wide + gate_of * cell.units + u), given);
  }
};

// Zeros in the padding, where an activation with f(0) != 0 would leave other values.
template <Form kForm>
HWY_INLINE Vec real_units(const Row& row, std::size_t u, Vec x) {
  if constexpr (kForm != Form::general) return x;
  const std::size_t hidden = row.cell.hidden;
  return hn::IfThenElseZero(hn::FirstN(Tag(), u < hidden ? hidden - u : 0), x);
}

// S1, S2, S3 or S6: the gate from its sum a.
template <Form kForm>
HWY_INLINE Vec squash(const Row& row, Gate gate, std::size_t u, Vec a) {
  const Tag d;
  if constexpr (kForm != Form::general) {
    if constexpr (kForm == Form::standard) a = clipped(a, row.x->options.gate_clip);
    const Vec s = gate == kCandidate ? tanh(d, a) : sigmoid_of_many(d, a);
    hn::Store(s, d, row.gate(gate, u));
    return s;
  } else {
    const CellExtras& x = *row.x;
    const ValueSlope<Vec> s =
        activate(d, gate == kCandidate ? x.activations.candidate : x.activations.gate,
                 clipped(a, x.options.gate_clip));
    const Vec value = real_units<kForm>(row, u, s.value);
    hn::Store(value, d, row.gate(gate, u));
    hn::Store(past_clip(s.slope, a, x.options.gate_clip), d, row.slope(gate, u));
    return value;
  }
}

// A coupled gate: 1 - s, where s is the gate it depends on.
template <Form kForm>
HWY_INLINE Vec coupled(const Row& row, Gate gate, std::size_t u, Vec s) {
  const Vec made = hn::Sub(hn::Set(Tag(), 1.0f), s);
  hn::Store(made, Tag(), row.gate(gate, u));
  if constexpr (kForm == Form::general) hn::Store(hn::Zero(Tag()), Tag(), row.slope(gate, u));
  return made;
}

// S1 to S4 from the sums a; returns the new c.
template <Form kForm>
HWY_INLINE Vec update(const Row& row, std::size_t u, Vec a_i, Vec a_f, Vec a_g) {
  const Vec c_prev = row.at(row.cell.c_prev, u);
  if constexpr (kForm == Form::plain) {
    const Vec i = squash<kForm>(row, kInput, u, a_i);      // S3
    const Vec f = squash<kForm>(row, kForget, u, a_f);     // S1
    const Vec g = squash<kForm>(row, kCandidate, u, a_g);  // S2
    const Vec c = mul_add(f, c_prev, hn::Mul(i, g));       // S4
    row.put(c, row.cell.c, u);
    return c;
  } else {
    const CellOptions& options = row.x->options;
    Vec i, f;
    if (options.coupling == Coupling::input_from_forget) {
      f = squash<kForm>(row, kForget, u, a_f);
      i = coupled<kForm>(row, kInput, u, f);
    } else {
      i = squash<kForm>(row, kInput, u, a_i);
      f = options.coupling == Coupling::none ? squash<kForm>(row, kForget, u, a_f)
                                             : coupled<kForm>(row, kForget, u, i);
    }
    Vec g = squash<kForm>(row, kCandidate, u, a_g);
    if (row.cell.keep_g != nullptr) g = hn::Mul(g, row.at(row.cell.keep_g, u));
    const Vec c = clipped(mul_add(f, c_prev, hn::Mul(i, g)), options.cell_clip);  // S4
    row.put(c, row.cell.kept.c_new, u);
    if (options.zoneout_c <= 0.0) {
      row.put(c, row.cell.c, u);
      return c;
    }
    const Vec zone = row.cell.zone_c != nullptr
                         ? row.at(row.cell.zone_c, u)
                         : hn::Set(Tag(), static_cast<float>(options.zoneout_c));
    row.put(mul_add(zone, hn::Sub(c_prev, c), c), row.cell.c, u);
    return c;
  }
}

// S5 to S7 from the output gate's sum and S5's input c.
template <Form kForm>
HWY_INLINE void emit(const Row& row, std::size_t u, Vec a_o, Vec c) {
  const Tag d;
  const Vec o = squash<kForm>(row, kOutput, u, a_o);  // S6
  Vec tanh_c;
  if constexpr (kForm != Form::general) {
    tanh_c = tanh(d, c);  // S5
  } else {
    const ValueSlope<Vec> s = activate(d, row.x->activations.cell, c);  // S5
    tanh_c = real_units<kForm>(row, u, s.value);
    hn::Store(s.slope, d, row.slope(kCell, u));
  }
  row.put(tanh_c, row.cell.tanh_c, u);
  row.put(hn::Mul(o, tanh_c), row.cell.h, u);  // S7
}

// One vector of units of a cell without layer norm.
template <Form kForm>
HWY_INLINE void local_units(const Row& row, std::size_t u) {
  const auto sum = [&](Gate gate, const float* c) HWY_ATTR {
    const Vec a = row.sum(gate, u);
    if constexpr (kForm == Form::plain) return a;
    if (row.x->peephole == nullptr) return a;
    return mul_add(hn::Load(Tag(), row.x->peephole + gate * row.cell.units + u), row.at(c, u), a);
  };
  const Vec c = update<kForm>(row, u, sum(kInput, row.cell.c_prev), sum(kForget, row.cell.c_prev),
                              row.sum(kCandidate, u));
  emit<kForm>(row, u, sum(kOutput, row.cell.kept.c_new), c);
}

// A gate's sums over the whole row, written in place of the gate: with the peephole at `c` (null:
// none), normalised and shifted as the options say.
HWY_INLINE void gate_sums(const Row& row, Gate gate, const float* c) {
  const Tag d;
  const std::size_t units = row.cell.units, lanes = hn::Lanes(d), own = gate * units;
  const float* peephole = row.x->peephole == nullptr ? nullptr : row.x->peephole + own;
  const float* bias = row.x->bias == nullptr ? nullptr : row.x->bias + own;
  const bool normed = row.x->gain != nullptr;
  for (std::size_t u = 0; u < row.cell.hidden; u += lanes) {
    Vec a = row.sum(gate, u);
    if (peephole != nullptr && c != nullptr)
      a = mul_add(hn::Load(d, peephole + u), hn::Load(d, c + row.narrow + u), a);
    if (!normed && bias != nullptr) a = hn::Add(a, hn::Load(d, bias + u));
    hn::Store(a, d, row.gate(gate, u));
  }
  if (!normed) return;
  normalise_row({row.gate(gate, 0), row.cell.kept.normalised + row.wide + own,
                 row.cell.kept.inverse + row.row * 4 + gate, row.x->gain + own, units,
                 row.cell.hidden, 1u, static_cast<float>(kTfliteEpsilon)});
  for (std::size_t u = 0; bias != nullptr && u < row.cell.hidden; u += lanes)
    hn::Store(hn::Add(hn::Load(d, row.gate(gate, u)), hn::Load(d, bias + u)), d, row.gate(gate, u));
}

// S5's input. LayerNorm::ba: LN(c) gain + bias, written to tanh_c; otherwise the new cell itself.
HWY_INLINE const float* cell_to_squash(const Row& row) {
  const Tag d;
  const std::size_t units = row.cell.units, hidden = row.cell.hidden, lanes = hn::Lanes(d);
  const float* c_new = row.cell.kept.c_new + row.narrow;
  if (row.x->gain_c == nullptr) return c_new;
  float* line = row.cell.tanh_c + row.narrow;
  for (std::size_t u = 0; u < hidden; u += lanes) hn::Store(hn::Load(d, c_new + u), d, line + u);
  normalise_row({line, row.cell.kept.normalised + row.narrow, row.cell.kept.inverse + row.row,
                 row.x->gain_c, units, hidden, 1u, static_cast<float>(kBaEpsilon)});
  for (std::size_t u = 0; u < hidden; u += lanes) {
    hn::Store(hn::Add(hn::Load(d, line + u), hn::Load(d, row.x->bias_c + u)), d, line + u);
  }
  return line;
}

// The plain RNN: h is the candidate of the sum a; c is copied.
template <Form kForm>
HWY_INLINE void rnn_units(const Row& row, std::size_t u, Vec a) {
  const Tag d;
  const CellForward& cell = row.cell;
  const Vec g = squash<kForm>(row, kCandidate, u, a);
  row.put(g, cell.h, u);
  row.put(g, cell.tanh_c, u);
  row.put(row.at(cell.c_prev, u), cell.c, u);
  for (const Gate none : {kInput, kForget, kOutput}) hn::Store(hn::Zero(d), d, row.gate(none, u));
}

HWY_INLINE bool is_rnn(const CellExtras* extras) { return extras->options.kind == CellKind::rnn; }

template <Form kForm>
void normed_row(const Row& row) {
  const Tag d;
  const CellForward& cell = row.cell;
  if (is_rnn(row.x)) {
    gate_sums(row, kCandidate, nullptr);
    for (std::size_t u = 0; u < cell.hidden; u += hn::Lanes(d))
      rnn_units<kForm>(row, u, hn::Load(d, row.gate(kCandidate, u)));
    return;
  }
  for (const Gate gate : {kInput, kForget, kCandidate}) {
    if (row.x->options.has_gate(gate)) {
      gate_sums(row, gate, gate == kCandidate ? nullptr : cell.c_prev);
    }
  }
  for (std::size_t u = 0; u < cell.hidden; u += hn::Lanes(d)) {
    const auto a = [&](Gate gate) HWY_ATTR { return hn::Load(d, row.gate(gate, u)); };
    update<kForm>(row, u, a(kInput), a(kForget), a(kCandidate));
  }
  gate_sums(row, kOutput, cell.kept.c_new);
  const float* c = cell_to_squash(row);
  for (std::size_t u = 0; u < cell.hidden; u += hn::Lanes(d)) {
    emit<kForm>(row, u, hn::Load(d, row.gate(kOutput, u)), hn::Load(d, c + u));
  }
}

HWY_INLINE Form form_of(const CellExtras* extras, const CellKept& kept) {
  if (extras == nullptr) return Form::plain;
  return kept.slopes == nullptr ? Form::standard : Form::general;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
