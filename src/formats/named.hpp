// Maps enum values to their names in files and back.
#pragma once

#include <algorithm>
#include <string>

#include "formats/json_fields.hpp"

namespace sluice::formats {

/// `names` is a list of pairs (value, name) that contains the value.
template <class Names, class Value>
const char* name_in(const Names& names, Value value) {
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& one) { return one.first == value; })
      ->second;
}

/// Throws Error(model) for an unknown name.
template <class Value, class Names>
Value named_in(const Names& names, const std::string& name, const JsonFields& fields) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& one) { return name == one.second; });
  if (found == names.end())
    fields.refuse("", std::string("one of ") + names.front().second + " ..", "'" + name + "'");
  return found->first;
}

}  // namespace sluice::formats
