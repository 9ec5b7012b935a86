// What the container allows and what it does not. The worked example was put together without
// Sluice, by Python's struct module, and opened by the safetensors package.
#include "formats/safetensors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "core/temporary_folder.hpp"
#include "formats/error_message.hpp"
#include "formats/worked_example.hpp"

namespace sluice::formats {
namespace {

using Shape = std::vector<std::size_t>;

std::string little_endian(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}

/// A file with this header, put together here, and `data_size` bytes of data.
std::string file_of(const std::string& header, std::size_t data_size) {
  std::string data;
  for (std::size_t i = 0; i < data_size; ++i) data += static_cast<char>(i * 37 + 11);
  return little_endian(header.size(), 8) + header + data;
}

std::string model_error(const std::string& bytes) {
  return error_message(ErrorCode::model, [&] { parse_safetensors(bytes, "m.safetensors"); });
}

SafeTensors made_of(std::vector<Tensor> tensors, std::map<std::string, std::string> metadata = {}) {
  SafeTensors file;
  file.tensors = std::move(tensors);
  file.metadata = std::move(metadata);
  return file;
}

SafeTensors two_tensors() {
  const std::vector<float> weight = {1.5f, -2.0f};
  Tensor half{"half", {3}, DType::f16, std::string("\x00\x3c\x55\x35\x00\xfc", 6)};
  return made_of({Tensor::from_floats("weight", {1, 2}, weight), std::move(half)},
                 {{"made", "here"}});
}

TEST(SafeTensors, WritesTheWorkedExample) {
  EXPECT_EQ(serialize_safetensors(two_tensors()), worked_example("### A file of two tensors"));
}

TEST(SafeTensors, ReadsTheWorkedExample) {
  const auto file = parse_safetensors(worked_example("### A file of two tensors"), "m");
  ASSERT_EQ(file.tensors.size(), 2u);
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"made", "here"}}));
  const Tensor& weight = file.at("weight", "m");
  EXPECT_EQ(weight.shape, (Shape{1, 2}));
  EXPECT_EQ(weight.dtype, DType::f32);
  EXPECT_EQ(weight.as_floats(), (std::vector<float>{1.5f, -2.0f}));
  const Tensor& half = file.at("half", "m");
  EXPECT_EQ(half.shape, (Shape{3}));
  EXPECT_EQ(half.count(), 3u);
  EXPECT_EQ(half.as_floats(),
            (std::vector<float>{1.0f, 0x1.554p-2f, -std::numeric_limits<float>::infinity()}));
}

TEST(SafeTensors, RoundTripsShapesTextsAndBits) {
  std::vector<float> values(2 * 3 * 5);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::ldexp(1.1f, static_cast<int>(i) * 7 - 126);
  values[4] = -0.0f;
  values[7] = std::numeric_limits<float>::denorm_min();
  values[11] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<double> doubles = {0.1, -1e300, 5e-324};
  SafeTensors file;
  file.tensors = {Tensor::from_doubles("d", {3}, doubles),
                  Tensor::from_floats("weight_ih_l0", {2, 3, 5}, values),
                  Tensor::from_floats("one", {}, std::vector<float>{7.0f}),
                  Tensor::from_floats("none", {0, 11}, {}),
                  Tensor::from_floats("", {1}, std::vector<float>{3.0f}),
                  Tensor::from_floats("\"quoted\" \\ \n \xc3\xbc \xf0\x9f\x8c\x8a", {1},
                                      std::vector<float>{2.0f})};
  file.metadata = {{"sluice", R"({"a":[1,"b"]})"}, {"", ""}, {"\xe6\xb0\xb4", "\x01\n\"\\"}};

  const TemporaryFolder folder;
  write_file_atomically(folder / "m.safetensors", serialize_safetensors(file));
  const SafeTensors read = read_safetensors(folder / "m.safetensors");
  EXPECT_EQ(read.metadata, file.metadata);
  ASSERT_EQ(read.tensors.size(), file.tensors.size());
  for (const Tensor& tensor : file.tensors) {
    const Tensor& same = read.at(tensor.name, "m");
    EXPECT_EQ(same.shape, tensor.shape) << tensor.name;
    EXPECT_EQ(same.dtype, tensor.dtype) << tensor.name;
    EXPECT_EQ(same.bytes, tensor.bytes) << tensor.name;
  }
  EXPECT_EQ(read.at("d", "m").as_doubles(), doubles);
  const std::vector<float> back = read.at("weight_ih_l0", "m").as_floats();
  EXPECT_EQ(std::memcmp(back.data(), values.data(), values.size() * sizeof(float)), 0);
}

