// Whole files: what becomes of their columns and times, and every message for a file that is
// refused.
#include "data/table.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/data_files.hpp"

namespace sluice::data {
namespace {

constexpr double kMissing = -1e9;  // stands for NaN, which equals nothing

std::vector<double> values_of(const Table& table, std::string_view name) {
  std::vector<double> values = table.at(name).values;
  for (double& value : values) {
    if (std::isnan(value)) value = kMissing;
  }
  return values;
}

Table table_in(std::string_view text, const TableOptions& options = {}) {
  return read_table(DataFile(text).path(), options);
}

TableOptions named(const std::string& column) { return {.form = {.time_columns = {column}}}; }

std::string refusal_of(std::string_view text, const TableOptions& options = {}) {
  return refusal([&] { table_in(text, options); });
}

TEST(Table, ReadsNumbersTimesAndMissingValues) {
  const Table table = table_in(
      "Time,load,note,temp\n2016-07-01 00:00,5,calm,NA\n2016-07-01 01:00,,windy,2.5\n"
      "2016-07-01 02:00,7,,-3\n");
  EXPECT_EQ(table.rows(), 3u);
  ASSERT_EQ(table.columns.size(), 2u);
  EXPECT_EQ(table.columns[0].name, "load");
  EXPECT_EQ(values_of(table, "load"), (std::vector<double>{5, kMissing, 7}));
  EXPECT_EQ(values_of(table, "temp"), (std::vector<double>{kMissing, 2.5, -3}));
  EXPECT_EQ(table.ignored, (std::vector<std::string>{"note"}));
  EXPECT_EQ(table.time_name, "Time");
  EXPECT_EQ(table.step, (TimeStep{.micros = 3600 * kSecond}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3, 4}));
  EXPECT_EQ(table.find("note"), nullptr);
}

TEST(Table, FillsAGapWithMissingRows) {
  const Table table = table_in("time,x\n2016-01-31,1\n2016-02-29,2\n2016-05-31,5\n\n\n");
  EXPECT_EQ(values_of(table, "x"), (std::vector<double>{1, 2, kMissing, kMissing, 5}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3, 0, 0, 4}));
  EXPECT_EQ(table.time_text(3), "2016-04-30");
  EXPECT_EQ(table.times.size(), 5u);
  EXPECT_NE(table.where(1).find("d.csv:3"), std::string::npos);
  EXPECT_EQ(table.where(2), table.path);
}

// 55 kB of text made 400 million cells.
TEST(Table, RefusesAGapThatTooManyColumnsWouldBeFilledIn) {
  std::string header = "t", row;
  for (int column = 0; column < 4000; ++column) {
    header += fmt::format(",c{}", column);
    row += ",1";
  }
  const auto with = [&](const std::vector<std::string>& times) {
    std::string text = header + "\n";
    for (const std::string& time : times) text += fmt::format("2020-01-{}{}\n", time, row);
    return text;
  };
  EXPECT_EQ(
      refusal_of(with({"01 00:00:00", "01 00:00:01", "01 00:00:02", "01 00:00:07", "02 03:46:39"})),
      "d.csv:6, column 't': gaps too wide to fill in so many columns: expected at most 1000 "
      "missing rows in 4000 columns, 1 second apart, got 99995, 99991 of them between "
      "'2020-01-01 00:00:07' in line 5 and '2020-01-02 03:46:39' (correct this time, start "
      "the file after the gap, or leave out columns that are not needed)");
  EXPECT_EQ(table_in(with({"01 00:00:00", "01 00:00:01", "01 00:16:42"})).rows(), 1003u);
}

TEST(Table, GivesTheTimesBehindTheEndInTheStyleOfTheFile) {
  const Table hours = table_in("t,x\n2016-07-01T22:00:00+02:00,1\n2016-07-01T23:00:00+02:00,2\n");
  EXPECT_EQ(hours.time_text(2), "2016-07-02T00:00:00+02:00");
  EXPECT_EQ(hours.time_at(2), hours.times[1] + kHour);
  const Table months = table_in("t,x\n1983-10,1\n1983-11,2\n");
  EXPECT_EQ(months.time_text(2), "1983-12");
  EXPECT_EQ(months.time_text(3), "1984-01");
}

TEST(Table, ReadsSecondsSince1970) {
  const Table table = table_in("ds,x\n1467374400,1\n1467374700,2\n1467375000.0,3\n");
  EXPECT_EQ(table.time_name, "ds");
  EXPECT_EQ(table.step, (TimeStep{.micros = 300 * kSecond}));
  EXPECT_EQ(table.time_text(3), "1467375300");
  EXPECT_EQ(table_in("clock,x\n1467374400,1\n1467374700,2\n", named("clock")).time_name, "clock");
}

