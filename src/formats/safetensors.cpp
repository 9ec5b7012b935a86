// Reads the layout of a .safetensors file: header length, header, data. See safetensors_header.cpp
// for the header's grammar.
#include "formats/safetensors.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/file.hpp"
#include "formats/file_kind.hpp"
#include "formats/quotes.hpp"
#include "formats/safetensors_header.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

using NamedEntry = std::pair<const std::string, HeaderEntry>;

constexpr std::size_t kPrefix = 8;  // bytes of the header length
constexpr std::uint64_t kMaxHeader = 100'000'000;
constexpr const char* kCut = "the file is truncated or damaged: copy or download it again";
constexpr const char* kDamaged = "the file is damaged or was written incorrectly: get it again";

[[noreturn]] void fail(const std::string& where, std::string what, std::string expected,
                       std::string got, std::string hint) {
  throw Error(ErrorCode::model, {.where = where,
                                 .what = std::move(what),
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .hint = std::move(hint)});
}

std::string count_of(std::uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

[[noreturn]] void fail_kind(std::string_view bytes, const std::string& path) {
  const auto kind = guess_kind(bytes);
  fail(path, "not a .safetensors file", "8 bytes of length and a JSON header",
       kind ? "what seems to be " + std::string(kind->name)
            : "a file of another kind, or a damaged one",
       kind && !kind->hint.empty() ? std::string(kind->hint) : "check the path");
}

// Splits the file into its header and its data.
std::pair<std::string_view, std::string_view> split(std::string_view bytes,
                                                    const std::string& path) {
  if (bytes.size() < kPrefix) {
    if (guess_kind(bytes)) fail_kind(bytes, path);
    fail(path, "too short to be a .safetensors file", "at least 10 bytes", count_of(bytes.size()),
         kCut);
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kPrefix);
  const std::string_view rest = bytes.substr(kPrefix);
  const bool starts_well = !rest.empty() && rest.front() == '{';
  if (!starts_well && (length > kMaxHeader || guess_kind(bytes))) fail_kind(bytes, path);
  if (length > kMaxHeader) {
    fail(path, "the header is too long", "at most " + count_of(kMaxHeader) + " of header",
         count_of(length), "the file is damaged");
  }
  if (length > rest.size()) {
    fail(path, "the header is truncated", count_of(length) + " of header", count_of(rest.size()),
         kCut);
  }
  if (length == 0 || !starts_well) fail_kind(bytes, path);
  return {rest.substr(0, length), rest.substr(length)};
}

std::string range_of(const HeaderEntry& entry) {
  return "bytes " + std::to_string(entry.begin) + " to " + std::to_string(entry.end);
}

// Checks an entry against its shape and the end of the previous entry.
void check_entry(const NamedEntry& named, std::uint64_t previous_end, std::size_t data_size,
                 const std::string& path) {
  const HeaderEntry& entry = named.second;
  const std::string where = path + ", tensor " + in_quotes(named.first);
  const auto count = element_count(entry.shape, entry.dtype);
  if (!count) {
    fail(where, "the shape is too large", "a size that fits the file",
         in_quotes(to_string(entry.shape)), kDamaged);
  }
  if (entry.end < entry.begin) {
    fail(where, "data_offsets run backwards", "start, then end", range_of(entry), kDamaged);
  }
  const std::uint64_t size = *count * size_of(entry.dtype);
  if (entry.end - entry.begin != size) {
    fail(where, "the shape does not fit the bytes",
         count_of(size) + " for " + in_quotes(to_string(entry.shape)) + " of " +
             std::string(name_of(entry.dtype)),
         count_of(entry.end - entry.begin), kDamaged);
  }
  if (entry.begin != previous_end) {
    fail(where, entry.begin < previous_end ? "overlaps another tensor" : "a gap before the tensor",
         "to start at byte " + std::to_string(previous_end), range_of(entry), kDamaged);
  }
  if (entry.end > data_size) {
    fail(where, "the data end too early", range_of(entry), count_of(data_size) + " of data", kCut);
  }
}

std::vector<NamedEntry*> in_file_order(Header& header) {
  std::vector<NamedEntry*> entries;
  entries.reserve(header.tensors.size());
  for (NamedEntry& named : header.tensors) entries.push_back(&named);
  std::stable_sort(entries.begin(), entries.end(), [](const NamedEntry* a, const NamedEntry* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  return entries;
}

}  // namespace

void SafeTensors::index() {
  by_name_.resize(tensors.size());
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  std::sort(by_name_.begin(), by_name_.end(),
            [this](std::size_t a, std::size_t b) { return tensors[a].name < tensors[b].name; });
}

const Tensor* SafeTensors::find(std::string_view name) const {
  if (by_name_.size() == tensors.size()) {
    const auto place = std::lower_bound(
        by_name_.begin(), by_name_.end(), name,
        [this](std::size_t at, std::string_view wanted) { return tensors[at].name < wanted; });
    return place != by_name_.end() && tensors[*place].name == name ? &tensors[*place] : nullptr;
  }
  for (const Tensor& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

const Tensor& SafeTensors::at(std::string_view name, const std::string& path) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  constexpr std::size_t kShown = 8;
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, tensors.size()); ++i) {
    names += (i == 0 ? "" : ", ") + in_quotes(tensors[i].name);
  }
  if (tensors.size() > kShown) names += " and " + std::to_string(tensors.size() - kShown) + " more";
  fail(path + ", tensor " + in_quotes(name), "the tensor is missing", "it among the tensors",
       names.empty() ? "none" : names, "check that it is the right model");
}

SafeTensors parse_safetensors(std::string_view bytes, const std::string& path) {
  const auto [text, data] = split(bytes, path);
  Header header = parse_header(text, path);
  SafeTensors file;
  file.metadata = std::move(header.metadata);
  file.tensors.reserve(header.tensors.size());
  std::uint64_t end = 0;
  for (NamedEntry* named : in_file_order(header)) {
    check_entry(*named, end, data.size(), path);
    HeaderEntry& entry = named->second;
    end = entry.end;
    file.tensors.push_back({named->first, std::move(entry.shape), entry.dtype,
                            std::string(data.substr(entry.begin, entry.end - entry.begin))});
  }
  if (end != data.size()) {
    fail(path, "bytes that belong to no tensor at the end of the file", count_of(end) + " of data",
         count_of(data.size()), kDamaged);
  }
  file.index();
  return file;
}

SafeTensors read_safetensors(const std::string& path) {
  return parse_safetensors(read_file(path), path);
}

}  // namespace sluice::formats
