// The bytes of a saved stream or pool: a head that says whose they are, then floats. Little-endian;
// described in docs/formats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::streaming {

/// What a state belongs to, and how much there is.
struct SavedHead {
  enum Kind : std::uint32_t { stream = 1, pool = 2, forecast = 3 };
  Kind kind;
  std::uint64_t fingerprint;  ///< Of the model.
  std::uint64_t window;       ///< T of a stream, 0: carried; 0 of a pool.
  std::uint64_t count;        ///< Rows pushed to a window, places of a pool, doubles of a forecast.
  std::uint64_t flags = 0;    ///< Bytes between the head and the floats: of a pool, a place
                              ///< each; of a forecast, its doubles, then its stream.
  std::uint64_t floats = 0;
};

inline constexpr std::size_t kSavedHeadBytes = 64;

/// The head's last two numbers are worked out here; the floats begin at a multiple of the head's
/// size.
std::vector<std::byte> write_saved(SavedHead head, std::span<const std::uint8_t> flags,
                                   std::span<const std::span<const float>> parts);

struct Saved {
  SavedHead head;
  std::span<const std::byte> flags;
  std::span<const std::byte> floats;
};
/// Throws Error(model) where the bytes are cut, of another kind, another version, damaged, or not
/// of this model.
Saved read_saved(std::span<const std::byte> bytes, SavedHead::Kind kind, std::uint64_t fingerprint);

}  // namespace sluice::streaming
