#include "engine/ensemble.hpp"

#include <string>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// One axis of a member's tensor, in blocks (gates, or directions side by side), and where each
// block stands in the merged tensor's.
struct Axis {
  std::size_t blocks, size;
  std::size_t merged_size, first;

  std::size_t count() const { return blocks * size; }
  std::size_t merged_count() const { return blocks * merged_size; }
  std::size_t merged_at(std::size_t n) const { return n / size * merged_size + first + n % size; }
  bool fits() const { return size > 0 && first + size <= merged_size; }
};

struct Placement {
  Axis rows, columns;
  float scale = 1.0f;

  std::size_t count() const { return rows.count() * columns.count(); }
  std::size_t merged_count() const { return rows.merged_count() * columns.merged_count(); }
};

// Sizes that disagree are a fault of ours; they must not become a write past the array.
void check_sizes(const Parameter& from, const Parameter& to, const Placement& p) {
  if (p.rows.fits() && p.columns.fits() && p.count() == from.count && p.merged_count() == to.count)
    return;
  throw Error(ErrorCode::internal,
              {.where = "merging, tensor '" + from.name + "'",
               .what = "its place does not fit",
               .expected = std::to_string(from.count) + " of " + std::to_string(to.count),
               .got = std::to_string(p.count()) + " of " + std::to_string(p.merged_count())});
}

void place(const float* from, float* to, const Placement& p) {
  for (std::size_t row = 0; row < p.rows.count(); ++row) {
    float* merged_row = to + p.rows.merged_at(row) * p.columns.merged_count();
    for (std::size_t column = 0; column < p.columns.count(); ++column)
      merged_row[p.columns.merged_at(column)] += p.scale * *from++;
  }
}

struct Placer {
  const Architecture& architecture;
  std::size_t members, member;

  // Every member has its own units; what all share (the inputs, the outputs) lies where it lay.
  Axis own(std::size_t size, std::size_t blocks = 1) const {
    return {blocks, size, members * size, member * size};
  }
  static Axis shared(std::size_t size) { return {1, size, size, 0}; }
  Axis handed_up(std::size_t layer) const {
    const std::size_t state = architecture.state(layer);
    return own(state, architecture.layer_output(layer) / state);
  }

  Placement of_parameter(const Parameter& parameter) const {
    const std::size_t layer = parameter.layer, hidden = architecture.hidden[layer],
                      state = architecture.state(layer);
    const Axis gates = own(hidden, architecture.cell.gates()), one = shared(1);
    const float share = 1.0f / static_cast<float>(members);
    switch (parameter.role) {
      case Role::weight_ih:
        return {gates, layer == 0 ? shared(architecture.input) : handed_up(layer - 1)};
      case Role::weight_hh:
        return {gates, own(state)};
      case Role::bias_ih:
      case Role::bias_hh:
        return {gates, one};
      case Role::weight_hr:
        return {own(state), own(hidden)};
      case Role::peephole:
        return {own(hidden, architecture.cell.peepholes()), one};
      case Role::bias_hr:
      case Role::initial_h:
        return {own(state), one};
      case Role::initial_c:
        return {own(hidden), one};
      case Role::head_weight:
        return {shared(architecture.output), handed_up(layer), share};
      case Role::head_bias:
        return {shared(architecture.output), one, share};
      case Role::norm_ih:
      case Role::norm_hh:
      case Role::norm_gates:
      case Role::norm_c:
      case Role::norm_c_bias:
        break;
    }
    // A mean and deviation over all members' units are no member's own.
    throw Error(ErrorCode::internal, {.where = "merging, tensor '" + parameter.name + "'",
                                      .what = "has no place beside other members"});
  }
};

void check_members(std::span<const Network> members) {
  if (members.empty()) throw Error(ErrorCode::shape, {.what = "no networks to merge"});
  for (const Network& member : members) {
    const Architecture& architecture = member.architecture();
    if (architecture == members[0].architecture() && architecture.output > 0 &&
        (members.size() == 1 || architecture.cell.layer_norm == LayerNorm::none))
      continue;
    throw Error(ErrorCode::shape, {.what = "these networks cannot be merged",
                                   .expected = "one architecture, with a head, no layer norm",
                                   .got = "others"});
  }
}

}  // namespace

Network merge(std::span<const Network> members) {
  check_members(members);
  Architecture architecture = members[0].architecture();
  for (std::size_t& hidden : architecture.hidden) hidden *= members.size();
  architecture.cell.projection *= members.size();
  Network merged(architecture);
  if (members.size() == 1) {  // itself, whatever its tensors are
    merged.set_parameters(members[0].parameters());
    return merged;
  }
  std::vector<float> parameters(merged.count(), 0.0f);
  for (std::size_t member = 0; member < members.size(); ++member) {
    const std::vector<Parameter>& list = members[member].list();
    const Placer placer{members[member].architecture(), members.size(), member};
    for (std::size_t index = 0; index < list.size(); ++index) {
      const Parameter &from = list[index], &to = merged.list()[index];
      const Placement placement = placer.of_parameter(from);
      check_sizes(from, to, placement);
      place(members[member].parameters().data() + from.offset, parameters.data() + to.offset,
            placement);
    }
  }
  merged.set_parameters(parameters);
  return merged;
}

}  // namespace sluice::engine
