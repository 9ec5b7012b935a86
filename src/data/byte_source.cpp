// Three sources behind one interface: a file descriptor, a text in memory, and a decoder that turns
// the bytes of another source into UTF-8 piece by piece.
#include "data/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

[[noreturn]] void throw_unreadable(const std::string& path, int error) {
  throw Error(ErrorCode::file,
              {.where = path,
               .what = "cannot read the file: " + std::generic_category().message(error),
               .expected = "",
               .got = "",
               .hint = error == EISDIR ? "name a file inside the folder" : "check the path"});
}

class DescriptorSource : public ByteSource {
 public:
  DescriptorSource(int file, std::string name, bool owned, const std::atomic<bool>* stop)
      : name_(std::move(name)), file_(file), owned_(owned), stop_(stop) {}
  ~DescriptorSource() override {
    if (owned_) ::close(file_);
  }
  DescriptorSource(const DescriptorSource&) = delete;
  DescriptorSource& operator=(const DescriptorSource&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    ssize_t got = 0;
    do {
      got = stop_ != nullptr && *stop_ ? 0 : ::read(file_, to, size);
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw_unreadable(name_, errno);
    return static_cast<std::size_t>(got);
  }
  std::uint64_t size() const override {
    struct stat status {};
    if (!owned_ || ::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  std::string name_;
  int file_;
  bool owned_;
  const std::atomic<bool>* stop_;
};

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : rest_(text), size_(text.size()) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t count = std::min(size, rest_.size());
    std::copy_n(rest_.begin(), count, to);
    rest_.remove_prefix(count);
    return count;
  }
  std::uint64_t size() const override { return size_; }

 private:
  std::string_view rest_;
  std::size_t size_;
};

void append_utf8(std::string& text, std::uint32_t point) {
  const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(value); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xC0 | point >> 6);
  } else {
    if (point < 0x10000) {
      byte(0xE0 | point >> 12);
    } else {
      byte(0xF0 | point >> 18);
      byte(0x80 | (point >> 12 & 0x3F));
    }
    byte(0x80 | (point >> 6 & 0x3F));
  }
  byte(0x80 | (point & 0x3F));
}

constexpr std::uint32_t kReplacement = 0xFFFD;

// Windows-1252 differs from Latin-1 only in 0x80 .. 0x9F; 0: undefined.
constexpr std::array<std::uint16_t, 32> kWindows1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

class DecodedSource : public ByteSource {
 public:
  DecodedSource(std::unique_ptr<ByteSource> source, Encoding encoding)
      : source_(std::move(source)), encoding_(encoding) {}

  std::size_t read(char* to, std::size_t size) override {
    while (at_ == decoded_.size() && !ended_) decode_more();
    const std::size_t count = std::min(size, decoded_.size() - at_);
    std::copy_n(decoded_.begin() + static_cast<std::ptrdiff_t>(at_), count, to);
    at_ += count;
    return count;
  }
  std::uint64_t size() const override { return source_->size(); }

 private:
  void decode_more() {
    std::array<char, 1 << 16> bytes{};
    const std::size_t got = source_->read(bytes.data(), bytes.size());
    ended_ = got == 0;
    decoded_.clear();
    at_ = 0;
    for (std::size_t n = 0; n < got; ++n) {
      const auto byte = static_cast<unsigned char>(bytes[n]);
      encoding_ == Encoding::utf16 ? add_utf16(byte) : add_windows_1252(byte);
    }
    if (ended_ && high_ != 0) append_utf8(decoded_, kReplacement);
  }
  void add_windows_1252(unsigned char byte) {
    const std::uint32_t point = byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : byte;
    append_utf8(decoded_, byte >= 0x80 && point == 0 ? kReplacement : point);
  }
  void add_utf16(unsigned char byte) {
    if (!half_) {
      half_ = true;
      first_ = byte;
      return;
    }
    half_ = false;
    const std::uint32_t unit = big_endian_ ? first_ * 256U + byte : byte * 256U + first_;
    if (!begun_) {
      begun_ = true;
      if (unit == 0xFEFF) return;
      if (unit == 0xFFFE) {
        big_endian_ = true;
        return;
      }
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
      if (high_ != 0) append_utf8(decoded_, kReplacement);
      high_ = unit;
      return;
    }
    if (unit >= 0xDC00 && unit < 0xE000) {
      append_utf8(decoded_,
                  high_ == 0 ? kReplacement : 0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00));
    } else {
      if (high_ != 0) append_utf8(decoded_, kReplacement);
      append_utf8(decoded_, unit);
    }
    high_ = 0;
  }

  std::unique_ptr<ByteSource> source_;
  Encoding encoding_;
  std::string decoded_;
  std::size_t at_ = 0;
  bool ended_ = false, begun_ = false, half_ = false, big_endian_ = false;
  unsigned char first_ = 0;
  std::uint32_t high_ = 0;  // a high surrogate waiting for its low surrogate
};

}  // namespace

std::unique_ptr<ByteSource> open_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(*-vararg)
  if (file < 0) throw_unreadable(path, errno);
  return std::make_unique<DescriptorSource>(file, path, true, nullptr);
}

std::unique_ptr<ByteSource> open_descriptor(int file, std::string name,
                                            const std::atomic<bool>& stop) {
  return std::make_unique<DescriptorSource>(file, std::move(name), false, &stop);
}

std::unique_ptr<ByteSource> open_text(std::string_view text) {
  return std::make_unique<TextSource>(text);
}

Encoding encoding_named(const std::string& name) {
  if (name == "utf-8") return Encoding::utf8;
  if (name == "latin1") return Encoding::windows_1252;
  if (name == "utf-16") return Encoding::utf16;
  throw Error(ErrorCode::usage, {.where = "--encoding",
                                 .what = "an unknown encoding",
                                 .expected = "utf-8, latin1 or utf-16",
                                 .got = "'" + name + "'",
                                 .hint = ""});
}

std::unique_ptr<ByteSource> decoded(std::unique_ptr<ByteSource> source, Encoding encoding) {
  if (encoding == Encoding::utf8) return source;
  return std::make_unique<DecodedSource>(std::move(source), encoding);
}

}  // namespace sluice::data