TEST(SafeTensors, WritesAnEmptyFileAsTheFormatHasIt) {
  EXPECT_EQ(serialize_safetensors({}), little_endian(8, 8) + "{}      ");
  EXPECT_TRUE(parse_safetensors(serialize_safetensors({}), "m").tensors.empty());
}

TEST(SafeTensors, AlignsEveryTensorWhateverTheOrderOfTypes) {
  SafeTensors file;
  const std::vector<DType> dtypes = {DType::u8, DType::f16, DType::f64, DType::bf16, DType::f32};
  for (std::size_t i = 0; i < dtypes.size(); ++i) {
    file.tensors.push_back({"t" + std::to_string(i), {3}, dtypes[i], {}});
    file.tensors.back().bytes.assign(3 * size_of(dtypes[i]), static_cast<char>('a' + i));
  }
  const std::string bytes = serialize_safetensors(file);
  for (const Tensor& tensor : file.tensors) {
    const std::size_t place = bytes.find(tensor.bytes);
    ASSERT_NE(place, std::string::npos);
    EXPECT_EQ(place % size_of(tensor.dtype), 0u) << tensor.name;
  }
  const SafeTensors read = parse_safetensors(bytes, "m");
  for (const Tensor& tensor : file.tensors)
    EXPECT_EQ(read.at(tensor.name, "m").bytes, tensor.bytes);
}

TEST(SafeTensors, FillsTheHeaderUpToEightBytesAndNoFurther) {
  SafeTensors file;
  for (std::string text; text.size() < 20; text += 'x') {
    file.metadata["k"] = text;
    const std::size_t json = std::string(R"({"__metadata__":{"k":""}})").size() + text.size();
    EXPECT_EQ(serialize_safetensors(file).size(), 8 + (json + 7) / 8 * 8) << text;
  }
}

TEST(SafeTensors, KeepsTheOrderOfTensorsOfOneWidth) {
  SafeTensors file;
  for (const char* name : {"z", "a", "m"}) {
    file.tensors.push_back(Tensor::from_floats(name, {1}, std::vector<float>{1.0f}));
  }
  const SafeTensors read = parse_safetensors(serialize_safetensors(file), "m");
  EXPECT_EQ(read.tensors[0].name, "z");
  EXPECT_EQ(read.tensors[1].name, "a");
  EXPECT_EQ(read.tensors[2].name, "m");
}

TEST(SafeTensors, ReadsEntriesInAnyOrderAndAnyBlanks) {
  const auto file = parse_safetensors(
      file_of("{ \"b\" : {\"data_offsets\":[4,4], \"shape\":[7,0],\n\"dtype\":\"F32\"} ,"
              "\"c\":{\"shape\":[],\"dtype\":\"I32\",\"data_offsets\":[4,8]},"
              "\"a\":{\"dtype\":\"U8\",\"shape\":[2,2],\"data_offsets\":[0,4]} } ",
              8),
      "m");
  ASSERT_EQ(file.tensors.size(), 3u);
  EXPECT_EQ(file.tensors[0].name, "a");
  EXPECT_EQ(file.tensors[0].bytes.size(), 4u);
  EXPECT_EQ(file.tensors[1].name, "b");
  EXPECT_EQ(file.tensors[1].shape, (Shape{7, 0}));
  EXPECT_EQ(file.tensors[2].dtype, DType::i32);
  EXPECT_EQ(file.tensors[2].bytes[0], static_cast<char>(4 * 37 + 11));
}

