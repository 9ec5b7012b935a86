// Files that were made to break a reader: cut at each byte, flipped at each byte, deep, vast. Each
// gives an Error or an array; none crashes, hangs, or takes more memory than a small multiple of
// its own size.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "formats/allocation_peak.hpp"
#include "formats/npy.hpp"
#include "formats/safetensors.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

constexpr std::size_t kAllowance = 100'000;  // for messages and the like, whatever the file

enum class Outcome { refused, loaded };

/// Reads it as a model; a refusal must be an Error(model) that starts with the path.
Outcome read_model(const std::string& bytes) {
  try {
    const SafeTensors file = parse_safetensors(bytes, "m.safetensors");
    std::size_t data = 0;
    for (const Tensor& tensor : file.tensors) {
      data += tensor.bytes.size();
      EXPECT_EQ(element_count(tensor.shape, tensor.dtype), tensor.count());
    }
    EXPECT_LE(data, bytes.size());
    return Outcome::loaded;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model) << error.what();
    EXPECT_EQ(std::string(error.what()).rfind("m.safetensors", 0), 0u) << error.what();
    return Outcome::refused;
  }
}

Outcome read_array(const std::string& bytes) {
  try {
    const NpyArray array = parse_npy(bytes, "x.npy");
    EXPECT_EQ(element_count(array.shape, array.dtype), array.count());
    EXPECT_LE(array.bytes.size(), bytes.size());
    return Outcome::loaded;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data) << error.what();
    EXPECT_EQ(std::string(error.what()).rfind("x.npy", 0), 0u) << error.what();
    return Outcome::refused;
  }
}

std::string model_bytes() {
  std::vector<float> values(41);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.37f * static_cast<float>(i) - 3.0f;
  const std::span<const float> all = values;
  SafeTensors file;
  file.tensors = {Tensor::from_floats("weight_ih_l0", {5, 7}, all.first(35)),
                  Tensor::from_floats("bias_ih_l0", {3}, all.first(3)),
                  Tensor::from_floats("empty", {0, 3}, {}),
                  Tensor::from_doubles("scale", {}, std::vector<double>{0.5})};
  file.metadata = {{"sluice", R"({"version":1})"}, {"made", "2024"}};
  return serialize_safetensors(file);
}

std::size_t header_end(const std::string& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return 8 + length;
}

std::string array_bytes() {
  std::vector<float> values(2 * 3 * 5);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 7.5f;
  return serialize_npy(std::vector<std::size_t>{2, 3, 5}, values);
}

std::string with_header(const std::string& header) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header;
}

TEST(Hostile, TheCounterSeesAnAllocation) {
  EXPECT_GE(peak_of([] { std::vector<char>(1'000'000, 'x'); }), 1'000'000u);
  EXPECT_LT(peak_of([] {}), 1000u);
}

TEST(Hostile, AFileCutAnywhereIsRefused) {
  const std::string model = model_bytes();
  ASSERT_EQ(read_model(model), Outcome::loaded);
  for (std::size_t size = 0; size < model.size(); ++size) {
    EXPECT_EQ(read_model(model.substr(0, size)), Outcome::refused) << size;
  }
  const std::string array = array_bytes();
  ASSERT_EQ(read_array(array), Outcome::loaded);
  for (std::size_t size = 0; size < array.size(); ++size) {
    EXPECT_EQ(read_array(array.substr(0, size)), Outcome::refused) << size;
  }
}

TEST(Hostile, AByteTooManyIsRefused) {
  for (const char more : {'\0', ' ', '{'}) {
    EXPECT_EQ(read_model(model_bytes() + more), Outcome::refused);
    EXPECT_EQ(read_array(array_bytes() + more), Outcome::refused);
  }
}

TEST(Hostile, AFlipInTheDataChangesThatByteAndNoOther) {
  const std::string model = model_bytes();
  const SafeTensors before = parse_safetensors(model, "m");
  Random random(23);
  std::size_t place = header_end(model);
  for (std::size_t t = 0; t < before.tensors.size(); ++t) {
    for (std::size_t i = 0; i < before.tensors[t].bytes.size(); ++i, ++place) {
      std::string flipped = model;
      flipped[place] = static_cast<char>(flipped[place] ^ (1 + random.below(255)));
      SafeTensors after = parse_safetensors(flipped, "m");
      EXPECT_EQ(after.tensors[t].bytes[i], flipped[place]);
      after.tensors[t].bytes[i] = before.tensors[t].bytes[i];
      for (std::size_t u = 0; u < before.tensors.size(); ++u) {
        ASSERT_EQ(after.tensors[u].bytes, before.tensors[u].bytes) << place;
      }
    }
  }
  EXPECT_EQ(place, model.size());
}

