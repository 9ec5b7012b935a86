// The cell without a product, on rows whose sums are complete; layer norm of rows; sigma and tanh
// of arrays. A step that includes its recurrent product is in step.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cell.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cell-inl.hpp"
#include "kernels/cell_backward-inl.hpp"
#include "kernels/cell_units-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Calls each(row, u) for every vector of units in the range, row by row.
template <class RowOf, class Cell, class Each>
HWY_INLINE void over_units(const Cell& cell, std::size_t first, std::size_t last, Each each) {
  for (std::size_t number = 0; number < cell.rows; ++number) {
    const RowOf row(cell, number);
    for (std::size_t u = first; u < last; u += hn::Lanes(Tag())) each(row, u);
  }
}

template <Form kForm>
void forward_units_as(const CellForward& cell, std::size_t first, std::size_t last) {
  if (kForm != Form::plain && is_rnn(cell.extras)) {
    over_units<Row>(cell, first, last, [](const Row& row, std::size_t u) HWY_ATTR {
      rnn_units<kForm>(row, u, row.sum(kCandidate, u));
    });
  } else {
    over_units<Row>(cell, first, last,
                    [](const Row& row, std::size_t u) HWY_ATTR { local_units<kForm>(row, u); });
  }
}

template <Form kForm>
void backward_units_as(const CellBackward& cell, std::size_t first, std::size_t last) {
  over_units<RowBackward>(cell, first, last, [](const RowBackward& row, std::size_t u) HWY_ATTR {
    if constexpr (kForm == Form::plain) {
      plain_units_backward(row, u);
    } else if (is_rnn(row.x)) {
      rnn_units_backward<kForm>(row, u);
    } else {
      local_units_backward<kForm>(row, u);
    }
  });
}

void forward_units(const CellForward& cell, std::size_t first, std::size_t last) noexcept {
  switch (form_of(cell.extras, cell.kept)) {
    case Form::plain:
      return forward_units_as<Form::plain>(cell, first, last);
    case Form::standard:
      return forward_units_as<Form::standard>(cell, first, last);
    case Form::general:
      return forward_units_as<Form::general>(cell, first, last);
  }
}

void backward_units(const CellBackward& cell, std::size_t first, std::size_t last) noexcept {
  switch (form_of(cell.extras, cell.kept)) {
    case Form::plain:
      return backward_units_as<Form::plain>(cell, first, last);
    case Form::standard:
      return backward_units_as<Form::standard>(cell, first, last);
    case Form::general:
      return backward_units_as<Form::general>(cell, first, last);
  }
}

void forward_normed(const CellForward& cell) noexcept {
  for (std::size_t number = 0; number < cell.rows; ++number) {
    const Row row(cell, number);
    if (cell.kept.slopes == nullptr) {
      normed_row<Form::standard>(row);
    } else {
      normed_row<Form::general>(row);
    }
  }
}

void backward_normed(const CellBackward& cell) noexcept {
  for (std::size_t number = 0; number < cell.rows; ++number) {
    const RowBackward row(cell, number);
    if (cell.kept.slopes == nullptr) {
      normed_row_backward<Form::standard>(row);
    } else {
      normed_row_backward<Form::general>(row);
    }
  }
}

void cell_forward(const CellForward& cell) noexcept {
  if (layer_norm(cell.extras)) {
    forward_normed(cell);
  } else {
    forward_units(cell, 0, cell.hidden);
  }
}

void cell_backward(const CellBackward& cell) noexcept {
  if (layer_norm(cell.extras)) {
    backward_normed(cell);
  } else {
    backward_units(cell, 0, cell.hidden);
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
    normalise_row_backward({all.given + row * wide, all.d + row * wide, all.normalised + row * wide,
                            all.inverse + row, all.gain, all.d_gain, all.units, all.hidden,
                            all.gates});
  }
}

// Whole vectors first; the tail runs as one more vector, filled up with zeros, through the same
// polynomial.
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
  apply(x, y, count, [](Tag d, Vec v) HWY_ATTR { return sigmoid_of_many(d, v); });
}

void tanh_all(const float* x, float* y, std::size_t count) noexcept {
  apply(x, y, count, [](Tag d, Vec v) HWY_ATTR { return tanh(d, v); });
}

void fill_cell(KernelTable& table) {
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
const KernelRegistration& cell_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_cell);
  return fills;
}
}  // namespace sluice::kernels
#endif
