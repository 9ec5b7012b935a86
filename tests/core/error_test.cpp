#include "sluice/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

TEST(Error, SaysWhereWhatExpectedGotAndHintInOneLine) {
  const Error error(ErrorCode::data, {.where = "sales.csv:17, column 'price'",
                                      .what = "not a number",
                                      .expected = "a decimal number",
                                      .got = "'n.a.'",
                                      .hint = "write NA"});
  EXPECT_STREQ(error.what(),
               "sales.csv:17, column 'price': not a number: expected a decimal number, got 'n.a.' "
               "(write NA)");
  EXPECT_EQ(error.code(), ErrorCode::data);
  EXPECT_EQ(error.parts().got, "'n.a.'");
}

TEST(Error, LeavesOutThePartsThatAreEmpty) {
  const auto message = [](const ErrorParts& parts) {
    return std::string(Error(ErrorCode::usage, parts).what());
  };
  EXPECT_EQ(message({.where = "", .what = "w", .expected = "", .got = "", .hint = ""}), "w");
  EXPECT_EQ(message({.where = "a", .what = "w", .expected = "", .got = "", .hint = ""}), "a: w");
  EXPECT_EQ(message({.where = "", .what = "w", .expected = "e", .got = "", .hint = ""}),
            "w: expected e");
  EXPECT_EQ(message({.where = "", .what = "w", .expected = "", .got = "g", .hint = ""}),
            "w: got g");
  EXPECT_EQ(message({.where = "", .what = "w", .expected = "", .got = "", .hint = "h"}), "w (h)");
}

TEST(Error, StaysOneLineWhateverTheFileHolds) {
  const Error error(ErrorCode::data, {.where = "a\nb",
                                      .what = std::string("nul \0 here", 10),
                                      .expected = "",
                                      .got = "\x1b[31m\x7f\t",
                                      .hint = ""});
  EXPECT_STREQ(error.what(), "a?b: nul ? here: got ?[31m??");
}

}  // namespace
}  // namespace sluice
