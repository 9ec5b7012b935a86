// Writing a .safetensors file.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "formats/quotes.hpp"
#include "formats/safetensors.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

constexpr std::size_t kAlignment = 8;  // pads the header so that the data are aligned

void check_written(const Tensor& tensor, std::set<std::string_view>& names) {
  const auto count = element_count(tensor.shape, tensor.dtype);
  const bool fits = count && *count * size_of(tensor.dtype) == tensor.bytes.size();
  if (fits && tensor.name != "__metadata__" && names.insert(tensor.name).second) return;
  throw Error(ErrorCode::internal,
              {.where = "tensor " + in_quotes(tensor.name),
               .what = fits ? "this name cannot be written" : "the shape does not fit the bytes",
               .expected = fits ? "each name once, and not __metadata__" : to_string(tensor.shape),
               .got = fits ? "it again" : std::to_string(tensor.bytes.size()) + " bytes",
               .hint = "please report this"});
}

// The text as a JSON string literal.
std::string json_text(const std::string& text) {
  try {
    return json(text).dump();
  } catch (const json::type_error&) {
    throw Error(ErrorCode::data, {.where = in_quotes(text),
                                  .what = "a name or text cannot be written to a model file",
                                  .expected = "UTF-8",
                                  .got = "other bytes",
                                  .hint = "save the data file as UTF-8"});
  }
}

std::string json_entry(const Tensor& tensor, std::size_t begin) {
  std::string shape;
  for (const std::size_t length : tensor.shape) {
    shape += (shape.empty() ? "" : ",") + std::to_string(length);
  }
  return json_text(tensor.name) + R"(:{"dtype":")" + std::string(name_of(tensor.dtype)) +
         R"(","shape":[)" + shape + R"(],"data_offsets":[)" + std::to_string(begin) + "," +
         std::to_string(begin + tensor.bytes.size()) + "]}";
}

std::string json_metadata(const std::map<std::string, std::string>& metadata) {
  std::string texts;
  for (const auto& [key, text] : metadata) {
    texts += (texts.empty() ? "" : ",") + json_text(key) + ":" + json_text(text);
  }
  return R"("__metadata__":{)" + texts + "}";
}

std::string json_header(const SafeTensors& file, const std::vector<const Tensor*>& order) {
  std::string header = "{";
  if (!file.metadata.empty()) header += json_metadata(file.metadata);
  std::size_t begin = 0;
  for (const Tensor* tensor : order) {
    if (header.size() > 1) header += ",";
    header += json_entry(*tensor, begin);
    begin += tensor->bytes.size();
  }
  header += "}";
  header.resize((header.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  return header;
}

}  // namespace

std::string serialize_safetensors(const SafeTensors& file) {
  std::vector<const Tensor*> order;
  std::set<std::string_view> names;
  for (const Tensor& tensor : file.tensors) {
    check_written(tensor, names);
    order.push_back(&tensor);
  }
  std::stable_sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
    return size_of(a->dtype) > size_of(b->dtype);
  });

  const std::string header = json_header(file, order);
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  bytes += header;
  for (const Tensor* tensor : order) bytes += tensor->bytes;
  return bytes;
}

}  // namespace sluice::formats
