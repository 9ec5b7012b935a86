// What a cell says, and numbers and names written as cells.
#include "data/cell.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "core/random.hpp"

namespace sluice::data {
namespace {

TEST(Cell, ReadsDecimalNumbers) {
  const struct {
    const char* text;
    double value;
  } cases[] = {{"0", 0.0},
               {"-17", -17.0},
               {"+3.5", 3.5},
               {".25", 0.25},
               {"7.", 7.0},
               {" 42\t", 42.0},
               {"1e3", 1000.0},
               {"-2.5E-2", -0.025},
               {"007", 7.0},
               {"0.1", 0.1},
               {"1e-999", 0.0},
               {"5e-324", 5e-324},
               {"1.7976931348623157e308", std::numeric_limits<double>::max()}};
  for (const auto& one : cases) {
    const CellValue cell = parse_cell(one.text);
    EXPECT_EQ(static_cast<int>(cell.kind), static_cast<int>(CellKind::number)) << one.text;
    EXPECT_EQ(cell.value, one.value) << one.text;
  }
  EXPECT_EQ(parse_cell("0." + std::string(400, '0') + "1").value, 0.0);
}

TEST(Cell, KnowsTheWordsForAMissingValue) {
  for (const char* text : {"", " ", "NA", "NaN", "nan", "null", "NULL", "N/A", "n/a", " NA "}) {
    const CellValue cell = parse_cell(text);
    EXPECT_EQ(static_cast<int>(cell.kind), static_cast<int>(CellKind::missing)) << text;
    EXPECT_TRUE(std::isnan(cell.value));
  }
}

TEST(Cell, TellsInfiniteValuesFromNumbers) {
  for (const std::string& text :
       {std::string("inf"), std::string("-INF"), std::string("Infinity"), std::string("+inf"),
        std::string("1e999"), std::string("-1e400"), "9" + std::string(400, '0') + ".5"}) {
    EXPECT_EQ(static_cast<int>(parse_cell(text).kind), static_cast<int>(CellKind::infinite))
        << text;
  }
}

TEST(Cell, TakesAnythingElseAsText) {
  for (const char* text : {"abc", "1,5",    "1 000", "1_000", "0x1F", "12%", "$5",       "+-3",
                           "--3", "++3",    "+",     "-",     ".",    "e5",  "1e",       "1.2.3",
                           "1d5", "nan(1)", "-nan",  "-",     "?",    "n",   "3\xC2\xA0"}) {
    const CellValue cell = parse_cell(text);
    EXPECT_EQ(static_cast<int>(cell.kind), static_cast<int>(CellKind::text)) << text;
    EXPECT_TRUE(std::isnan(cell.value));
  }
}

TEST(Cell, ReadsNumbersInTheFormThatWasSaid) {
  const auto value = [](const char* text, const NumberFormat& format) {
    return parse_cell(text, format).value;
  };
  const NumberFormat german{.decimal = ',', .thousands = "."}, comma{.decimal = ','},
      swiss{.thousands = "'"}, blanks{.decimal = ',', .thousands = "space"},
      signs{.strip = "%$\xE2\x82\xAC"};
  EXPECT_EQ(value("1.234.567,5", german), 1234567.5);
  EXPECT_EQ(value("-83", german), -83);
  EXPECT_EQ(value("3,14e2", comma), 314);
  EXPECT_EQ(value("1'234.5", swiss), 1234.5);
  EXPECT_EQ(value("1\xE2\x80\xAF"
                  "234\xC2\xA0"
                  "567,5",
                  blanks),
            1234567.5);
  EXPECT_EQ(value("12 %", signs), 12);
  EXPECT_EQ(value("-$3.50", signs), -3.5);
  EXPECT_EQ(value("\xE2\x82\xAC 7", signs), 7);
  for (const char* text : {"1.5", "12.34", "1234.567", "1.2345", ".5", "1..234"})
    EXPECT_EQ(static_cast<int>(parse_cell(text, german).kind), static_cast<int>(CellKind::text))
        << text;
  EXPECT_EQ(static_cast<int>(parse_cell("3.14", comma).kind), static_cast<int>(CellKind::text));
}

TEST(Cell, ShowsAtMostFortyCharactersAndCutsNoneInTwo) {
  EXPECT_EQ(shown_cell(std::string(40, 'k')), "'" + std::string(40, 'k') + "'");
  EXPECT_EQ(shown_cell(std::string(41, 'k')), "'" + std::string(40, 'k') + "...'");
  EXPECT_EQ(shown_cell(std::string(39, 'k') + "\xE2\x82\xAC"
                                              "and"),
            "'" + std::string(39, 'k') + "...'");
}

TEST(Cell, QuotesWhatACommaSeparatedFileCannotHoldBare) {
  EXPECT_EQ(csv_cell("plain name"), "plain name");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_cell(" blank"), "\" blank\"");
  EXPECT_EQ(csv_cell("blank\t"), "\"blank\t\"");
}

TEST(Cell, WritesTheShortestNumberThatReadsBack) {
  EXPECT_EQ(csv_number(0.1), "0.1");
  EXPECT_EQ(csv_number(-30.5310001373291), "-30.5310001373291");
  EXPECT_EQ(csv_number(std::numeric_limits<double>::quiet_NaN()), "");
  Random random(11);
  for (int i = 0; i < 10'007; ++i) {
    const std::uint64_t bits = random.next();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(parse_cell(csv_number(value)).value, value);
  }
}

}  // namespace
}  // namespace sluice::data
