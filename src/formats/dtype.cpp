#include "formats/dtype.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/half.hpp"

namespace sluice::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "stored bytes are taken as they are");

struct Row {
  DType dtype;
  std::string_view name;
  std::size_t size;
};

// In the order of the enum.
constexpr std::array kRows = {Row{DType::boolean, "BOOL", 1},
                              Row{DType::u8, "U8", 1},
                              Row{DType::i8, "I8", 1},
                              Row{DType::f8_e5m2, "F8_E5M2", 1},
                              Row{DType::f8_e4m3, "F8_E4M3", 1},
                              Row{DType::f8_e8m0, "F8_E8M0", 1},
                              Row{DType::f8_e4m3fnuz, "F8_E4M3FNUZ", 1},
                              Row{DType::f8_e5m2fnuz, "F8_E5M2FNUZ", 1},
                              Row{DType::i16, "I16", 2},
                              Row{DType::u16, "U16", 2},
                              Row{DType::f16, "F16", 2},
                              Row{DType::bf16, "BF16", 2},
                              Row{DType::i32, "I32", 4},
                              Row{DType::u32, "U32", 4},
                              Row{DType::f32, "F32", 4},
                              Row{DType::c64, "C64", 8},
                              Row{DType::f64, "F64", 8},
                              Row{DType::i64, "I64", 8},
                              Row{DType::u64, "U64", 8}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(in_order());

const Row& row(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

struct Half {
  std::uint16_t bits;
  explicit operator float() const { return from_half(bits); }
  explicit operator double() const { return static_cast<float>(*this); }
};

struct Brain {
  std::uint16_t bits;
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
  explicit operator double() const { return static_cast<float>(*this); }
};

template <class From, class To>
std::vector<To> convert_all(std::string_view bytes) {
  std::vector<To> values(bytes.size() / sizeof(From));
  for (std::size_t i = 0; i < values.size(); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    values[i] = static_cast<To>(value);
  }
  return values;
}

}  // namespace

std::string_view name_of(DType dtype) { return row(dtype).name; }

std::optional<DType> dtype_named(std::string_view name) {
  for (const Row& candidate : kRows) {
    if (candidate.name == name) return candidate.dtype;
  }
  return std::nullopt;
}

std::size_t size_of(DType dtype) { return row(dtype).size; }

std::optional<std::size_t> element_count(std::span<const std::size_t> shape, DType dtype) {
  const std::size_t limit = std::numeric_limits<std::size_t>::max() / size_of(dtype);
  std::size_t count = 1;
  bool empty = false;
  for (const std::size_t length : shape) {
    empty = empty || length == 0;
    if (length == 0) continue;
    if (count > limit / length) return std::nullopt;
    count *= length;
  }
  return empty ? 0 : count;
}

std::string to_string(std::span<const std::size_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

template <class T>
std::optional<std::vector<T>> convert(std::string_view bytes, DType dtype) {
  if (dtype == DType::f64) return convert_all<double, T>(bytes);
  if (dtype == DType::f32) return convert_all<float, T>(bytes);
  if (dtype == DType::f16) return convert_all<Half, T>(bytes);
  if (dtype == DType::bf16) return convert_all<Brain, T>(bytes);
  return std::nullopt;
}
template std::optional<std::vector<float>> convert(std::string_view, DType);
template std::optional<std::vector<double>> convert(std::string_view, DType);

std::optional<std::size_t> first_beyond_float(std::span<const double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && std::isinf(static_cast<float>(values[i]))) return i;
  }
  return std::nullopt;
}

template <class T>
std::string to_bytes(std::span<const T> values) {
  std::string bytes(values.size_bytes(), '\0');
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
template std::string to_bytes(std::span<const float>);
template std::string to_bytes(std::span<const double>);

}  // namespace sluice::formats
