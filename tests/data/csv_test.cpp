// Rows and cells: the forms of the file, what is refused, and files cut at every place.
#include "data/csv.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "data/cell.hpp"
#include "data/data_files.hpp"

namespace sluice::data {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const std::string& path) {
  CsvReader csv(path);
  std::vector<Row> rows;
  while (csv.next()) rows.emplace_back(csv.cells().begin(), csv.cells().end());
  return rows;
}

std::vector<Row> rows_in(std::string_view text) { return rows_of(DataFile(text).path()); }

std::string refusal_of(std::string_view text) {
  return refusal([&] { rows_in(text); });
}

TEST(Csv, FindsTheDelimiterInTheHeader) {
  const std::vector<Row> expected{{"ab", "c", "d"}, {"1", "2", "3"}};
  EXPECT_EQ(rows_in("ab,c,d\n1,2,3\n"), expected);
  EXPECT_EQ(rows_in("ab;c;d\n1;2;3\n"), expected);
  EXPECT_EQ(rows_in("ab\tc\td\n1\t2\t3\n"), expected);
  EXPECT_EQ(rows_in("ab|c|d\n1|2|3\n"), expected);
}

TEST(Csv, DoesNotCountDelimitersInQuotedNames) {
  EXPECT_EQ(rows_in("\"a, in \"\"m, n\"\"\";b\n1;2\n"),
            (std::vector<Row>{{"a, in \"m, n\"", "b"}, {"1", "2"}}));
  EXPECT_EQ(rows_in("a 5\" long;b,c;d\n1;2;3\n"),
            (std::vector<Row>{{"a 5\" long", "b,c", "d"}, {"1", "2", "3"}}));
}

TEST(Csv, ReadsAFileOfOneColumn) {
  EXPECT_EQ(rows_in("load\n5\n\n7"), (std::vector<Row>{{"load"}, {"5"}, {""}, {"7"}}));
}

TEST(Csv, KeepsEmptyCellsAtBothEnds) {
  EXPECT_EQ(rows_in("a,b,c\n,,\n,2,\n"),
            (std::vector<Row>{{"a", "b", "c"}, {"", "", ""}, {"", "2", ""}}));
}

TEST(Csv, ReadsEveryKindOfLineEnd) {
  const std::vector<Row> expected{{"a", "b"}, {"1", "2"}, {"3", "4"}};
  for (const char* text : {"a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n",
                           "a,b\r\n1,2\r\n3,4", "a,b\r1,2\r3,4\r", "a,b\r1,2\r3,4"}) {
    EXPECT_EQ(rows_in(text), expected) << testing::PrintToString(text);
  }
}

