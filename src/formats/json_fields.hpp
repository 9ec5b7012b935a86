// Strict reader of a JSON object: fields by name and type; a field that is never read is an error.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::formats {

class JsonFields {
 public:
  /// `where` names the file and the object in messages. Throws Error(model) unless `object` is an
  /// object.
  JsonFields(const nlohmann::json& object, std::string where)
      : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) refuse("", "an object", object_.type_name());
  }

  /// The field as a T. Throws Error(model) if it is missing or of another type.
  template <class T>
  T get(const std::string& key) {
    const nlohmann::json& value = at(key);
    try {
      if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
        if (!value.is_number_unsigned())
          refuse(key, "a whole number, not negative",
                 value.is_number() ? value.dump() : value.type_name());
      }
      if constexpr (std::is_same_v<T, std::int64_t>) {
        if (!value.is_number_integer()) refuse(key, "a whole number", value.type_name());
      }
      return value.get<T>();
    } catch (const nlohmann::json::exception&) {
      refuse(key, "another type", value.type_name());
    }
  }

  /// The object or array under this key.
  const nlohmann::json& at(const std::string& key) {
    asked_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) refuse(key, "it to be there", "nothing");
    return *found;
  }

  JsonFields object(const std::string& key) { return {at(key), where_ + "." + key}; }
  bool has(const std::string& key) const { return object_.contains(key); }
  const std::string& where() const { return where_; }

  /// Throws Error(model) if a field was never read.
  void finish() const {
    for (const auto& item : object_.items()) {
      if (asked_.count(item.key()) == 0) refuse(item.key(), "no such field", "it");
    }
  }

  [[noreturn]] void refuse(const std::string& key, const std::string& expected,
                           const std::string& got) const {
    throw Error(ErrorCode::model,
                {.where = where_ + (key.empty() ? "" : "." + key),
                 .what = "the model's description does not fit",
                 .expected = expected,
                 .got = got,
                 .hint = "the file is damaged or was written by another program"});
  }

 private:
  const nlohmann::json& object_;
  std::string where_;
  std::set<std::string> asked_;
};

}  // namespace sluice::formats
