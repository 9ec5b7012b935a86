// Reads and writes .npy files; Fortran order is transposed on reading. See npy_header.cpp for the
// header.
#include "formats/npy.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "core/file.hpp"
#include "formats/file_kind.hpp"
#include "formats/npy_header.hpp"
#include "formats/quotes.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x93NUMPY"sv;
constexpr std::size_t kAlignment = 64;  // data alignment in the file
constexpr std::size_t kMostPlacesOfNone = std::size_t{1} << 16;
constexpr const char* kCut = "the file is truncated or damaged: copy it again";

struct Row {
  std::string_view descr;
  DType dtype;
};
constexpr std::array kRows = {Row{"<f2", DType::f16}, Row{"<f4", DType::f32},
                              Row{"<f8", DType::f64}, Row{"<i4", DType::i32},
                              Row{"<i8", DType::i64}, Row{"|b1", DType::boolean}};

[[noreturn]] void fail(const std::string& path, std::string what, std::string expected,
                       std::string got, std::string hint) {
  throw Error(ErrorCode::data, {.where = path,
                                .what = std::move(what),
                                .expected = std::move(expected),
                                .got = std::move(got),
                                .hint = std::move(hint)});
}

std::string count_of(std::size_t bytes) { return std::to_string(bytes) + " bytes"; }

// Splits the file into its header and its data.
std::pair<std::string_view, std::string_view> split(std::string_view bytes,
                                                    const std::string& path) {
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    const auto kind = guess_kind(bytes);
    fail(path, "not a NumPy array", "a .npy file",
         kind ? "what seems to be " + std::string(kind->name) : "a file of another kind",
         "write it with numpy.save");
  }
  const std::size_t prefix = bytes.size() > kMagic.size() && bytes[kMagic.size()] == 1 ? 10 : 12;
  if (bytes.size() < prefix)
    fail(path, "the file is truncated", "a header", count_of(bytes.size()), kCut);
  const int major = static_cast<unsigned char>(bytes[6]);
  const int minor = static_cast<unsigned char>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0) {
    fail(path, "an unknown version of .npy", "1.0, 2.0 or 3.0",
         std::to_string(major) + "." + std::to_string(minor), "write it again with numpy.save");
  }
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, prefix - 8);
  const std::string_view rest = bytes.substr(prefix);
  if (length > rest.size()) {
    fail(path, "the header is truncated", count_of(length), count_of(rest.size()), kCut);
  }
  return {rest.substr(0, length), rest.substr(length)};
}

DType dtype_of(const std::string& descr, const std::string& path) {
  for (const Row& row : kRows) {
    if (row.descr == descr) return row.dtype;
  }
  fail(path, "arrays of this type of element are not read",
       "'<f4', '<f8', '<f2', '<i4', '<i8' or '|b1'", in_quotes(descr), "save array.astype('<f4')");
}

// NumPy's name of a type that a file can have.
std::string_view descr_of(DType dtype) {
  for (const Row& row : kRows) {
    if (row.dtype == dtype) return row.descr;
  }
  throw Error(ErrorCode::data, {.what = "arrays of this type of element are not written as .npy",
                                .got = std::string(name_of(dtype))});
}

// Rejects huge shapes without elements, such as [batch, 0, inputs]: users allocate states for the
// batch, and no bytes in the file account for it.
void refuse_vast_and_empty(std::span<const std::size_t> shape, DType dtype,
                           const std::string& path) {
  std::vector<std::size_t> others;
  for (const std::size_t length : shape) {
    if (length > 0) others.push_back(length);
  }
  const auto places = element_count(others, dtype);
  if (others.size() == shape.size() || (places && *places <= kMostPlacesOfNone)) return;
  fail(path, "an array without elements has huge dimensions",
       "at most " + std::to_string(kMostPlacesOfNone) + " as the product of the others",
       in_quotes(to_string(shape)),
       "save the array that was meant: in this one a dimension is 0, and it holds no number");
}

// From column-major (first index fastest) to row-major order.
std::string to_row_major(std::string_view bytes, std::span<const std::size_t> shape,
                         std::size_t size) {
  std::vector<std::size_t> steps;  // byte stride of each dimension
  for (std::size_t step = size; const std::size_t length : shape) {
    steps.push_back(step);
    step *= length;
  }
  std::string result;
  result.reserve(bytes.size());
  std::vector<std::size_t> index(shape.size(), 0);
  std::size_t place = 0;
  while (result.size() < bytes.size()) {
    result.append(bytes, place, size);
    for (std::size_t d = shape.size(); d-- > 0;) {
      place += steps[d];
      if (++index[d] < shape[d]) break;
      place -= steps[d] * shape[d];
      index[d] = 0;
    }
  }
  return result;
}