// A name or a text may change to another that is as good; the rest is refused.
TEST(Hostile, AFlipInTheHeaderIsRefusedOrHarmless) {
  const std::string model = model_bytes();
  const std::string array = array_bytes();
  const std::size_t end = header_end(model);
  int refused = 0;
  for (std::size_t place = 0; place < end; ++place) {
    for (int bits = 1; bits < 256; ++bits) {
      std::string flipped = model;
      flipped[place] = static_cast<char>(flipped[place] ^ bits);
      std::size_t peak =
          peak_of([&] { refused += read_model(flipped) == Outcome::refused ? 1 : 0; });
      ASSERT_LT(peak, kAllowance) << place << " ^ " << bits;
    }
  }
  EXPECT_GT(refused, static_cast<int>(end) * 255 / 2);
  for (std::size_t place = 0; place < array.size(); ++place) {
    for (int bits = 1; bits < 256; ++bits) {
      std::string flipped = array;
      flipped[place] = static_cast<char>(flipped[place] ^ bits);
      ASSERT_LT(peak_of([&] { read_array(flipped); }), kAllowance) << place << " ^ " << bits;
    }
  }
}

TEST(Hostile, ManyFlipsAndMovedPiecesNeverCrash) {
  Random random(29);
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string model = model_bytes();
    const std::size_t end = header_end(model);
    for (std::size_t flips = 1 + random.below(4); flips > 0; --flips) {
      model[random.below(end)] = "{}[]\",:0123456789eE+-. \\unl"[random.below(27)];
    }
    const std::size_t from = random.below(end);
    if (trial % 2 == 0) model.insert(random.below(end), model.substr(from, random.below(40)));
    ASSERT_LT(peak_of([&] { read_model(model); }), kAllowance) << trial;

    std::string array = array_bytes();
    for (std::size_t flips = 1 + random.below(4); flips > 0; --flips) {
      array[10 + random.below(70)] = "{}()'\",:0123456789TrueFals<f4 "[random.below(30)];
    }
    ASSERT_LT(peak_of([&] { read_array(array); }), kAllowance) << trial;
  }
}

TEST(Hostile, DepthIsRefusedAtItsFirstStep) {
  constexpr std::size_t kDepth = 10'000'000;
  std::string arrays = "{\"w\":" + std::string(kDepth, '[');
  std::string objects = "{";
  for (int i = 0; i < 1'000'000; ++i) objects += "\"a\":{";
  for (const std::string& header : {arrays, objects, "{\"__metadata__\":" + arrays}) {
    const std::string bytes = with_header(header);
    EXPECT_LT(peak_of([&] { EXPECT_EQ(read_model(bytes), Outcome::refused); }), kAllowance);
  }
}

TEST(Hostile, VastSizesTakeNoMemory) {
  for (const char* shape : {"[1000000000000]", "[18446744073709551615]", "[4611686018427387904,4]",
                            "[0,18446744073709551615,18446744073709551615]"}) {
    for (const char* offsets : {"[0,0]", "[0,1000000000000]", "[0,18446744073709551615]",
                                "[18446744073709551615,18446744073709551615]"}) {
      const std::string bytes = with_header(std::string(R"({"w":{"dtype":"F32","shape":)") + shape +
                                            R"(,"data_offsets":)" + offsets + "}}");
      EXPECT_LT(peak_of([&] { EXPECT_EQ(read_model(bytes), Outcome::refused); }), kAllowance);
    }
  }
}

// Headers that hold the most for each byte: tiny texts, empty tensors, long shapes, one long name.
TEST(Hostile, MemoryStaysASmallMultipleOfTheFile) {
  std::string texts = "{\"__metadata__\":{";
  std::string tensors = "{";
  for (int i = 0; i < 90'000; ++i) {
    texts += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
    tensors += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
               R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  }
  texts += "}}";
  tensors += "}";
  std::string shape = R"({"w":{"dtype":"U8","shape":[1)";
  for (int i = 0; i < 1'000'000; ++i) shape += ",1";
  const std::string name = "{\"" + std::string(3'000'000, 'n') + "\":0}";
  for (const std::string& header : {texts, tensors, shape, name}) {
    const std::string bytes = with_header(header);
    const std::size_t peak = peak_of([&] { read_model(bytes); });
    EXPECT_LT(peak, 16 * bytes.size() + kAllowance) << header.substr(0, 40);
  }
}

TEST(Hostile, TooManyMetadataKeysAreRefused) {
  std::string header = "{\"__metadata__\":{\"x\":\"\"";
  for (int i = 0; i < 100'000; ++i) header += ",\"" + std::to_string(i) + "\":\"\"";
  EXPECT_EQ(read_model(with_header(header + "}}")), Outcome::refused);
}

}  // namespace
}  // namespace sluice::formats