TEST(Table, TakesNumbersForNumbersWhereTheyAreNoTimes) {
  EXPECT_EQ(table_in("clock,x\n1467374400,1\n1467374700,2\n").time_name, "");
  EXPECT_EQ(values_of(table_in("price,x\n1749,1\n1750,2\n"), "price"),
            (std::vector<double>{1749, 1750}));
}

TEST(Table, AsksWhichOfSeveralColumnsOfTimesIsMeant) {
  const char* text = "made,x,sold\n2016-07-01,1,2016-08-01\n2016-07-02,2,2016-08-03\n";
  EXPECT_EQ(refusal_of(text),
            "d.csv: several columns hold times: expected one that says when a row was, got 'made', "
            "'sold' (name it: --time made)");
  const Table sold = table_in(text, named("sold"));
  EXPECT_EQ(sold.time_name, "sold");
  EXPECT_EQ(sold.ignored, (std::vector<std::string>{"made"}));
  EXPECT_EQ(sold.step, (TimeStep{.micros = 2 * kDay}));
  EXPECT_EQ(table_in("made,x,date\n2016-07-01,1,2016-08-01\n").time_name, "date");
}

TEST(Table, NeedsNoTimes) {
  const Table table = table_in("x;y\r\n1;2\r\n3;NA\r\n");
  EXPECT_EQ(values_of(table, "y"), (std::vector<double>{2, kMissing}));
  EXPECT_TRUE(table.times.empty());
  EXPECT_NE(refusal([&] { table.time_at(0); }).find("no column of times"), std::string::npos);
}

TEST(Table, AnEmptyLineIsAMissingValueInAFileOfOneColumn) {
  const Table table = table_in("x\n\n5\n\n\n7\n\n");
  EXPECT_EQ(values_of(table, "x"), (std::vector<double>{kMissing, 5, kMissing, kMissing, 7}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3, 4, 5, 6}));
}

TEST(Table, KeepsAColumnThatIsAllMissing) {
  EXPECT_EQ(values_of(table_in("x,y\n1,NA\n2,\n"), "y"), (std::vector<double>{kMissing, kMissing}));
}

TEST(Table, TakesWholeNumbersForNames) {
  EXPECT_EQ(values_of(table_in("0,1\n5,6\n"), "1"), (std::vector<double>{6}));
}

TEST(Table, NamesTheColumnsThereAreWhereOneIsNot) {
  const Table table = table_in("time,Demand,temp,note\n2016-07-01,1,2,a\n");
  EXPECT_EQ(refusal([&] { table.at("demnad"); }),
            "d.csv: no column 'demnad': expected one of 'Demand', 'temp' (did you mean 'Demand'?)");
  EXPECT_EQ(refusal([&] { table.at("price"); }),
            "d.csv: no column 'price': expected one of 'Demand', 'temp'");
  EXPECT_EQ(refusal([&] { table.at("note"); }),
            "d.csv, column 'note': a column of text: expected one of 'Demand', 'temp' (no cell of "
            "it is a "
            "number)");
  EXPECT_EQ(refusal([&] { table.at("time"); }),
            "d.csv, column 'time': the column of times: expected one of 'Demand', 'temp'");
  EXPECT_NE(refusal([&] { table.time_at(1); }).find("a single time gives no step"),
            std::string::npos);
}

TEST(Table, RefusesAFileWithoutRows) {
  EXPECT_EQ(refusal_of(""), "d.csv: the file is empty: expected a header line and rows");
  EXPECT_EQ(refusal_of("a,b\n"), "d.csv: no rows below the header: expected one row per time step");
  EXPECT_EQ(refusal_of("a,b\n\n\n"),
            "d.csv: no rows below the header: expected one row per time step");
}

TEST(Table, RefusesAHeaderThatNamesNoColumns) {
  EXPECT_EQ(refusal_of("2016-07-01,5\n2016-07-02,6\n"),
            "d.csv:1: no header: expected the names of the columns, got '2016-07-01' (put a line "
            "of names "
            "above the first row)");
  EXPECT_EQ(refusal_of("3.5,5\n4,6\n").substr(0, 18), "d.csv:1: no header");
  EXPECT_EQ(refusal_of("a,,b\n0,1,2\n").substr(0, 34), "d.csv:1: column 2 of 3 has no name");
  EXPECT_EQ(refusal_of("a,b,a\n0,1,2\n"),
            "d.csv:1: two columns are called 'a': expected a name of its own for each, got the "
            "same name in column 3 (rename or remove one)");
}

