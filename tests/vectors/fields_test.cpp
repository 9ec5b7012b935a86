// The strict reader of the published cases: nothing that it does not understand passes.
#include "vectors/fields.hpp"

#include <gtest/gtest.h>

#include "formats/error_message.hpp"

namespace sluice::vectors {
namespace {

using formats::error_message;
using formats::has;

TEST(VectorFieldsTest, AFieldThatNobodyReadIsAnError) {
  const auto file = nlohmann::json::parse(R"({"name": "a", "source": "b", "clip": 3})");
  Fields fields(file, "case.json");
  fields.get<std::string>("name");
  EXPECT_TRUE(has(error_message(ErrorCode::data, [&] { fields.finish(); }),
                  "unknown field clip in case.json"));
  fields.has("clip");
  EXPECT_NO_THROW(fields.finish());
}

TEST(VectorFieldsTest, AnUnknownStructureIsAnErrorEvenUnderATellingName) {
  const auto file = nlohmann::json::parse(R"({"test_mask": [1, 0]})");
  const Fields fields(file, "case.json");
  EXPECT_TRUE(has(error_message(ErrorCode::data, [&] { fields.finish(); }), "test_mask"));
}

TEST(VectorFieldsTest, DataThatDoNotFillTheShapeAreRefused) {
  const auto array = nlohmann::json::parse(R"({"shape": [2, 3], "data": [1, 2, 3, 4, 5]})");
  EXPECT_TRUE(
      has(error_message(ErrorCode::data, [&] { parse_array(array, "x"); }), "expected 6, got 5"));
}

TEST(VectorFieldsTest, NestedListsHaveTheirShape) {
  const Array array = parse_array(nlohmann::json::parse("[[1, 2, 3], [4, 5, true]]"), "x");
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(array.data, (Doubles{1, 2, 3, 4, 5, 1}));
  EXPECT_NE(error_message(ErrorCode::data,
                          [] { parse_array(nlohmann::json::parse("[[1, 2], [3]]"), "x"); }),
            "no error");
}

TEST(VectorFieldsTest, AMissingFieldIsNamed) {
  const auto file = nlohmann::json::parse(R"({"x": null})");
  Fields fields(file, "case.json");
  EXPECT_TRUE(has(error_message(ErrorCode::data, [&] { fields.array("x"); }),
                  "case.json: a field is missing: expected x"));
}

}  // namespace
}  // namespace sluice::vectors
