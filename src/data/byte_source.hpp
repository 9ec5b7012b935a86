// Sources of a table's bytes: a file, a pipe or a text in memory, and a decoder to UTF-8 around any
// of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads up to `size` > 0 bytes into `to`; returns 0 at the end. Throws Error(file) on failure.
  virtual std::size_t read(char* to, std::size_t size) = 0;
  /// Total size in bytes, 0 if unknown.
  virtual std::uint64_t size() const { return 0; }
};

/// Throws Error(file) if the file cannot be opened.
std::unique_ptr<ByteSource> open_file(const std::string& path);
/// An open file descriptor, still owned by the caller. If a signal sets `stop` during a wait, the
/// source ends there.
std::unique_ptr<ByteSource> open_descriptor(int file, std::string name,
                                            const std::atomic<bool>& stop);
/// The text must outlive it.
std::unique_ptr<ByteSource> open_text(std::string_view text);

enum class Encoding { utf8, windows_1252, utf16 };

/// "utf-8", "latin1" or "utf-16"; throws Error(usage) for anything else.
Encoding encoding_named(const std::string& name);

/// Converts another source to UTF-8. UTF-16 is little-endian unless a byte order mark says
/// otherwise.
std::unique_ptr<ByteSource> decoded(std::unique_ptr<ByteSource> source, Encoding encoding);

}  // namespace sluice::data