TEST(Table, RefusesANameThatIsNotUtf8) {
  for (const char* good : {"gr\xc3\xb6\xc3\x9f"
                           "e",
                           "\xe6\xb0\xb4", "\xf0\x9f\x8c\x8a", "\x7f"}) {
    EXPECT_EQ(table_in(std::string("y,") + good + "\n1,2\n").columns[1].name, good);
  }
  for (const char* bad : {"gr\xf6\xdf"
                          "e",
                          "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\x80", "\xe6\xb0"}) {
    EXPECT_EQ(refusal_of(std::string("y,") + bad + "\n1,2\n"),
              "d.csv:1, column 2: the name is not UTF-8: expected a file saved as CSV UTF-8 (say "
              "--encoding latin1, or save the file as CSV UTF-8)");
  }
  EXPECT_EQ(table_in("y,gr\xf6\xdf"
                     "e\n1,2\n",
                     {.form = {.encoding = "latin1"}})
                .columns[1]
                .name,
            "gr\xc3\xb6\xc3\x9f"
            "e");
}

TEST(Table, NamesTheLineOfARaggedRow) {
  EXPECT_EQ(
      refusal_of("a,b\n1,2\n3\n"),
      "d.csv:3: ragged row: expected 2 cells as in the header, ',' between them, got 1 (write NA "
      "where a value is missing; --delimiter names another delimiter)");
  EXPECT_EQ(
      refusal_of("a,b\n1,2\n3,4,5\n"),
      "d.csv:3: ragged row: expected 2 cells as in the header, ',' between them, got 3 (put a "
      "cell that holds ',' in quotes)");
  EXPECT_EQ(refusal_of("a,b\n1,2\n\n3,4\n"),
            "d.csv:3: empty line between rows: expected 2 cells as in the header (remove it)");
}

TEST(Table, NamesTheCellThatIsTextAmongNumbers) {
  EXPECT_EQ(
      refusal_of("a,b\n1,2\n3,n.a. (est.)\n"),
      "d.csv:3, column 'b': not a number: expected a number, or NA where it is missing, got 'n.a. "
      "(est.)' (correct the cell or remove the column)");
  EXPECT_EQ(refusal_of("a,b\n1,\n3,?\n4,\n5,6\n").substr(0, 32),
            "d.csv:3, column 'b': not a numbe");
  EXPECT_NE(
      refusal_of("a\n1\n" + std::string(57, 'z') + "\n").find("'" + std::string(40, 'z') + "...'"),
      std::string::npos);
}

TEST(Table, RefusesNumbersWrittenWithSeparators) {
  const std::string hint =
      "(write 1234.5: a point before the decimals, nothing between thousands; or say --";
  for (const char* text : {"a;b\n1;3,14\n2;2,7\n", "a,b\n1,\"1,234.5\"\n", "a,b\n1,1 234\n",
                           "a,b\n1,1'234\n", "a;b\n1;7\n2;-1.234,5\n"}) {
    const std::string message = refusal_of(text);
    EXPECT_NE(message.find(hint), std::string::npos) << message;
    EXPECT_NE(message.find("column 'b': not a number"), std::string::npos) << message;
  }
}

TEST(Table, RefusesInfiniteValues) {
  EXPECT_EQ(refusal_of("a,b\n1,2\n1e999,4\n"),
            "d.csv:3, column 'a': infinite value: expected a finite number, got '1e999' (write NA "
            "where the "
            "value is missing)");
  EXPECT_NE(refusal_of("a,b\n1,-inf\n").find("d.csv:2, column 'b': infinite value"),
            std::string::npos);
}

TEST(Table, NamesTheCellThatIsNoTime) {
  EXPECT_EQ(refusal_of("date,x\n2016-07-01,1\n2016-07-32,2\n"),
            "d.csv:3, column 'date': not a time: expected a time as %Y-%m-%d, as '2016-07-01' in "
            "the first row, got '2016-07-32' (correct it; --time-format names another form, --time "
            "another column or none)");
  EXPECT_NE(refusal_of("when,x\n2016-07-01,1\nNA,2\n").find("d.csv:3, column 'when': no time"),
            std::string::npos);
  EXPECT_NE(refusal_of("when,x\n2016-07-01 00:00Z,1\n2016-07-01 01:00,2\n")
                .find("an offset from UTC in every row or in none"),
            std::string::npos);
}

TEST(Table, NamesTheCellThatIsNoSecond) {
  EXPECT_NE(
      refusal_of("time,x\n1467374400,1\n-1e300,1\n").find("d.csv:3, column 'time': not a time"),
      std::string::npos);
  EXPECT_NE(refusal_of("time,x\n1467374400,1\n,1\n").find("d.csv:3, column 'time': no time"),
            std::string::npos);
}

