// Many streams over one model: rows of several of them go through the network as one product. The
// states are one block of memory, which can be saved and restored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sluice/model.hpp"
#include "sluice/status.hpp"
#include "sluice/stream.hpp"

namespace sluice {

struct StreamPoolOptions {
  std::size_t threads = 1;  ///< Does not change a bit.
  MissingRow missing = MissingRow::refuse;
};

/// Moves, does not copy; belongs to one thread at a time. The state of each stream is carried.
class StreamPool {
 public:
  using Id = std::uint32_t;

  /// Throws Error(usage) where the model cannot be streamed, or was trained on windows: make a
  /// Stream of each then.
  explicit StreamPool(const Model& model, const StreamPoolOptions& options = {});
  StreamPool(StreamPool&&) noexcept;
  StreamPool& operator=(StreamPool&&) noexcept;
  ~StreamPool();

  std::size_t inputs() const noexcept;   ///< I
  std::size_t outputs() const noexcept;  ///< O
  std::size_t size() const noexcept;     ///< Streams that are there.

  /// A new stream in its initial state; the lowest number that is free. May allocate.
  Id add();
  /// Room for so many streams in all, so that add() does not allocate.
  void reserve(std::size_t streams);
  void remove(Id stream) noexcept;
  /// To the initial state. Status::unknown_stream where there is none of that number.
  [[nodiscard]] Status reset(Id stream) noexcept;

  /// A row for each of the streams named: x [n, I] to y [n, O], the bits of each stream alone.
  [[nodiscard]] Status push(std::span<const Id> streams, std::span<const float> x,
                            std::span<float> y) noexcept;

  /// All streams and their numbers; the layout is in docs/formats.md.
  std::vector<std::byte> save() const;
  /// From save(), perhaps out of a mapped file. Throws Error(model) as Stream::restore.
  void restore(std::span<const std::byte> saved);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