TEST(SafeTensors, KnowsEveryTypeOfWholeBytes) {
  const std::pair<std::size_t, std::vector<std::string>> types[] = {
      {1, {"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"}},
      {2, {"I16", "U16", "F16", "BF16"}},
      {4, {"I32", "U32", "F32"}},
      {8, {"C64", "F64", "I64", "U64"}}};
  for (const auto& [size, names] : types) {
    for (const std::string& name : names) {
      const std::string end = std::to_string(3 * size);
      std::string header = R"({"t":{"dtype":")" + name;
      header += R"(","shape":[3],"data_offsets":[0,)" + end + "]}}";
      const SafeTensors file = parse_safetensors(file_of(header, 3 * size), "m");
      EXPECT_EQ(name_of(file.tensors[0].dtype), name);
      EXPECT_EQ(file.tensors[0].count(), 3u) << name;
    }
  }
}

// Each bit pattern against its meaning, sign * 1.fraction * 2^exponent, put together by ldexp.
TEST(SafeTensors, ConvertsEveryHalf) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const double fraction = bits & 1023;
    double expected =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) {
      expected = fraction == 0 ? std::numeric_limits<double>::infinity()
                               : std::numeric_limits<double>::quiet_NaN();
    }
    if ((bits & 0x8000) != 0) expected = -expected;
    const Tensor tensor{"t", {1}, DType::f16, little_endian(bits, 2)};
    const float got = tensor.as_floats()[0];
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(got)) << bits;
    } else {
      ASSERT_EQ(got, expected) << bits;
      ASSERT_EQ(std::signbit(got), std::signbit(expected)) << bits;
      ASSERT_EQ(tensor.as_doubles()[0], expected) << bits;
    }
  }
}

TEST(SafeTensors, ConvertsBrainFloatsAndDoubles) {
  const Tensor brain{"t", {2}, DType::bf16, std::string("\x49\x40\x80\xff", 4)};
  EXPECT_EQ(brain.as_floats(),
            (std::vector<float>{3.140625f, -std::numeric_limits<float>::infinity()}));
  const std::vector<double> doubles = {0.1, -3.4e38, std::numeric_limits<double>::infinity()};
  const Tensor wide = Tensor::from_doubles("t", {3}, doubles);
  EXPECT_EQ(wide.as_floats(),
            (std::vector<float>{0.1f, -3.4e38f, std::numeric_limits<float>::infinity()}));
}

TEST(SafeTensors, RefusesToConvertWhatIsNoFloatOrTooLarge) {
  const Tensor whole{"steps", {1}, DType::i64, std::string(8, '\0')};
  const std::string type = error_message(ErrorCode::model, [&] { whole.as_floats(); });
  EXPECT_TRUE(has(type, "'steps'") && has(type, "I64") && has(type, "F32")) << type;
  const Tensor large = Tensor::from_doubles("w", {2}, std::vector<double>{1.0, 1e39});
  const std::string size = error_message(ErrorCode::model, [&] { large.as_floats(); });
  EXPECT_TRUE(has(size, "'w'") && has(size, "1e+39")) << size;
}

TEST(SafeTensors, RefusesAShapeThatDoesNotFitTheValues) {
  const std::vector<float> values(5);
  const auto make = [&] { Tensor::from_floats("w", {2, 3}, values); };
  const std::string message = error_message(ErrorCode::shape, make);
  EXPECT_TRUE(has(message, "'w'") && has(message, "[2, 3]") && has(message, "5")) << message;
}