TEST(Table, DoesNotOverlookAColumnThatIsMeantAsTimes) {
  EXPECT_EQ(refusal_of("Date,x\n1 Thermidor 8,1\n"),
            "d.csv:2, column 'Date': not a time in a known format: expected a time such as "
            "2016-07-01 or 2016-07-01 13:00 in every row, got '1 Thermidor 8' (say --time-format "
            "'%d.%m.%Y' or similar, or --time none if it is not a time)");
  EXPECT_EQ(refusal_of("Date,x\n01/07/2016,1\n"),
            "d.csv:2, column 'Date': a time that can be read in several ways, and no row of the "
            "file says which: expected times that are in one form alone, got '01/07/2016': "
            "2016-07-01 00:00 by %d/%m/%Y, 2016-01-07 00:00 by %m/%d/%Y (say --time-format "
            "'%d/%m/%Y' or --time-format '%m/%d/%Y')");
  EXPECT_NE(refusal_of("when,x\n,1\n2016-07-02,1\n").find("d.csv:2, column 'when': no time"),
            std::string::npos);
}

TEST(Table, RefusesANamedTimeColumnThatIsNone) {
  EXPECT_EQ(refusal_of("day,x\n2016-07-01,1\n", named("dya")),
            "d.csv: no column 'dya': expected one of 'day', 'x'");
  EXPECT_NE(
      refusal_of("note,x\nmild,1\n", named("note")).find("d.csv:2, column 'note': not a time"),
      std::string::npos);
}

std::string rows_of(int count, const std::function<std::string(int)>& row) {
  std::string text;
  for (int n = 0; n < count; ++n) text += row(n) + "\n";
  return text;
}

// A decimal comma in a file of commas is one cell more; so is a first column without a name.
TEST(Table, TellsARowsNameFromACellTooMany) {
  const auto dated = [](int n) { return fmt::format("2023-01-{:02},1{},7", n + 1, n); };
  EXPECT_NE(refusal_of("date,y\n" + rows_of(12, dated)).find("2 names above rows of 3 cells"),
            std::string::npos);
  EXPECT_EQ(table_in("y,z\n" + rows_of(12, dated)).time_name, "index");
  EXPECT_NE(refusal_of("y\n" + rows_of(12, [](int n) { return fmt::format("{},58", 100 + n * n); }))
                .find("1 names above rows of 2 cells"),
            std::string::npos);
  EXPECT_EQ(table_in("y\n" + rows_of(12, [](int n) { return fmt::format("{},58", n + 1); }))
                .columns.size(),
            1u);
}

TEST(Table, RefusesQuartersWeeksAndSeasonsThatLookLikeMonths) {
  const auto quarters = [](int n) { return fmt::format("{}-{},{}", 2010 + n / 4, n % 4 + 1, n); };
  EXPECT_NE(refusal_of("t,y\n" + rows_of(40, quarters)).find("months 1 to 4 alone"),
            std::string::npos);
  EXPECT_NE(refusal_of("week,y\n" +
                       rows_of(12, [](int n) { return fmt::format("2023-{:02},{}", n + 1, n); }))
                .find("not months"),
            std::string::npos);
  EXPECT_NE(
      refusal_of("season,y\n" +
                 rows_of(12, [](int n) { return fmt::format("20{:02}-{:02},{}", n, n + 1, n); }))
          .substr(0, 6),
      "nothin");
  EXPECT_NE(
      refusal_of("d,y\n" + rows_of(31, [](int n) { return fmt::format("Mar-{:02},{}", n + 1, n); }))
          .find("years of one month"),
      std::string::npos);
  EXPECT_EQ(table_in("t,y\n" + rows_of(40,
                                       [](int n) {
                                         return fmt::format("{}-{:02},{}", 2010 + n / 12,
                                                            n % 12 + 1, n);
                                       }))
                .step,
            (TimeStep{.months = 1, .day = 1}));
}

TEST(Table, KeepsTheHourThatComesTwiceInOrderWhereRowsAreTurnedRound) {
  const std::string rows =
      "2023-10-29 03:00,5\n2023-10-29 02:00,4\n2023-10-29 02:00,3\n2023-10-29 01:00,2\n2023-10-29 "
      "00:00,1\n";
  const TableOptions options{.form = {.zone = "Europe/Berlin"}, .sort = true};
  EXPECT_EQ(values_of(table_in("t,y\n" + rows, options), "y"),
            (std::vector<double>{1, 2, 3, 4, 5}));
  EXPECT_NE(refusal_of("t,y\n2023-10-29 01:00,2\n" + rows.substr(0, rows.find("2023-10-29 01")) +
                           "2023-10-29 00:00,1\n",
                       options)
                .find("repeated time"),
            std::string::npos);
}

