#include "network/merge.hpp"

#include <vector>

#include "sluice/error.hpp"

namespace sluice::network {
namespace {

// Where one member's tensor goes in the merged one. Rows come in `row_blocks` blocks (gates) of
// `rows` each.
struct Placement {
  std::size_t row_blocks, rows, columns;  // of the member's tensor
  std::size_t merged_rows, merged_columns;
  std::size_t first_row, first_column;  // of the member, within a block of the merged tensor
  float scale;
};

void place(const float* from, float* to, const Placement& p) {
  for (std::size_t block = 0; block < p.row_blocks; ++block) {
    for (std::size_t row = 0; row < p.rows; ++row) {
      const std::size_t merged_row = block * p.merged_rows + p.first_row + row;
      float* target = to + merged_row * p.merged_columns + p.first_column;
      for (std::size_t column = 0; column < p.columns; ++column) *target++ += p.scale * *from++;
    }
  }
}

Placement placement_of(const Parameter& parameter, const Parameter& merged, std::size_t member,
                       float share) {
  const bool head = parameter.name.rfind("head.", 0) == 0;
  const std::size_t columns = parameter.shape.size() == 2 ? parameter.shape[1] : 1;
  const std::size_t merged_columns = merged.shape.size() == 2 ? merged.shape[1] : 1;
  if (head)
    return {1,
            parameter.shape[0],
            columns,
            merged.shape[0],
            merged_columns,
            0,
            columns == merged_columns ? 0 : member * columns,
            share};
  const std::size_t hidden = parameter.hidden;
  // The first layer's inputs are the same for all members: all columns are everyone's.
  return {4,
          hidden,
          columns,
          merged.hidden,
          merged_columns,
          member * hidden,
          columns == merged_columns ? 0 : member * columns,
          1.0f};
}

}  // namespace

Network merge(std::span<const Network> members) {
  for (const Network& member : members) {
    if (member.architecture() == members[0].architecture() && member.architecture().output > 0)
      continue;
    throw Error(ErrorCode::shape, {.what = "networks that differ cannot be merged",
                                   .expected = "one architecture with a head",
                                   .got = "several, or no head"});
  }
  if (members.empty()) throw Error(ErrorCode::shape, {.what = "no networks to merge"});
  Architecture architecture = members[0].architecture();
  for (std::size_t& hidden : architecture.hidden) hidden *= members.size();
  Network merged(architecture);
  std::vector<float> parameters(merged.count(), 0.0f);
  const float share = 1.0f / static_cast<float>(members.size());
  for (std::size_t member = 0; member < members.size(); ++member) {
    const std::vector<Parameter>& list = members[member].list();
    for (std::size_t index = 0; index < list.size(); ++index) {
      const Parameter& target = merged.list()[index];
      place(members[member].parameters().data() + list[index].offset,
            parameters.data() + target.offset, placement_of(list[index], target, member, share));
    }
  }
  merged.set_parameters(parameters);
  return merged;
}

}  // namespace sluice::network
