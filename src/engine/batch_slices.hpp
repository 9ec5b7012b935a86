// How a batch is cut into slices, each of which a thread takes through all steps.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/rows_view.hpp"
#include "model/parameters.hpp"

namespace sluice::engine {

class SliceRule {
 public:
  explicit SliceRule(const Architecture& architecture);
  /// As few slices as keep one step of a slice in the cache beside R; but one for each thread,
  /// where a slice then still fills a few tiles of the products.
  std::vector<Samples> cut(std::size_t batch, std::size_t threads) const;

 private:
  std::size_t widest_;  // H of the widest layer
  bool fixed_;          // some sums are made slice by slice: the cut must not depend on the threads
};

}  // namespace sluice::engine