TEST(Table, KeepsToTheStepOfAModelWhereTheTimesDo) {
  TableOptions options{.remembered_step = {.micros = kDay, .weekdays = 0x1f}};
  EXPECT_EQ(table_in("date,y\n2023-03-03,1\n", options).time_text(1), "2023-03-06");
  EXPECT_NE(
      refusal_of("date,y\n2023-03-04,1\n", options).find("the model's calendar does not have"),
      std::string::npos);
  // Weeks are weeks, however few.
  options.remembered_step = {.micros = kDay};
  EXPECT_EQ(table_in("date,y\n2023-03-01,1\n2023-03-08,2\n2023-03-15,3\n", options).step,
            (TimeStep{.micros = 7 * kDay}));
}

TEST(Table, RefusesNumbersUnderTheNameOfATimeThatAreNone) {
  EXPECT_NE(
      refusal_of("date,y\n31032023,1\n30032023,2\n29032023,3\n").find("numbers that are not times"),
      std::string::npos);
  EXPECT_EQ(table_in("time,y\n0.0,1\n0.1,2\n0.2,3\n").columns.size(), 2u);
}

TEST(Table, ReadsHolidaysOrNamesTheLine) {
  EXPECT_EQ(read_holidays(DataFile("# of 2022\nday\n2022-12-26\n2022-12-25\n").path()),
            (std::vector<std::int64_t>{*day_of_date(2022, 12, 25), *day_of_date(2022, 12, 26)}));
  EXPECT_NE(
      refusal([] { read_holidays(DataFile("04/07/2022\n").path()); }).find("d.csv:1: not a date"),
      std::string::npos);
}

TEST(Table, RefusesAFileWithoutNumbers) {
  EXPECT_EQ(refusal_of("time,note\n2016-07-01,a\n"),
            "d.csv: no column of numbers: expected at least one");
}

// The formula of data/README.md.
TEST(Table, ReadsTheTinyFile) {
  const Table table = read_table(SLUICE_SOURCE_DIR "/data/tiny.csv");
  ASSERT_EQ(table.rows(), 199u);
  EXPECT_EQ(table.time_name, "time");
  EXPECT_EQ(table.step, (TimeStep{.micros = 3600 * kSecond}));
  EXPECT_EQ(table.time_text(199), "2024-01-09 07:00");
  const double day = 2 * std::acos(-1.0) / 24;
  for (int t = 0; t < 199; ++t) {
    const auto row = static_cast<std::size_t>(t);
    const bool open = t / 24 % 7 < 5 && t % 24 >= 8 && t % 24 < 18;
    const double temperature = 11 + 6 * std::sin(day * (t - 9)) + 37 * t % 11 / 10.0;
    const double demand = 50 + 20 * std::sin(day * (t - 7)) + (open ? 12 : 0) - 0.8 * temperature +
                          53 * t % 17 / 10.0;
    EXPECT_EQ(table.at("open").values[row], open ? 1 : 0);
    if (t == 67) {
      EXPECT_TRUE(std::isnan(table.at("temperature").values[row]));
    } else {
      EXPECT_NEAR(table.at("temperature").values[row], temperature, 0.0501);
    }
    if (t == 41 || t == 102 || t == 103) {
      EXPECT_TRUE(std::isnan(table.at("demand").values[row]));
    } else {
      EXPECT_NEAR(table.at("demand").values[row], demand, 0.00501);
    }
  }
}

TEST(Table, ReadsRealSeries) {
  const std::string folder = SLUICE_SOURCE_DIR "/../shared/data";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  const Table power = read_table(folder + "/ett/ETTh1.csv");
  EXPECT_EQ(power.rows(), 17420u);
  EXPECT_EQ(power.columns.size(), 7u);
  EXPECT_EQ(power.at("OT").values.front(), 30.5310001373291);
  EXPECT_EQ(power.time_text(0), "2016-07-01 00:00:00");
  EXPECT_EQ(power.time_text(17420), "2018-06-26 20:00:00");
  const Table taxi = read_table(folder + "/nab/nyc_taxi.csv");
  EXPECT_EQ(taxi.rows(), 10320u);
  EXPECT_EQ(taxi.step, (TimeStep{.micros = 1800 * kSecond}));
  EXPECT_EQ(taxi.at("value").values[1], 8127);
}

}  // namespace
}  // namespace sluice::data
