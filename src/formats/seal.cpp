#include "formats/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::formats {
namespace {

// 64-bit FNV-1a (Fowler, Noll, Vo).
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      value_ ^= static_cast<unsigned char>(byte);
      value_ *= 0x100000001b3ull;
    }
  }
  /// Appends a 0 byte, so that different lists of texts never give the same bytes.
  void add_text(std::string_view text) {
    add(text);
    add(std::string_view("\0", 1));
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ull;
};

}  // namespace

std::string seal_of(const SafeTensors& file) {
  std::vector<const Tensor*> sorted;
  sorted.reserve(file.tensors.size());
  for (const Tensor& tensor : file.tensors) sorted.push_back(&tensor);
  std::sort(sorted.begin(), sorted.end(),
            [](const Tensor* a, const Tensor* b) { return a->name < b->name; });
  Hash hash;
  const auto description = file.metadata.find("sluice");
  hash.add_text(description == file.metadata.end() ? "" : description->second);
  for (const Tensor* tensor : sorted) {
    hash.add_text(tensor->name);
    hash.add_text(name_of(tensor->dtype));
    hash.add_text(to_string(tensor->shape));
    hash.add(tensor->bytes);
  }
  return fmt::format("{:016x}", hash.value());
}

Seal check_seal(const SafeTensors& file) {
  const auto stored = file.metadata.find(kSealKey);
  if (stored == file.metadata.end()) return Seal::none;
  return stored->second == seal_of(file) ? Seal::whole : Seal::broken;
}

}  // namespace sluice::formats