TEST(Csv, SkipsAByteOrderMark) {
  EXPECT_EQ(rows_in("\xEF\xBB\xBF"
                    "a,b\n1,2\n"),
            (std::vector<Row>{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(rows_in("\xEF\xBB\xBF\"a,b\"\n1\n"), (std::vector<Row>{{"a,b"}, {"1"}}));
}

TEST(Csv, ReadsQuotedCells) {
  EXPECT_EQ(rows_in("a,b,c\n\"x, \"\"y\"\"\r\nz\",\"\",\" 3 \"\n"),
            (std::vector<Row>{{"a", "b", "c"}, {"x, \"y\"\r\nz", "", " 3 "}}));
}

TEST(Csv, DropsBlanksAroundCellsAndQuotes) {
  EXPECT_EQ(rows_in(" a , b\t,\t\"c, d\" \n 1 ,2 , 3\n"),
            (std::vector<Row>{{"a", "b", "c, d"}, {"1", "2", "3"}}));
  EXPECT_EQ(rows_in("a\tb\tc\n\t 2\t\n"), (std::vector<Row>{{"a", "b", "c"}, {"", "2", ""}}));
}

TEST(Csv, TakesAQuoteInsideACellAsItStands) {
  EXPECT_EQ(rows_in("a,b\n5\" pipe,6\n"), (std::vector<Row>{{"a", "b"}, {"5\" pipe", "6"}}));
}

TEST(Csv, CountsLinesThroughQuotedLineEnds) {
  const DataFile file("a,b\n\"1\n2\r\n3\r4\",5\r\n6,7\r8,9\n");
  CsvReader csv(file.path());
  std::vector<std::size_t> lines;
  while (csv.next()) lines.push_back(csv.line());
  EXPECT_EQ(lines, (std::vector<std::size_t>{1, 2, 6, 7}));
}

TEST(Csv, TellsAnEmptyLineFromAnEmptyQuotedCell) {
  const DataFile file("a\n\n  \n\"\"\n4\n");
  CsvReader csv(file.path());
  std::vector<bool> blank;
  while (csv.next()) blank.push_back(csv.blank());
  EXPECT_EQ(blank, (std::vector<bool>{false, true, true, false, false}));
}

TEST(Csv, AnEmptyFileHasNoRows) {
  EXPECT_TRUE(rows_in("").empty());
  EXPECT_TRUE(rows_in("\xEF\xBB\xBF").empty());
}

// Cells of every nasty kind and of lengths that put the ends of the reader's blocks anywhere.
std::string random_cell(Random& random) {
  constexpr std::string_view kAlphabet = "abc,;\"\n\r \t|x7";
  const std::size_t length = random.below(23) == 0 ? random.below(70'000) : random.below(13);
  std::string cell;
  for (std::size_t i = 0; i < length; ++i) cell += kAlphabet[random.below(kAlphabet.size())];
  return cell;
}

TEST(Csv, ReadsBackWhatCsvCellWrote) {
  Random random(7);
  std::vector<Row> rows{{"p", "q", "r", "s", "t"}};
  std::string text = "p,q,r,s,t\n";
  for (std::size_t row = 0; row < 211; ++row) {
    Row cells;
    for (std::size_t column = 0; column < 5; ++column) cells.push_back(random_cell(random));
    for (std::size_t column = 0; column < 5; ++column) {
      text += csv_cell(cells[column]) + (column < 4 ? "," : "\n");
    }
    rows.push_back(cells);
  }
  EXPECT_EQ(rows_in(text), rows);
}

TEST(Csv, GivesARowOfAPipeAsSoonAsItsLineEnds) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::promise<void> row_seen;
  std::thread writer([&pipe, seen = row_seen.get_future()]() mutable {
    std::ofstream out(pipe);
    out << "a,b\n1,\"2\"\n" << std::flush;
    EXPECT_EQ(seen.wait_for(std::chrono::seconds(60)), std::future_status::ready);
    out << "3,4\n";
  });
  CsvReader csv(pipe);
  EXPECT_TRUE(csv.next());
  EXPECT_TRUE(csv.next());
  EXPECT_EQ(csv.cells()[1], "2");
  row_seen.set_value();
  EXPECT_TRUE(csv.next());
  EXPECT_EQ(csv.cells()[0], "3");
  EXPECT_FALSE(csv.next());
  writer.join();
}

TEST(Csv, RefusesAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  const std::string missing = refusal([&] { rows_of(folder / "d.csv"); }, ErrorCode::file);
  EXPECT_EQ(missing, "d.csv: cannot read the file: No such file or directory (check the path)");
  const std::string is_folder = refusal([&] { rows_of(folder.path()); }, ErrorCode::file);
  EXPECT_NE(is_folder.find("Is a directory (name a file inside the folder)"), std::string::npos);
}

TEST(Csv, NamesTheLineWhereAnUnclosedQuoteBegan) {
  EXPECT_EQ(
      refusal_of("a,b\n1,2\n3,\"4\n5,6\n7,8\n"),
      "d.csv:3: a quote begins here that is never closed (close it, or double a quote that is "
      "part of a cell)");
}

TEST(Csv, NamesTheLineOfTextBehindAQuote) {
  EXPECT_EQ(refusal_of("a,b\n\"1\n1\"x,2\n"),
            "d.csv:3: text after a closing quote: expected a delimiter or the end of the line, got "
            "'x' (double a quote that is part of a cell)");
}

TEST(Csv, NamesTablesThatAreNotText) {
  EXPECT_EQ(refusal_of("PAR1\x15\x04"),
            "d.csv: a Parquet file: expected separated values as UTF-8 text (write it as CSV, in "
            "Python: pandas.read_parquet(..).to_csv(..))");
  EXPECT_NE(refusal_of("PK\x03\x04rest").find("a spreadsheet (.xlsx)"), std::string::npos);
  EXPECT_NE(refusal_of("\x1f\x8b rest").find("gzip-compressed"), std::string::npos);
}

TEST(Csv, RefusesBytesThatAreNotText) {
  const std::string late(100'003, 'x');
  EXPECT_EQ(refusal_of("a,b\n" + late + std::string(1, '\0') + "\n"),
            "d.csv:2: not a text file: expected separated values as UTF-8 text, got a NUL at byte "
            "100007 (export a spreadsheet as CSV UTF-8; --encoding utf-16 reads UTF-16)");
}

TEST(Csv, NamesTheLineThatIsTooLong) {
  const DataFile file("a,b\n\"1\",2\n");
  std::ofstream more(file.path(), std::ios::app);
  const std::string block(std::size_t{1} << 20, '5');
  for (int i = 0; i < 17; ++i) more << block;
  more.close();
  EXPECT_EQ(
      refusal([&] { rows_of(file.path()); }),
      "d.csv:3: line too long: expected at most 16 MiB (a data file has one line per time step)");
}

TEST(Csv, RefusesALongHeaderAndALongQuote) {
  const std::string block(kLongestRow + 70'000, '5');
  EXPECT_EQ(refusal_of(block).substr(0, 22), "d.csv:1: line too long");
  EXPECT_EQ(refusal_of("a\n1\n\"\n" + block).substr(0, 61),
            "d.csv:3: a quote begins here that is not closed within 16 MiB");
}

TEST(Csv, ReadsALineJustUnderTheLimit) {
  const std::string cell(kLongestRow - 3, '5');
  EXPECT_EQ(rows_in("a,b\n" + cell + ",1\n2,3\n"),
            (std::vector<Row>{{"a", "b"}, {cell, "1"}, {"2", "3"}}));
}

}  // namespace
}  // namespace sluice::data
