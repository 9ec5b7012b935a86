// Names in files for the values of an enumeration.
#pragma once

#include <algorithm>
#include <string>

#include "formats/json_fields.hpp"

namespace sluice::formats {

/// `names` is a list of pairs (value, name); the value is among them.
template <class Names, class Value>
const char* name_in(const Names& names, Value value) {
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& one) { return one.first == value; })
      ->second;
}

/// Throws Error(model) where the name is none of them.
template <class Value, class Names>
Value named_in(const Names& names, const std::string& name, const JsonFields& fields) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& one) { return name == one.second; });
  if (found == names.end())
    fields.refuse("", std::string("one of ") + names.front().second + " ..", "'" + name + "'");
  return found->first;
}

}  // namespace sluice::formats
