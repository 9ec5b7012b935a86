#include "data/bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorCode::usage, {.where = "--bounds",
                                 .what = "not a pair of bounds",
                                 .expected = "LO,HI with LO below HI, one of them may be empty, or "
                                             "'none'",
                                 .got = "'" + std::string(text) + "'"});
}

std::optional<double> bound_from(std::string_view part, std::string_view whole) {
  if (part.empty()) return std::nullopt;
  double value = 0.0;
  const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
  if (read.ec != std::errc() || read.ptr != part.data() + part.size() || !std::isfinite(value))
    refuse(whole);
  return value;
}

}  // namespace

double Bounds::apply(double value) const {
  if (low && value < *low) return *low;
  if (high && value > *high) return *high;
  return value;
}

Bounds find_bounds(std::span<const double> values) {
  if (std::any_of(values.begin(), values.end(), [](double v) { return v < 0; })) return {};
  return {.low = 0.0, .high = {}};
}

bool are_counts(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(),
                     [](double v) { return std::isnan(v) || (v >= 0 && v == std::floor(v)); });
}

Bounds bounds_from(std::string_view text) {
  if (text == "none") return {};
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) refuse(text);
  const Bounds bounds{bound_from(text.substr(0, comma), text),
                      bound_from(text.substr(comma + 1), text)};
  if (!bounds.any() || (bounds.low && bounds.high && *bounds.low >= *bounds.high)) refuse(text);
  return bounds;
}

std::string describe(const Bounds& bounds) {
  if (bounds.low && bounds.high) return fmt::format("{:g} to {:g}", *bounds.low, *bounds.high);
  if (bounds.low) return fmt::format("at least {:g}", *bounds.low);
  return bounds.high ? fmt::format("at most {:g}", *bounds.high) : "none";
}

}  // namespace sluice::data
