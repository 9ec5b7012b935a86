// Numbers and arrays in the report's JSON (docs/report.md).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

namespace sluice::inspection {

/// {"type", "shape", "data"} with base64 data in float32; `small`: in float16 if all values fit.
nlohmann::json array(const std::vector<std::size_t>& shape, const std::vector<float>& values,
                     bool small = false);
/// The same from doubles, in float32.
nlohmann::json array(const std::vector<std::size_t>& shape, std::span<const double> values);

/// null where the value is not finite.
nlohmann::json number(double value);

template <class T>
nlohmann::json number(const std::optional<T>& value) {
  return value ? number(static_cast<double>(*value)) : nlohmann::json(nullptr);
}

}  // namespace sluice::inspection
