// Text from files: what a terminal must not obey, and what is no text.
#include <gtest/gtest.h>

#include "core/printable.hpp"
#include "core/utf8.hpp"

namespace sluice {
namespace {

TEST(Printable, ShowsNoControlCharacterAndAllElse) {
  EXPECT_EQ(printable("a\x1b[2J\x07\x7f\nb"), "a?[2J???b");
  EXPECT_EQ(printable("a\tb\nc\r", "\n\t"), "a\tb\nc?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "1m \xc2\xa0\xc3\x9b\xe2\x82\xac"),
            "?1m \xc2\xa0\xc3\x9b\xe2\x82\xac");
  EXPECT_EQ(printable("\xc2"), "\xc2");
}

TEST(Utf8, ReplacesEachByteThatBelongsToNoCharacter) {
  EXPECT_EQ(as_utf8("a\xff\xc3\xa4\xc3"), "a?\xc3\xa4?");
  EXPECT_EQ(as_utf8("\xed\xa0\x80"), "???");  // a surrogate
  EXPECT_EQ(as_utf8("\xc0\x80\xf5"), "???");  // an overlong form, and beyond the last
  EXPECT_TRUE(is_utf8("\xf0\x9f\x98\x80 \xe2\x82\xac"));
  EXPECT_FALSE(is_utf8("\xe2\x82"));
}

}  // namespace
}  // namespace sluice
