// The lanes of a batch: each walks through the training rows chunk by chunk with its state carried,
// and where the rows end, begins again near the start from the initial state. So every row is seen
// in its order, and about equally often. Or each lane takes a window somewhere at every step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::training {

struct Lane {
  std::size_t row = 0;  ///< First row of the next chunk.
  bool fresh =
      true;  ///< It starts from the initial state: the first quarter of the chunk carries no loss.
  std::uint64_t laps = 0;
};

class Lanes {
 public:
  /// `rows` >= chunk.
  Lanes(std::size_t count, std::size_t rows, std::size_t chunk, std::uint64_t seed,
        bool windows = false);

  std::size_t count() const { return lanes_.size(); }
  const Lane& operator[](std::size_t index) const { return lanes_[index]; }
  /// Every lane one chunk on.
  void advance();

 private:
  std::size_t rows_, chunk_;
  std::uint64_t seed_;
  bool windows_;
  std::vector<Lane> lanes_;
};

}  // namespace sluice::training