TEST(SafeTensors, NamesTheTensorThatIsMissingAndThoseThereAre) {
  const SafeTensors file = two_tensors();
  EXPECT_EQ(file.find("bias"), nullptr);
  EXPECT_EQ(file.find("half"), &file.tensors[1]);
  EXPECT_EQ(&file.at("half", "m"), &file.tensors[1]);
  const std::string message = error_message(ErrorCode::model, [&] { file.at("bias", "m.st"); });
  EXPECT_TRUE(has(message, "m.st") && has(message, "'bias'") && has(message, "'weight', 'half'"))
      << message;
}

TEST(SafeTensors, FindsByNameAlsoAfterTensorsWereAdded) {
  SafeTensors file = parse_safetensors(serialize_safetensors(two_tensors()), "m");
  ASSERT_NE(file.find("half"), nullptr);
  EXPECT_EQ(file.find("half")->dtype, DType::f16);
  EXPECT_EQ(file.find("weight")->name, "weight");
  for (const char* name : {"", "hal", "halg", "weights", "zero"})
    EXPECT_EQ(file.find(name), nullptr) << name;
  file.tensors.push_back(Tensor::from_floats("aa", {1}, std::vector<float>{1.0f}));
  EXPECT_NE(file.find("aa"), nullptr);
  EXPECT_NE(file.find("half"), nullptr);
  file.index();
  EXPECT_EQ(file.find("aa"), &file.tensors.back());
  EXPECT_NE(file.find("weight"), nullptr);
}

TEST(SafeTensors, RefusesToWriteWhatItCouldNotRead) {
  const auto refusal = [](ErrorCode code, SafeTensors file) {
    return error_message(code, [&] { serialize_safetensors(file); });
  };
  const Tensor one = Tensor::from_floats("w", {1}, std::vector<float>{1.0f});
  EXPECT_TRUE(has(refusal(ErrorCode::internal, made_of({one, one})), "'w'"));
  Tensor reserved = one;
  reserved.name = "__metadata__";
  EXPECT_TRUE(has(refusal(ErrorCode::internal, made_of({reserved})), "__metadata__"));
  Tensor cut = one;
  cut.bytes.pop_back();
  EXPECT_TRUE(has(refusal(ErrorCode::internal, made_of({cut})), "3 bytes"));
  Tensor latin = one;
  latin.name = "caf\xe9";
  EXPECT_TRUE(has(refusal(ErrorCode::data, made_of({latin})), "UTF-8"));
  EXPECT_TRUE(has(refusal(ErrorCode::data, made_of({}, {{"k", "caf\xe9"}})), "UTF-8"));
}

struct Violation {
  const char* header;
  std::size_t data_size;
  const char* says;  // a part of the message
};

