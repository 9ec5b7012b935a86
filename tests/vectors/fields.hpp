// Reads a published case strictly: each field by name, and at the end an error for any field that
// was not read. Only fields on the origin of a case may be skipped.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice::vectors {

using Doubles = std::vector<double>;

struct Array {
  std::vector<std::size_t> shape;
  Doubles data;  // row-major
};

/// Throws Error(data) naming `where` unless the array has exactly this shape.
void expect_shape(const Array& array, const std::vector<std::size_t>& shape,
                  const std::string& where);

/// An array {"shape", "data"} (with "dtype" or "order", which only describe it), or nested lists.
Array parse_array(const nlohmann::json& value, const std::string& where);

[[noreturn]] void refuse(const std::string& where, const std::string& what,
                         const std::string& expected = "", const std::string& got = "");

class Fields {
 public:
  /// `where` names file and object in messages. Throws Error(data) where it is no object.
  Fields(const nlohmann::json& object, std::string where);

  const std::string& where() const { return where_; }
  /// Whether it is there and not null. A null is understood as nothing.
  bool has(const std::string& key);
  /// The field. Throws Error(data) where it is missing.
  const nlohmann::json& at(const std::string& key);
  template <class T>
  T get(const std::string& key);
  template <class T>
  T get_or(const std::string& key, T otherwise) {
    return has(key) ? get<T>(key) : otherwise;
  }
  Array array(const std::string& key) { return parse_array(at(key), where_ + "." + key); }
  Fields object(const std::string& key) { return {at(key), where_ + "." + key}; }
  /// The first of these names that is there.
  std::optional<std::string> first_of(const std::vector<std::string>& keys);
  /// The first of these arrays that is there.
  std::optional<Array> array_of(const std::vector<std::string>& keys);
  /// Throws Error(data) unless the text under `key` (where there is one) contains `part`.
  void says(const std::string& key, const std::string& part);
  /// Throws Error(data), "unknown field X in FILE", where a field was not read.
  void finish() const;

 private:
  const nlohmann::json& object_;
  std::string where_;
  std::set<std::string> read_;
};

template <class T>
T Fields::get(const std::string& key) {
  const nlohmann::json& value = at(key);
  try {
    if constexpr (std::is_same_v<T, std::size_t>) {
      const auto number =
          value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
      if (!(number >= 0.0 && number < 1e9)) refuse(where_ + "." + key, "no size", "", value.dump());
      return static_cast<std::size_t>(number);
    } else if constexpr (std::is_same_v<T, bool>) {
      return value.is_number() ? value.get<double>() != 0.0 : value.get<bool>();
    } else {
      return value.get<T>();
    }
  } catch (const nlohmann::json::exception&) {
    refuse(where_ + "." + key, "a value of another type", "", value.dump().substr(0, 40));
  }
}

}  // namespace sluice::vectors
