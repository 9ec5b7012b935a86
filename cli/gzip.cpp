#include "cli/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

class GzipSource : public data::ByteSource {
 public:
  explicit GzipSource(std::string path)
      : path_(std::move(path)), file_(gzopen(path_.c_str(), "rb")) {
    if (file_ == nullptr)
      throw Error(ErrorCode::file, {.where = path_, .what = "cannot read the file"});
  }
  ~GzipSource() override { gzclose(file_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    const int got = gzread(file_, to, static_cast<unsigned>(size));
    int status = Z_OK;
    const char* const words = gzerror(file_, &status);
    if (got >= 0 && (status == Z_OK || status == Z_STREAM_END)) {
      unpacked_ += static_cast<std::size_t>(got);
      check_growth();
      return static_cast<std::size_t>(got);
    }
    throw Error(ErrorCode::data, {.where = path_,
                                  .what = "a damaged gzip file",
                                  .expected = "",
                                  .got = words,
                                  .hint = "download or copy the file again"});
  }

 private:
  // Guards against a decompression bomb: gzip shrinks one repeated character 1000 times, but real
  // tables only 5 to 20 times.
  void check_growth() const {
    constexpr std::size_t kHarmless = std::size_t{16} << 20, kMostGrowth = 100;
    const auto packed = static_cast<std::size_t>(std::max<z_off_t>(gzoffset(file_), 1));
    if (unpacked_ <= kHarmless || unpacked_ / kMostGrowth <= packed) return;
    throw Error(ErrorCode::data,
                {.where = path_,
                 .what = "the gzip file expands too much",
                 .expected = fmt::format("at most {} times its size", kMostGrowth),
                 .got = fmt::format("more than {} bytes from {}", unpacked_, packed),
                 .hint = "if that is intended, gunzip it and pass the decompressed file"});
  }

  std::string path_;
  gzFile file_;
  std::size_t unpacked_ = 0;
};

}  // namespace

std::unique_ptr<data::ByteSource> open_unpacked(const std::string& path) {
  std::unique_ptr<data::ByteSource> plain = data::open_file(path);
  std::array<char, 2> magic{};
  const std::size_t got = plain->size() > 0 ? plain->read(magic.data(), magic.size()) : 0;
  if (std::string_view(magic.data(), got) == "\x1f\x8b") return std::make_unique<GzipSource>(path);
  return got > 0 ? data::open_file(path) : std::move(plain);
}

}  // namespace sluice::cli