// One entry is right but for what the line is about; its data are 8 bytes.
const Violation kViolations[] = {
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8, "no error"},
    // Layout.
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 7, "'w': the data end too early"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 0, "'w': the data end too early"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 9, "belong to no tensor"},
    {R"({})", 1, "belong to no tensor"},
    {R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8, "'w': the shape does not fit"},
    {R"({"w":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}})", 8, "'w': the shape does not fit"},
    {R"({"w":{"dtype":"F32","shape":[],"data_offsets":[0,8]}})", 8, "'w': the shape does not fit"},
    {R"({"w":{"dtype":"F32","shape":[2,0],"data_offsets":[0,8]}})", 8, "'w': the shape does not"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, "'w': data_offsets run back"},
    {R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "'w': a gap before"},
    {R"({"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
     R"("w":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}})",
     8, "'w': a gap before"},
    {R"({"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
     R"("w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
     8, "'w': overlaps"},
    {R"({"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
     R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
     8, "'w': overlaps"},
    // Numbers: 2^62 floats and 2^32 * 2^32 overflow; 2^64 is no 64-bit number.
    {R"({"w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})", 0, "too large"},
    {R"({"w":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
     "too large"},
    {R"({"w":{"dtype":"U8","shape":[4294967296,0,4294967296],"data_offsets":[0,0]}})", 0,
     "too large"},
    {R"({"w":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]}})", 8, "'w': "},
    {R"({"w":{"dtype":"F32","shape":[2],)"
     R"("data_offsets":[18446744073709551608,18446744073709551615]}})",
     8, "'w': "},
    {R"({"w":{"dtype":"U8","shape":[8],)"
     R"("data_offsets":[18446744073709551607,18446744073709551615]}})",
     8, "'w': a gap before"},
    {R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "got -2"},
    {R"({"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8, "got '2.0'"},
    {R"({"w":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}})", 8, "got '2e0'"},
    {R"({"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}})", 8, "got '2'"},
    {R"({"w":{"dtype":"F32","shape":[true],"data_offsets":[0,8]}})", 8, "got true"},
    {R"({"w":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})", 8, "got an array"},
    {R"({"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", 8, "got 2"},
    {R"({"w":{"dtype":"F32","shape":{},"data_offsets":[0,8]}})", 8, "got an object"},
    // Entries.
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8, "two whole numbers"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}})", 8, "two whole numbers"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,null]}})", 8, "two whole numbers"},
    {R"({"w":{"dtype":"F32","shape":[2]}})", 8, "'w': an entry is incomplete"},
    {R"({"w":{"dtype":"F32","data_offsets":[0,8]}})", 8, "'w': an entry is incomplete"},
    {R"({"w":{"shape":[2],"data_offsets":[0,8]}})", 8, "'w': an entry is incomplete"},
    {R"({"w":{}})", 8, "'w': an entry is incomplete"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}})", 8, "got 'more'"},
    {R"({"w":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})", 8, "got 'shape'"},
    {R"({"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8, "got 'dtype'"},
    {R"({"w":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8, "got 'F31'"},
    {R"({"w":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}})", 8, "got 'f32'"},
    {R"({"w":{"dtype":32,"shape":[2],"data_offsets":[0,8]}})", 8, "got 32"},
    {R"({"w":{"dtype":["F32"],"shape":[2],"data_offsets":[0,8]}})", 8, "got an array"},
    {R"({"w":null})", 0, "got null"},
    {R"({"w":[]})", 0, "got an array"},
    {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
     R"("w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
     16, "'w': the tensor occurs twice"},
    // Metadata.
    {R"({"__metadata__":{"a":"1","b":"2"}})", 0, "no error"},
    {R"({"__metadata__":{"a":1}})", 0, "got 1"},
    {R"({"__metadata__":{"a":null}})", 0, "got null"},
    {R"({"__metadata__":{"a":{}}})", 0, "got an object"},
    {R"({"__metadata__":{"a":["1"]}})", 0, "got an array"},
    {R"({"__metadata__":"a"})", 0, "got 'a'"},
    {R"({"__metadata__":null})", 0, "got null"},
    {R"({"__metadata__":{"a":"1","a":"1"}})", 0, "a metadata key occurs twice"},
    {R"({"__metadata__":{},"__metadata__":{}})", 0, "__metadata__ occurs twice"},
    // JSON.
    {R"({)", 0, "JSON in UTF-8"},
    {R"({"w")", 0, "JSON in UTF-8"},
    {R"({}{})", 0, "JSON in UTF-8"},
    {R"({},)", 0, "JSON in UTF-8"},
    {R"({/* */})", 0, "JSON in UTF-8"},
    {"{\"__metadata__\":{\"a\":\"\xff\"}}", 0, "JSON in UTF-8"},
    {"{\"__metadata__\":{\"a\":\"\n\"}}", 0, "JSON in UTF-8"},
    {R"({"__metadata__":{"a":"\ud800"}})", 0, "JSON in UTF-8"},
    {R"([])", 0, "not a .safetensors file"},
    {R"( {})", 0, "not a .safetensors file"},
    {"\xef\xbb\xbf{}", 0, "not a .safetensors file"},
    {"", 0, "not a .safetensors file"},
};

