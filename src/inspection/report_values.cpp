#include "inspection/report_values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "core/half.hpp"

namespace sluice::inspection {
namespace {

using nlohmann::json;

std::string base64(std::span<const unsigned char> bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t n = 0; n < bytes.size(); n += 3) {
    const auto byte = [&](std::size_t k) -> std::uint32_t {
      return n + k < bytes.size() ? bytes[n + k] : 0;
    };
    const std::uint32_t three = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int digit = 3; digit >= 0; --digit) text += kDigits[three >> (6 * digit) & 63];
    if (n + 1 >= bytes.size()) text[text.size() - 2] = '=';
    if (n + 2 >= bytes.size()) text.back() = '=';
  }
  return text;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return base64({reinterpret_cast<const unsigned char*>(values.data()), values.size() * sizeof(T)});
}

}  // namespace

json array(const std::vector<std::size_t>& shape, const std::vector<float>& values, bool small) {
  const bool fits =
      std::none_of(values.begin(), values.end(), [](float v) { return std::abs(v) > 65504.0f; });
  if (!small || !fits) return {{"type", "f32"}, {"shape", shape}, {"data", bytes_of(values)}};
  std::vector<std::uint16_t> halves;
  halves.reserve(values.size());
  for (const float value : values) halves.push_back(to_half(value));
  return {{"type", "f16"}, {"shape", shape}, {"data", bytes_of(halves)}};
}

json array(const std::vector<std::size_t>& shape, std::span<const double> values) {
  return array(shape, std::vector<float>(values.begin(), values.end()));
}

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

}  // namespace sluice::inspection
