// .npy files byte by byte. The worked example was put together without Sluice, by Python's struct
// module, and opened by NumPy; so were the headers of the table below.
#include "formats/npy.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/temporary_folder.hpp"
#include "formats/error_message.hpp"
#include "formats/worked_example.hpp"

namespace sluice::formats {
namespace {

using namespace std::string_literals;
using Shape = std::vector<std::size_t>;

/// A file put together here: version, header and data.
std::string file_of(int version, const std::string& header, const std::string& data) {
  std::string bytes = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    bytes += static_cast<char>(header.size() >> 8 * i);
  }
  return bytes + header + data;
}

std::string header_of(const std::string& descr, bool fortran, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }   \n";
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string data_error(const std::string& bytes) {
  return error_message(ErrorCode::data, [&] { parse_npy(bytes, "x.npy"); });
}

const Shape kTwoByThree = {2, 3};
const std::vector<float> kRows = {0.0f, 0.5f, -1.0f, 2.0f, -3.25f, 100.0f};

TEST(Npy, WritesTheWorkedExample) {
  EXPECT_EQ(serialize_npy(kTwoByThree, kRows), worked_example("### A file of two rows"));
}

TEST(Npy, ReadsTheWorkedExample) {
  const NpyArray array = parse_npy(worked_example("### A file of two rows"), "x.npy");
  EXPECT_EQ(array.shape, kTwoByThree);
  EXPECT_EQ(array.dtype, DType::f32);
  EXPECT_EQ(array.count(), 6u);
  EXPECT_EQ(array.as_floats(), kRows);
}

TEST(Npy, RoundTripsEveryNumberOfDimensions) {
  const TemporaryFolder folder;
  for (const Shape& shape : {Shape{}, {1}, {7}, {2, 3}, {2, 3, 5}, {0}, {3, 0, 2}, {1, 1, 1, 2}}) {
    std::vector<float> values(*element_count(shape, DType::f32));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.1f * static_cast<float>(i) - 1.0f;
    write_npy(folder / "x.npy", shape, values);
    const NpyArray array = read_npy(folder / "x.npy");
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(array.as_floats(), values);
    const std::string bytes = serialize_npy(shape, values);
    EXPECT_EQ((bytes.size() - values.size() * sizeof(float)) % 64, 0u);
  }
}

// 64 ranks, each three bytes longer than the one before, end everywhere in a line of 64 bytes.
TEST(Npy, FillsTheHeaderUpForEveryLength) {
  Shape shape = {0};
  while (shape.size() < 64) {
    shape.push_back(1);
    const std::string bytes = serialize_npy(shape, {});
    ASSERT_EQ(bytes.size() % 64, 0u) << shape.size();
    ASSERT_EQ(bytes.back(), '\n') << shape.size();
    ASSERT_EQ(bytes[bytes.find_last_not_of(" \n")], '}') << shape.size();
    ASSERT_EQ(parse_npy(bytes, "x.npy").shape, shape);
  }
  shape.assign(64, 1);
  shape[0] = 0;
  shape[1] = 65'536;
  EXPECT_EQ(parse_npy(serialize_npy(shape, {}), "x.npy").shape, shape);
}

TEST(Npy, ReadsAllThreeVersions) {
  for (int version = 1; version <= 3; ++version) {
    const std::string bytes = file_of(version, header_of("<f4", false, "(2, 3)"), bytes_of(kRows));
    EXPECT_EQ(parse_npy(bytes, "x.npy").as_floats(), kRows) << version;
  }
}

TEST(Npy, ReadsEveryTypeItNames) {
  const auto read = [](const char* descr, const std::string& data) {
    return parse_npy(file_of(1, header_of(descr, false, "(2,)"), data), "x.npy");
  };
  EXPECT_EQ(read("<f8", bytes_of<double>({0.1, -2.0})).as_floats(),
            (std::vector<float>{0.1f, -2.0f}));
  EXPECT_EQ(read("<f2", "\x00\x3c\x00\xc2"s).as_floats(), (std::vector<float>{1.0f, -3.0f}));
  const NpyArray ints = read("<i4", bytes_of<std::int32_t>({-7, 2147483647}));
  EXPECT_EQ(ints.as_integers(), (std::vector<std::int64_t>{-7, 2147483647}));
  EXPECT_EQ(ints.as_floats(), (std::vector<float>{-7.0f, 0x1p31f}));
  const NpyArray longs = read("<i8", bytes_of<std::int64_t>({-5, std::int64_t{1} << 60}));
  EXPECT_EQ(longs.as_integers(), (std::vector<std::int64_t>{-5, std::int64_t{1} << 60}));
  EXPECT_EQ(longs.as_floats(), (std::vector<float>{-5.0f, 0x1p60f}));
}

TEST(Npy, TurnsFortranOrderRound) {
  // Element [i, j, k] of shape [2, 3, 5] is 100 i + 10 j + k; in the file i runs fastest.
  std::vector<float> stored;
  for (int k = 0; k < 5; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) stored.push_back(static_cast<float>(100 * i + 10 * j + k));
    }
  }
  std::vector<float> expected;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 5; ++k) expected.push_back(static_cast<float>(100 * i + 10 * j + k));
    }
  }
  const std::string header = header_of("<f4", true, "(2, 3, 5)");
  const NpyArray array = parse_npy(file_of(1, header, bytes_of(stored)), "x.npy");
  EXPECT_EQ(array.shape, (Shape{2, 3, 5}));
  EXPECT_EQ(array.as_floats(), expected);

  const std::string wide = header_of("<i8", true, "(2, 2)");
  const std::string data = bytes_of<std::int64_t>({1, 2, 3, 4});
  EXPECT_EQ(parse_npy(file_of(1, wide, data), "x.npy").as_integers(),
            (std::vector<std::int64_t>{1, 3, 2, 4}));
  const std::string line = header_of("<f4", true, "(6,)");
  EXPECT_EQ(parse_npy(file_of(1, line, bytes_of(kRows)), "x.npy").as_floats(), kRows);
  const std::string none = header_of("<f4", true, "(2, 0)");
  EXPECT_EQ(parse_npy(file_of(1, none, ""), "x.npy").count(), 0u);
}

