// The bytes of a saved stream or pool: a head that identifies model and kind, then flags and
// floats. Little-endian; the format is described in docs/formats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::streaming {

/// The identity and the sizes of a saved state.
struct SavedHead {
  enum Kind : std::uint32_t { stream = 1, pool = 2, forecast = 3 };
  Kind kind;
  std::uint64_t fingerprint;  ///< See StreamModel::fingerprint().
  std::uint64_t window;       ///< Rows of a stream's window; 0: carried state, or a pool.
  std::uint64_t count;  ///< Rows pushed to a window, slots of a pool, or doubles of a forecast.
  /// Bytes between the head and the floats. Pool: one per slot. Forecast: its doubles, then its
  /// stream.
  std::uint64_t flags = 0;
  std::uint64_t floats = 0;
};

inline constexpr std::size_t kSavedHeadBytes = 64;

/// Computes head.flags and head.floats. The floats start at a multiple of kSavedHeadBytes.
std::vector<std::byte> write_saved(SavedHead head, std::span<const std::uint8_t> flags,
                                   std::span<const std::span<const float>> parts);

struct Saved {
  SavedHead head;
  std::span<const std::byte> flags;
  std::span<const std::byte> floats;
};
/// Throws Error(model) if the bytes are truncated, damaged, or of another kind, version or model.
Saved read_saved(std::span<const std::byte> bytes, SavedHead::Kind kind, std::uint64_t fingerprint);

}  // namespace sluice::streaming
