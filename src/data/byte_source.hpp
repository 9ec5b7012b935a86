// Where the bytes of a table come from: a file, a pipe, a text in memory, and any of them in
// another encoding.
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
  /// Up to `size` > 0 bytes into `to`; 0 at the end. Throws Error(file) where it cannot be read.
  virtual std::size_t read(char* to, std::size_t size) = 0;
  /// All of its bytes as far as known, else 0.
  virtual std::uint64_t size() const { return 0; }
};

/// Throws Error(file) where the file cannot be opened.
std::unique_ptr<ByteSource> open_file(const std::string& path);
/// An open file, which stays the caller's. Where `stop` is set by a signal while it waits for more,
/// it ends there.
std::unique_ptr<ByteSource> open_descriptor(int file, std::string name,
                                            const std::atomic<bool>& stop);
/// The text must outlive it.
std::unique_ptr<ByteSource> open_text(std::string_view text);

enum class Encoding { utf8, windows_1252, utf16 };

/// "utf-8", "latin1" or "utf-16"; throws Error(usage) where it is none.
Encoding encoding_named(const std::string& name);

/// The bytes of another source as UTF-8. UTF-16 is little-endian where no byte order mark says
/// otherwise.
std::unique_ptr<ByteSource> decoded(std::unique_ptr<ByteSource> source, Encoding encoding);

}  // namespace sluice::data
