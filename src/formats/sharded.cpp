#include "formats/sharded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/file.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

constexpr std::size_t kMostIndexBytes = 100'000'000;
constexpr std::string_view kEnding = ".safetensors";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

[[noreturn]] void refuse(const std::string& path, const std::string& what,
                         const std::string& expected, const std::string& got) {
  throw Error(ErrorCode::model, {.where = path,
                                 .what = what,
                                 .expected = expected,
                                 .got = got,
                                 .hint = "an index and its shards are saved together, beside one "
                                         "another"});
}

// The file of each tensor; nullopt if the file is not an index.
std::optional<std::map<std::string, std::string>> weight_map(const std::string& path) {
  if (!ends_with(path, ".json")) return std::nullopt;
  const json index = json::parse(read_file(path, kMostIndexBytes), nullptr, false);
  if (!index.is_object() || !index.contains("weight_map")) return std::nullopt;
  const json& map = index["weight_map"];
  std::map<std::string, std::string> made;
  if (!map.is_object()) refuse(path, "not the index of a sharded model", "a map of files", "none");
  for (const auto& entry : map.items()) {
    const bool text = entry.value().is_string();
    const std::string file = text ? entry.value().get<std::string>() : "";
    // Shards must be next to the index: an index must not read other files on the disk.
    if (!ends_with(file, kEnding) || file.find_first_of("/\\") != std::string::npos) {
      refuse(path + ", tensor '" + entry.key() + "'", "not the name of a shard",
             "a .safetensors file beside the index", entry.value().dump());
    }
    made.emplace(entry.key(), file);
  }
  return made;
}

std::string beside(const std::string& path, const std::string& file) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? file : path.substr(0, slash + 1) + file;
}

SafeTensors joined(const std::string& path, const std::map<std::string, std::string>& map) {
  std::set<std::string> files;
  for (const auto& entry : map) files.insert(entry.second);
  SafeTensors all;
  for (const std::string& file : files) {
    SafeTensors shard = read_safetensors(beside(path, file));
    for (Tensor& tensor : shard.tensors) {
      const auto entry = map.find(tensor.name);
      if (entry == map.end() || entry->second != file) {
        refuse(beside(path, file) + ", tensor '" + tensor.name + "'",
               "the index does not list it in this file", path, "an extra tensor");
      }
      all.tensors.push_back(std::move(tensor));
    }
  }
  all.index();
  for (const auto& entry : map) {
    if (all.tensors.size() == map.size()) break;
    if (all.find(entry.first) == nullptr)
      refuse(beside(path, entry.second), "a tensor is missing", "'" + entry.first + "'", "none");
  }
  // Sorted by name, as in a single file: the order of shards means nothing.
  std::sort(all.tensors.begin(), all.tensors.end(),
            [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
  all.index();
  return all;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Rejects a single shard such as "model-00001-of-00002.safetensors": it is part of what an index
// lists.
void refuse_shard(const std::string& path) {
  if (!ends_with(path, kEnding)) return;
  const std::string stem = path.substr(0, path.size() - kEnding.size());
  const std::size_t separator = stem.rfind("-of-");
  const std::size_t dash =
      separator == std::string::npos || separator == 0 ? separator : stem.rfind('-', separator - 1);
  if (separator == std::string::npos || dash == std::string::npos) return;
  const std::string part = stem.substr(dash + 1, separator - dash - 1),
                    parts = stem.substr(separator + 4);
  if (!is_number(part) || !is_number(parts) || parts.find_first_not_of('0') == std::string::npos ||
      parts.substr(parts.find_first_not_of('0')) == "1")
    return;
  const std::string index = stem.substr(0, dash) + ".safetensors.index.json";
  throw Error(ErrorCode::model,
              {.where = path,
               .what = "one shard of a sharded .safetensors model",
               .expected = "its index, " + index,
               .got = fmt::format("shard {} of {}", part, parts),
               .hint = "name the index, with all shards beside it; `sluice convert` makes one file "
                       "of them"});
}

}  // namespace

SafeTensors read_tensors(const std::string& path) {
  if (const auto map = weight_map(path)) return joined(path, *map);
  SafeTensors file = read_safetensors(path);
  if (file.metadata.count("sluice") == 0) refuse_shard(path);
  return file;
}

}  // namespace sluice::formats