TEST(SafeTensors, RefusesEveryViolationAndSaysWhich) {
  for (const Violation& violation : kViolations) {
    const std::string message = model_error(file_of(violation.header, violation.data_size));
    EXPECT_TRUE(has(message, violation.says)) << violation.header << "\n  " << message;
    if (message == "no error") continue;
    EXPECT_TRUE(message.rfind("m.safetensors", 0) == 0) << message;
    EXPECT_TRUE(has(message, "expected ") && has(message, " (")) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

TEST(SafeTensors, RefusesMoreThan64Dimensions) {
  const auto nested = [](int rank) {
    std::string shape = "1";
    for (int i = 1; i < rank; ++i) shape += ",1";
    return file_of(R"({"w":{"dtype":"U8","shape":[)" + shape + R"(],"data_offsets":[0,1]}})", 1);
  };
  EXPECT_EQ(parse_safetensors(nested(64), "m").tensors[0].shape, Shape(64, 1));
  EXPECT_TRUE(has(model_error(nested(65)), "'w': too many dimensions"));
}

TEST(SafeTensors, KeepsMessagesShortWhateverTheNames) {
  const std::string name(100'000, 'n');
  EXPECT_LT(model_error(file_of("{\"" + name + "\":null}", 0)).size(), 400u);
  EXPECT_LT(model_error(file_of("{\"w\":\"" + name + "\"}", 0)).size(), 400u);
}

TEST(SafeTensors, RefusesAHeaderLongerThanTheFileOrTheLimit) {
  EXPECT_TRUE(has(model_error(little_endian(100, 8) + "{}"), "the header is truncated"));
  for (const std::uint64_t length :
       {std::uint64_t{100'000'001}, std::uint64_t{1} << 40, ~std::uint64_t{0}, ~std::uint64_t{7}}) {
    EXPECT_TRUE(has(model_error(little_endian(length, 8) + "{}"), "the header is too long"));
    EXPECT_TRUE(has(model_error(little_endian(length, 8) + "ab"), "not a .safetensors file"));
  }
}

TEST(SafeTensors, SaysWhatAFileOfAnotherKindSeemsToBe) {
  using namespace std::string_literals;
  const std::string filling(300, '\x01');
  const std::pair<std::string, const char*> kinds[] = {
      {"PK\x03\x04" + filling, "PyTorch .pt, Keras .keras or NumPy .npz"},
      {"\x80\x02\x8a\x0al\xfc\x9c"s + filling, "pickle (PyTorch .pt)"},
      {"\x80\x04\x95"s + filling, "pickle"},
      {"\x89HDF\r\n\x1a\n\0\0"s + filling, "HDF5"},
      {"\x08\x08\x12\x07pytorch\x1a\x05"s + filling, "ONNX"},
      {"\x08\x0a:\x90\x01"s + filling, "ONNX"},
      {"\x93NUMPY\x01\0"s + filling, ".npy"},
      {"\x1f\x8b\x08\0"s + filling, "gzip"},
      {"GGUF\x03\0\0\0"s + filling, "GGUF"},
      {"date,price\n2024-01-01,7\n", "a text file"},
      {"caf\xc3\xa9,1\n2,3\n4,5", "a text file"},
      {"{\"weight\": [1, 2]}", "JSON text"},
      {"short", "a text file"},
      {"", "too short"},
      {"\x01\x02", "too short"},
      {filling, "another kind"},
  };
  for (const auto& [bytes, says] : kinds) {
    const std::string message = model_error(bytes);
    EXPECT_TRUE(has(message, says)) << says << ": " << message;
    EXPECT_TRUE(message.rfind("m.safetensors: ", 0) == 0 && has(message, "expected ")) << message;
  }
}

TEST(SafeTensors, NamesTheFileThatCannotBeRead) {
  const TemporaryFolder folder;
  const auto read = [&] { read_safetensors(folder / "none.safetensors"); };
  EXPECT_TRUE(has(error_message(ErrorCode::file, read), folder / "none.safetensors"));
}

}  // namespace
}  // namespace sluice::formats
