// Positions of the samples of a batch in a long series. Each cursor walks through the training rows
// chunk by chunk with its state carried, and at the end restarts near the beginning from the
// initial state: every row is read in order and about equally often. With `windows`, each cursor
// jumps to a random window at every step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::training {

struct SeriesCursor {
  std::size_t row = 0;  ///< First row of the next chunk.
  /// It starts from the initial state: the first quarter of the chunk carries no loss.
  bool fresh = true;
  std::uint64_t laps = 0;
};

class SeriesCursors {
 public:
  /// `rows` >= chunk.
  SeriesCursors(std::size_t count, std::size_t rows, std::size_t chunk, std::uint64_t seed,
                bool windows = false);

  std::size_t count() const { return cursors_.size(); }
  const SeriesCursor& operator[](std::size_t index) const { return cursors_[index]; }
  /// Moves every cursor to its next chunk.
  void advance();

 private:
  std::size_t rows_, chunk_;
  std::uint64_t seed_;
  bool windows_;
  std::vector<SeriesCursor> cursors_;
};

}  // namespace sluice::training