template <class From, class To>
std::vector<To> cast_all(std::string_view bytes) {
  std::vector<To> values(bytes.size() / sizeof(From));
  for (std::size_t i = 0; i < values.size(); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    values[i] = static_cast<To>(value);
  }
  return values;
}

}  // namespace

std::vector<float> NpyArray::as_floats() const {
  if (dtype == DType::i32) return cast_all<std::int32_t, float>(bytes);
  if (dtype == DType::i64) return cast_all<std::int64_t, float>(bytes);
  if (dtype == DType::boolean) return cast_all<std::uint8_t, float>(bytes);
  if (dtype == DType::f64) {
    const auto values = convert<double>(bytes, dtype);
    if (const auto place = first_beyond_float(*values)) {
      fail(path, "a number is too large for a float", "at most 3.4e38 in size",
           fmt::format("{}", (*values)[*place]), "scale the array");
    }
  }
  return *convert<float>(bytes, dtype);
}

std::vector<std::int64_t> NpyArray::as_integers() const {
  if (dtype == DType::i32) return cast_all<std::int32_t, std::int64_t>(bytes);
  if (dtype == DType::i64) return cast_all<std::int64_t, std::int64_t>(bytes);
  fail(path, "the array does not hold whole numbers", "I32 or I64", std::string(name_of(dtype)),
       "save array.astype('<i8')");
}

NpyArray parse_npy(std::string_view bytes, const std::string& path) {
  const auto [text, data] = split(bytes, path);
  NpyHeader header = parse_npy_header(text, path);
  const DType dtype = dtype_of(header.descr, path);
  const auto count = element_count(header.shape, dtype);
  if (!count || *count * size_of(dtype) != data.size()) {
    fail(path, "the shape does not fit the bytes",
         (count ? count_of(*count * size_of(dtype)) : "more bytes than there can be") + " for " +
             in_quotes(to_string(header.shape)),
         count_of(data.size()), kCut);
  }
  refuse_vast_and_empty(header.shape, dtype, path);
  std::string elements = header.fortran_order && header.shape.size() > 1
                             ? to_row_major(data, header.shape, size_of(dtype))
                             : std::string(data);
  return {path, std::move(header.shape), dtype, std::move(elements)};
}

NpyArray read_npy(const std::string& path) { return parse_npy(read_file(path), path); }

std::string serialize_npy(const NpyArray& array) {
  const std::span<const std::size_t> shape = array.shape;
  const auto count = element_count(shape, array.dtype);
  if (!count || *count != array.count()) {
    throw Error(ErrorCode::shape, {.where = "",
                                   .what = "the shape does not fit the values",
                                   .expected = to_string(shape),
                                   .got = std::to_string(array.count()) + " values",
                                   .hint = ""});
  }
  std::string tuple;
  for (const std::size_t length : shape) tuple += std::to_string(length) + ", ";
  if (!tuple.empty()) tuple.resize(tuple.size() - (shape.size() == 1 ? 1 : 2));  // (3,) and (3, 5)
  std::string header = "{'descr': '" + std::string(descr_of(array.dtype)) +
                       "', 'fortran_order': False, 'shape': (" + tuple + "), }";

  const std::size_t start = kMagic.size() + 4;  // version and header length
  const std::size_t end = (start + header.size() + kAlignment) / kAlignment * kAlignment;
  header.resize(end - start - 1, ' ');
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string bytes(kMagic);
  bytes += "\x01\x00"sv;
  bytes += static_cast<char>(length & 0xff);
  bytes += static_cast<char>(length >> 8);
  return bytes + header + array.bytes;
}

std::string serialize_npy(std::span<const std::size_t> shape, std::span<const float> values) {
  return serialize_npy({"", {shape.begin(), shape.end()}, DType::f32, to_bytes(values)});
}

void write_npy(const std::string& path, const NpyArray& array) {
  write_file_atomically(path, serialize_npy(array));
}

void write_npy(const std::string& path, std::span<const std::size_t> shape,
               std::span<const float> values) {
  write_file_atomically(path, serialize_npy(shape, values));
}

}  // namespace sluice::formats
