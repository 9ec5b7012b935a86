// Writes and checks the 64-byte head of a saved state and its checksum. The meaning of flags and
// floats belongs to the callers.
#include "streaming/saved_state.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "core/random.hpp"
#include "sluice/error.hpp"

namespace sluice::streaming {
namespace {

static_assert(std::endian::native == std::endian::little, "states are saved as they lie in memory");

constexpr std::array<char, 8> kMagic = {'s', 'l', 'u', 'i', 'c', 'e', 's', 't'};
constexpr std::uint32_t kVersion = 1;

struct Bytes {
  std::array<char, 8> magic;
  std::uint32_t version, kind;
  std::uint64_t fingerprint, window, count, flags, floats, checksum;
};
static_assert(sizeof(Bytes) == kSavedHeadBytes);

[[noreturn]] void refuse(const std::string& what, const std::string& expected,
                         const std::string& got, const std::string& hint) {
  throw Error(
      ErrorCode::model,
      {.where = "saved state", .what = what, .expected = expected, .got = got, .hint = hint});
}

std::uint64_t add_words(std::uint64_t sum, std::span<const std::byte> bytes) {
  for (std::size_t at = 0; at + sizeof(std::uint32_t) <= bytes.size();
       at += sizeof(std::uint32_t)) {
    std::uint32_t word;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    sum = mix64(sum ^ word);
  }
  return sum;
}

// Of the head with a zero checksum, and the bytes after it.
std::uint64_t checksum(Bytes head, std::span<const std::byte> behind) {
  head.checksum = 0;
  return add_words(add_words(1, std::as_bytes(std::span(&head, 1))), behind);
}

const char* name(std::uint32_t kind) {
  switch (kind) {
    case SavedHead::stream:
      return "a stream";
    case SavedHead::pool:
      return "a pool";
    case SavedHead::forecast:
      return "a forecast's stream";
    default:  // read from a file
      return "unknown";
  }
}

}  // namespace

std::vector<std::byte> write_saved(SavedHead head, std::span<const std::uint8_t> flags,
                                   std::span<const std::span<const float>> parts) {
  head.flags = (flags.size() + kSavedHeadBytes - 1) / kSavedHeadBytes * kSavedHeadBytes;
  head.floats = 0;
  for (const std::span<const float> part : parts) head.floats += part.size();
  std::vector<std::byte> out(kSavedHeadBytes + head.flags + head.floats * sizeof(float));
  std::copy_n(reinterpret_cast<const std::byte*>(flags.data()), flags.size(),
              out.data() + kSavedHeadBytes);
  std::byte* to = out.data() + kSavedHeadBytes + head.flags;
  for (const std::span<const float> part : parts) {
    to = std::copy_n(reinterpret_cast<const std::byte*>(part.data()), part.size_bytes(), to);
  }
  Bytes bytes{.magic = kMagic,
              .version = kVersion,
              .kind = head.kind,
              .fingerprint = head.fingerprint,
              .window = head.window,
              .count = head.count,
              .flags = head.flags,
              .floats = head.floats,
              .checksum = 0};
  bytes.checksum = checksum(bytes, std::span(out).subspan(kSavedHeadBytes));
  std::memcpy(out.data(), &bytes, sizeof bytes);
  return out;
}

Saved read_saved(std::span<const std::byte> bytes, SavedHead::Kind kind,
                 std::uint64_t fingerprint) {
  Bytes head;
  if (bytes.size() < sizeof head) {
    refuse("too short", std::to_string(sizeof head) + " bytes at least",
           std::to_string(bytes.size()), "the file is cut, or another kind of file");
  }
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.magic != kMagic)
    refuse("not a saved state", "bytes from save()", "other bytes", "give the file that was saved");
  if (head.version != kVersion) {
    refuse("another version", std::to_string(kVersion), std::to_string(head.version),
           "use the program that saved it, or a newer one");
  }
  if (head.kind != kind)
    refuse("another kind of state", name(kind), name(head.kind), "restore it where it was saved");
  if (head.fingerprint != fingerprint) {
    refuse("the state of another model", "one saved with this model's weights",
           "one with other weights or sizes", "use the model that it was saved with");
  }
  const std::size_t behind = bytes.size() - sizeof head;
  if (head.flags > behind || head.floats > behind || head.flags % sizeof(float) != 0 ||
      head.flags + head.floats * sizeof(float) != behind) {
    refuse("wrong size",
           std::to_string(head.flags + head.floats * sizeof(float)) + " bytes behind the head",
           std::to_string(behind), "the file is cut or damaged");
  }
  if (checksum(head, bytes.subspan(sizeof head)) != head.checksum) {
    refuse("damaged", "bytes as they were saved", "a checksum that does not fit",
           "the file was changed after it was saved");
  }
  return {{kind, head.fingerprint, head.window, head.count, head.flags, head.floats},
          bytes.subspan(sizeof head, head.flags),
          bytes.subspan(sizeof head + head.flags)};
}

}  // namespace sluice::streaming
