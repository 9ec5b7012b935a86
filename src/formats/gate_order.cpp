// Derives, from one row per format, which foreign block holds which of our gates, and copies values
// by that mapping in either direction.
#include "formats/gate_order.hpp"

#include <array>
#include <optional>
#include <string>

#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

constexpr std::size_t kGates = 4, kCandidate = 2;

// theirs[k]: position in the foreign order of our gate k of i, f, g, o.
struct Order {
  std::array<std::size_t, kGates> theirs;
  bool transposed;
};

Order order_of(GateOrder order) {
  switch (order) {
    case GateOrder::onnx:
      return {{0, 2, 3, 1}, false};
    case GateOrder::keras:
      return {{0, 1, 2, 3}, true};
    case GateOrder::pytorch:
      return {{0, 1, 2, 3}, false};
  }
  throw Error(ErrorCode::internal, {.what = "an order of gates without its table"});
}

// For each foreign block, in foreign order, our block, or nullopt if the cell lacks it.
using Places = std::vector<std::optional<std::size_t>>;

Places gate_places(GateOrder order, const CellOptions& cell) {
  Places places(kGates);
  std::size_t ours = 0;
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    if (cell.has_gate(gate)) places[order_of(order).theirs[gate]] = ours++;
  }
  return places;
}

// The gates' blocks without the candidate, which has no peephole.
Places peephole_places(GateOrder order, const CellOptions& cell) {
  Places of_gates = gate_places(order, cell);
  const std::size_t candidate = order_of(order).theirs[kCandidate];
  of_gates.erase(of_gates.begin() + static_cast<std::ptrdiff_t>(candidate));
  for (auto& place : of_gates) {
    if (place && *place == cell.gates() - 1) --*place;  // o comes after the candidate
  }
  return of_gates;
}

void check(std::size_t got, std::size_t expected, const GateBlocks& blocks) {
  if (blocks.cell.kind != CellKind::lstm) {
    throw Error(ErrorCode::usage, {.what = "a plain RNN has no gates to order"});
  }
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.what = "the gates' values do not fit " +
                                         std::to_string(blocks.hidden) + " hidden units",
                                 .expected = std::to_string(expected) + " values",
                                 .got = std::to_string(got)});
}

// Index of a value in the foreign array of `all` blocks.
struct TheirLayout {
  std::size_t all, hidden, columns;
  bool transposed;

  std::size_t at(std::size_t block, std::size_t unit, std::size_t column) const {
    const std::size_t row = block * hidden + unit;
    return transposed ? column * all * hidden + row : row * columns + column;
  }
};

// Calls copy(ours, theirs) with the indices of each value that both sides have.
template <class Copy>
void for_each_value(const Places& places, const TheirLayout& layout, Copy copy) {
  for (std::size_t block = 0; block < places.size(); ++block) {
    if (!places[block]) continue;
    for (std::size_t unit = 0; unit < layout.hidden; ++unit) {
      for (std::size_t column = 0; column < layout.columns; ++column) {
        const std::size_t row = *places[block] * layout.hidden + unit;
        copy(row * layout.columns + column, layout.at(block, unit, column));
      }
    }
  }
}

template <class Real>
std::vector<Real> to_ours(const std::vector<Real>& theirs, const Places& places,
                          const TheirLayout& layout, std::size_t blocks) {
  std::vector<Real> ours(blocks * layout.hidden * layout.columns);
  for_each_value(places, layout,
                 [&](std::size_t to, std::size_t from) { ours[to] = theirs[from]; });
  return ours;
}

template <class Real>
std::vector<Real> from_ours(const std::vector<Real>& ours, const Places& places,
                            const TheirLayout& layout) {
  std::vector<Real> theirs(places.size() * layout.hidden * layout.columns);
  for_each_value(places, layout,
                 [&](std::size_t from, std::size_t to) { theirs[to] = ours[from]; });
  return theirs;
}

TheirLayout gate_layout(GateOrder order, const GateBlocks& blocks) {
  return {kGates, blocks.hidden, blocks.columns, order_of(order).transposed};
}

TheirLayout peephole_layout(const GateBlocks& blocks) {
  return {kGates - 1, blocks.hidden, 1, false};
}

}  // namespace

template <class Real>
std::vector<Real> gates_to_ours(GateOrder order, const std::vector<Real>& theirs,
                                const GateBlocks& blocks) {
  check(theirs.size(), kGates * blocks.hidden * blocks.columns, blocks);
  return to_ours(theirs, gate_places(order, blocks.cell), gate_layout(order, blocks),
                 blocks.cell.gates());
}

template <class Real>
std::vector<Real> gates_from_ours(GateOrder order, const std::vector<Real>& ours,
                                  const GateBlocks& blocks) {
  check(ours.size(), blocks.cell.gates() * blocks.hidden * blocks.columns, blocks);
  return from_ours(ours, gate_places(order, blocks.cell), gate_layout(order, blocks));
}

template <class Real>
std::vector<Real> peepholes_to_ours(GateOrder order, const std::vector<Real>& theirs,
                                    const GateBlocks& blocks) {
  check(theirs.size(), (kGates - 1) * blocks.hidden, blocks);
  return to_ours(theirs, peephole_places(order, blocks.cell), peephole_layout(blocks),
                 blocks.cell.gates() - 1);
}

template <class Real>
std::vector<Real> peepholes_from_ours(GateOrder order, const std::vector<Real>& ours,
                                      const GateBlocks& blocks) {
  check(ours.size(), (blocks.cell.gates() - 1) * blocks.hidden, blocks);
  return from_ours(ours, peephole_places(order, blocks.cell), peephole_layout(blocks));
}

template std::vector<float> gates_to_ours(GateOrder, const std::vector<float>&, const GateBlocks&);
template std::vector<double> gates_to_ours(GateOrder, const std::vector<double>&,
                                           const GateBlocks&);
template std::vector<float> gates_from_ours(GateOrder, const std::vector<float>&,
                                            const GateBlocks&);
template std::vector<double> gates_from_ours(GateOrder, const std::vector<double>&,
                                             const GateBlocks&);
template std::vector<float> peepholes_to_ours(GateOrder, const std::vector<float>&,
                                              const GateBlocks&);
template std::vector<double> peepholes_to_ours(GateOrder, const std::vector<double>&,
                                               const GateBlocks&);
template std::vector<float> peepholes_from_ours(GateOrder, const std::vector<float>&,
                                                const GateBlocks&);
template std::vector<double> peepholes_from_ours(GateOrder, const std::vector<double>&,
                                                 const GateBlocks&);

}  // namespace sluice::formats
