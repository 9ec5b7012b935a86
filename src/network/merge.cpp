#include "network/merge.hpp"

#include <vector>

#include "sluice/error.hpp"

namespace sluice::network {
namespace {

// One axis of a member's tensor, in blocks (gates, or directions side by side), and where each
// block stands in the merged tensor's.
struct Axis {
  std::size_t blocks, size;
  std::size_t merged_size, first;

  std::size_t merged_at(std::size_t n) const { return n / size * merged_size + first + n % size; }
};

struct Placement {
  Axis rows, columns;
  float scale = 1.0f;
};

void place(const float* from, float* to, const Placement& p) {
  const std::size_t width = p.columns.blocks * p.columns.merged_size;
  for (std::size_t row = 0; row < p.rows.blocks * p.rows.size; ++row) {
    for (std::size_t column = 0; column < p.columns.blocks * p.columns.size; ++column)
      to[p.rows.merged_at(row) * width + p.columns.merged_at(column)] += p.scale * *from++;
  }
}

struct Placer {
  const Architecture& of;
  std::size_t members, member;

  // Every member has its own units; what all share (the inputs, the outputs) lies where it lay.
  Axis own(std::size_t size, std::size_t blocks = 1) const {
    return {blocks, size, members * size, member * size};
  }
  static Axis shared(std::size_t size) { return {1, size, size, 0}; }
  Axis handed_up(std::size_t layer) const {
    const std::size_t state = of.state(layer);
    return own(state, of.layer_output(layer) / state);
  }

  Placement of_parameter(const Parameter& parameter) const {
    const std::size_t layer = parameter.layer, hidden = of.hidden[layer], state = of.state(layer);
    const Axis gates = own(hidden, of.cell.gates()), one = shared(1);
    const float share = 1.0f / static_cast<float>(members);
    switch (parameter.role) {
      case Role::weight_ih:
        return {gates, layer == 0 ? shared(of.input) : handed_up(layer - 1)};
      case Role::weight_hh:
        return {gates, own(state)};
      case Role::weight_hr:
        return {own(state), own(hidden)};
      case Role::peephole:
        return {own(hidden, of.cell.peepholes()), one};
      case Role::bias_hr:
      case Role::initial_h:
        return {own(state), one};
      case Role::initial_c:
        return {own(hidden), one};
      case Role::head_weight:
        return {shared(of.output), handed_up(layer), share};
      case Role::head_bias:
        return {shared(of.output), one, share};
      default:
        return {gates, one};
    }
  }
};

}  // namespace

Network merge(std::span<const Network> members) {
  for (const Network& member : members) {
    const Architecture& of = member.architecture();
    if (of == members[0].architecture() && of.output > 0 &&
        (members.size() == 1 || of.cell.layer_norm == LayerNorm::none))
      continue;
    throw Error(ErrorCode::shape, {.what = "these networks cannot be merged",
                                   .expected = "one architecture, with a head, no layer norm",
                                   .got = "others"});
  }
  if (members.empty()) throw Error(ErrorCode::shape, {.what = "no networks to merge"});
  Architecture architecture = members[0].architecture();
  for (std::size_t& hidden : architecture.hidden) hidden *= members.size();
  architecture.cell.projection *= members.size();
  Network merged(architecture);
  std::vector<float> parameters(merged.count(), 0.0f);
  for (std::size_t member = 0; member < members.size(); ++member) {
    const std::vector<Parameter>& list = members[member].list();
    const Placer placer{members[member].architecture(), members.size(), member};
    for (std::size_t index = 0; index < list.size(); ++index) {
      place(members[member].parameters().data() + list[index].offset,
            parameters.data() + merged.list()[index].offset, placer.of_parameter(list[index]));
    }
  }
  merged.set_parameters(parameters);
  return merged;
}

}  // namespace sluice::network