TEST(Npy, RefusesToConvertWhatDoesNotFit) {
  const auto read = [](const char* descr, const std::string& data) {
    return parse_npy(file_of(1, header_of(descr, false, "(1,)"), data), "x.npy");
  };
  const NpyArray large = read("<f8", bytes_of<double>({-1e39}));
  const std::string size = error_message(ErrorCode::data, [&] { large.as_floats(); });
  EXPECT_TRUE(has(size, "x.npy") && has(size, "-1e+39")) << size;
  const NpyArray floats = read("<f4", bytes_of<float>({1.0f}));
  const std::string type = error_message(ErrorCode::data, [&] { floats.as_integers(); });
  EXPECT_TRUE(has(type, "x.npy") && has(type, "F32")) << type;
  EXPECT_NE(error_message(ErrorCode::shape, [] { serialize_npy(Shape{2, 2}, kRows); }), "no error");
}

TEST(Npy, ReadsAnyOrderOfKeysAndEitherQuotes) {
  const std::string header =
      "{\"shape\":(2,3),\t'fortran_order' : False,\n \"descr\": '<f4'}";  // no comma at the end
  EXPECT_EQ(parse_npy(file_of(1, header, bytes_of(kRows)), "x.npy").as_floats(), kRows);
}

TEST(Npy, RefusesEveryOtherHeaderAndSaysWhy) {
  struct Violation {
    std::string header;
    const char* says;
  };
  const Violation violations[] = {
      {header_of("<f4", false, "(2, 3)"), "no error"},
      {header_of("<f4", false, "(6)"), "a comma"},
      {header_of("<f4", false, "(2, 3,)"), "no error"},
      {header_of("<f4", false, "[2, 3]"), "expected '('"},
      {header_of("<f4", false, "(2, -3)"), "0 or more"},
      {header_of("<f4", false, "(2, 3.0)"), "expected ','"},
      {header_of("<f4", false, "(2, x)"), "whole number"},
      {header_of("<f4", false, "(2, 18446744073709551616)"), "whole number"},
      {header_of("<f4", false, "(2, 3"), "expected"},
      {header_of("<f4", false, "(2, 4)"), "32 bytes for '[2, 4]', got 24 bytes"},
      {header_of("<f4", false, "(2, 2)"), "16 bytes for '[2, 2]', got 24 bytes"},
      {header_of("<f4", false, "()"), "4 bytes for '[]'"},
      {header_of("<f4", false, "(0, 3)"), "0 bytes for '[0, 3]'"},
      {header_of("<f4", false, "(4294967296, 4294967296)"), "than there can be"},
      {header_of("<f4", false, "(" + std::string(65 * 2, '1').replace(1, 0, ",") + ")"), "whole"},
      {header_of(">f4", false, "(2, 3)"), "got '>f4'"},
      {header_of("|O", false, "(2, 3)"), "got '|O'"},
      {header_of("<c8", false, "(3,)"), "got '<c8'"},
      {header_of("<u4", false, "(2, 3)"), "got '<u4'"},
      {header_of("", false, "(2, 3)"), "got ''"},
      {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", "records"},
      {"{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}", "True or False"},
      {"{'descr': '<f4', 'fortran_order': False}", "'shape'"},
      {"{'descr': '<f4', 'shape': (6,)}", "'fortran_order'"},
      {"{'fortran_order': False, 'shape': (6,)}", "'descr'"},
      {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", "each key once"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}", "no keys but"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x", "nothing but blanks"},
      {"{'descr': '<f4, 'fortran_order': False, 'shape': (6,)}", "expected"},
      {"{'descr: '", "expected"},
      {"{'descr", "a closing quote"},
      {"{", "a text in quotes"},
      {"", "expected '{'"},
      {"{}", "the keys"},
      {"__import__('os')", "expected '{'"},
  };
  for (const Violation& violation : violations) {
    const std::string message = data_error(file_of(1, violation.header, bytes_of(kRows)));
    EXPECT_TRUE(has(message, violation.says)) << violation.header << "\n  " << message;
    if (message == "no error") continue;
    EXPECT_TRUE(message.rfind("x.npy: ", 0) == 0 && has(message, "expected ")) << message;
  }
}

TEST(Npy, RefusesMoreThan64Dimensions) {
  const auto nested = [](int rank) {
    std::string shape = "(";
    for (int i = 0; i < rank; ++i) shape += "1, ";
    return file_of(1, header_of("<f4", false, shape + ")"), std::string(4, '\0'));
  };
  EXPECT_EQ(parse_npy(nested(64), "x.npy").shape, Shape(64, 1));
  EXPECT_TRUE(has(data_error(nested(65)), "64 dimensions"));
}

// Readers of [batch, 0, inputs] allocate states for the batch.
TEST(Npy, RefusesVastDimensionsBesideAZero) {
  for (const char* shape :
       {"(4294967296, 0, 1)", "(0, 4294967296, 1)", "(1073741824, 7, 0)", "(256, 0, 257)"}) {
    const std::string text = data_error(file_of(1, header_of("<f4", false, shape), ""));
    EXPECT_TRUE(has(text,
                    "an array without elements has huge dimensions: expected at most 65536 "
                    "as the product of the others"))
        << text;
  }
  EXPECT_EQ(parse_npy(file_of(1, header_of("<f4", false, "(256, 0, 256)"), ""), "x.npy").shape,
            (Shape{256, 0, 256}));
}

TEST(Npy, RefusesOtherVersionsAndOtherFiles) {
  const std::string good = serialize_npy(kTwoByThree, kRows);
  for (const int place : {6, 7}) {
    std::string newer = good;
    newer[static_cast<std::size_t>(place)] = 4;
    EXPECT_TRUE(has(data_error(newer), "1.0, 2.0 or 3.0")) << place;
  }
  EXPECT_TRUE(has(data_error("PK\x03\x04" + good), "NumPy .npz"));
  EXPECT_TRUE(has(data_error("\x08\0\0\0\0\0\0\0{\"w\":1}"s), ".safetensors"));
  EXPECT_TRUE(has(data_error("1,2\n3,4\n"), "a text file"));
  EXPECT_TRUE(has(data_error(""), "not a NumPy array"));
}

}  // namespace
}  // namespace sluice::formats
