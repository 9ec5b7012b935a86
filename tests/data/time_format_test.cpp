// Every form of a time, what each is read as, how it is printed, and what is no time.
#include "data/time_format.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "data/time_forms.hpp"
#include "data/time_pattern.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

struct Reading {
  const char* cell;
  const char* iso;  // the wall-clock time
};

// The readings that the cell allows, each once, as ISO text.
std::vector<std::string> readings(std::string_view cell, bool years = false) {
  std::vector<TimeFormat> forms = time_forms(cell);
  for (const TimeFormat& form : number_forms(cell, years)) forms.push_back(form);
  std::vector<std::string> all;
  for (const TimeFormat& form : forms) {
    const std::string text = iso_text(read_time(cell, form)->wall);
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
  }
  return all;
}

TEST(TimeFormat, ReadsEveryFormThatHasOneReading) {
  for (const auto& [cell, iso] : std::vector<Reading>{
           {"2016-07-01", "2016-07-01 00:00"},
           {"2016-7-1", "2016-07-01 00:00"},
           {"2016/07/01", "2016-07-01 00:00"},
           {"2016-07-01 13:30", "2016-07-01 13:30"},
           {"2016-07-01 13", "2016-07-01 13:00"},
           {"2016-07-01T13:30:05.250Z", "2016-07-01 13:30:05.25"},
           {"2016-07-01 24:00", "2016-07-02 00:00"},
           {"20160701T133000", "2016-07-01 13:30"},
           {"20160701T1330Z", "2016-07-01 13:30"},
           {"2016-183", "2016-07-01 00:00"},
           {"01.07.2016", "2016-07-01 00:00"},
           {"1.7.2016 13:30", "2016-07-01 13:30"},
           {"23/08/2022", "2022-08-23 00:00"},
           {"08/23/2022 1:05 PM", "2022-08-23 13:05"},
           {"08/23/2022 12:00:00 AM", "2022-08-23 00:00"},
           {"1 Jul 2016", "2016-07-01 00:00"},
           {"01-Jul-2016", "2016-07-01 00:00"},
           {"01-jul-16", "2016-07-01 00:00"},
           {"Jul 1, 2016", "2016-07-01 00:00"},
           {"1 July 2016", "2016-07-01 00:00"},
           {"01JUL2016", "2016-07-01 00:00"},
           {"Fri, 01 Jul 2016 13:30:00", "2016-07-01 13:30"},
           {"Fri, 01 Jul 2016 13:30:00 GMT", "2016-07-01 13:30"},
           {"2016-07", "2016-07-01 00:00"},
           {"07/2016", "2016-07-01 00:00"},
           {"Jul 2016", "2016-07-01 00:00"},
           {"Jul-16", "2016-07-01 00:00"},
           {"May 1960", "1960-05-01 00:00"},
           {"2016M07", "2016-07-01 00:00"},
           {"2016Q3", "2016-07-01 00:00"},
           {"2016-Q3", "2016-07-01 00:00"},
           {"Q3 2016", "2016-07-01 00:00"},
           {"2016-W26", "2016-06-27 00:00"},
           {"2016-W26-5", "2016-07-01 00:00"},
           {"2015-W53", "2015-12-28 00:00"},
           {"20160701", "2016-07-01 00:00"},
           {"2023010223", "2023-01-02 23:00"},
           {"2301062210", "2023-01-06 22:10"},
           {"201607011330", "2016-07-01 13:30"},
           {"20160701133005", "2016-07-01 13:30:05"},
           {"1467374400", "2016-07-01 12:00"},
           {"1467374400.25", "2016-07-01 12:00:00.25"},
           {"1467374400123", "2016-07-01 12:00:00.123"},
           {"1467374400123456", "2016-07-01 12:00:00.123456"},
           {"1467374400123456789", "2016-07-01 12:00:00.123456"},
       }) {
    EXPECT_EQ(readings(cell), std::vector<std::string>{iso}) << cell;
  }
  EXPECT_EQ(readings("201607", true), std::vector<std::string>{"2016-07-01 00:00"});
  EXPECT_EQ(readings("2016", true), std::vector<std::string>{"2016-01-01 00:00"});
}

TEST(TimeFormat, LeavesTheOrderOpenWhereACellDoes) {
  using List = std::vector<std::string>;
  EXPECT_EQ(readings("01/02/2016"), (List{"2016-02-01 00:00", "2016-01-02 00:00"}));
  EXPECT_EQ(readings("01-02-03").size(), 3u);
  EXPECT_EQ(readings("13-02-03"), (List{"2013-02-03 00:00", "2003-02-13 00:00"}));
  EXPECT_EQ(readings("1.2.2016"), (List{"2016-02-01 00:00"}));
}

TEST(TimeFormat, RefusesWhatIsNoTime) {
  for (const char* cell : {"",
                           "2016-",
                           "2016-13",
                           "2016-00",
                           "2016-02-30",
                           "2015-02-29",
                           "1900-02-29",
                           "2016-07-32",
                           "2016-07-00",
                           "2016-07-01T",
                           "2016-07-01 24:01",
                           "2016-07-01 12:60",
                           "2016-07-01 12:00:60",
                           "2016-07-01 12:00:00.",
                           "2016-07-01x12:00",
                           "2016-07-01 12:00+",
                           "2016-07-01 12:00+2",
                           "2016-07-01 12:00+02:",
                           "2016-07-01 12:00+24:00",
                           "2016-07-01 12:00:00Zx",
                           "2016-07-01 1a:00",
                           "2016-W54",
                           "2014-W53",
                           "2016-Q5",
                           "2015-366",
                           "Sat, 01 Jul 2016",
                           "32.01.2016",
                           "Foo 2016",
                           "13:30",
                           "1.2.3.4",
                           "2016-07-01 13:30 PM",
                           "0:30 PM",
                           "abc",
                           "2016-07-01 12:00 CET"}) {
    EXPECT_TRUE(readings(cell).empty()) << cell << " as " << readings(cell)[0];
  }
}

TEST(TimeFormat, ReadsOffsetsInAllTheirForms) {
  for (const auto& [cell, offset] :
       std::vector<std::pair<const char*, std::int64_t>>{{"2016-07-01 14:30+02:30", 150},
                                                         {"2016-07-01T14:30:00.0+0230", 150},
                                                         {"2016-07-01T07:00:00-05", -300},
                                                         {"2016-07-01 12:00 UTC", 0},
                                                         {"2016-07-01 12:00:00 +0000", 0},
                                                         {"2016-07-01Z", 0}}) {
    const std::vector<TimeFormat> forms = time_forms(cell);
    ASSERT_EQ(forms.size(), 1u) << cell;
    EXPECT_EQ(read_time(cell, forms[0])->offset, offset * kMinute) << cell;
    EXPECT_FALSE(forms[0].zone.empty()) << cell;
  }
}

TEST(TimeFormat, PrintsATimeAsItWasWritten) {
  for (const char* cell : {"2016-07",
                           "1749-01",
                           "2016-02-29",
                           "1931-12-31",
                           "2016-07-01 12:05",
                           "2016-07-01T12:05",
                           "2016-07-01 12:05:09",
                           "2016-07-01T12:05:09.000Z",
                           "2016-07-01T00:05:09+05:30",
                           "2016-07-01 23:05:09.0-0930",
                           "2016-07-01T12:05+02",
                           "2016-7-1",
                           "1.7.2016 13:30",
                           "08/23/2022 01:05 PM",
                           "2016-W26",
                           "2016-Q3",
                           "Jul 2016",
                           "20160701T1330",
                           "2016070113",
                           "2016-183",
                           "2016-07-01 12:05:09 UTC",
                           "Fri, 01 Jul 2016 13:30:00 GMT",
                           "1467374400",
                           "1467374400123",
                           "1467374400.2"}) {
    std::vector<TimeFormat> forms = time_forms(cell);
    if (forms.empty()) forms = number_forms(cell, false);
    ASSERT_FALSE(forms.empty()) << cell;
    const CellTime read = *read_time(cell, forms[0]);
    EXPECT_EQ(format_time(read.wall - read.offset, read.form, Clock::fixed(read.offset)), cell);
  }
}

TEST(TimeFormat, PrintsIsoWhereTheFormWouldNotSort) {
  const auto printed = [](const char* cell) {
    const TimeFormat form = time_forms(cell)[0];
    return format_time(read_time(cell, form)->wall, print_form(form), {});
  };
  EXPECT_EQ(printed("1.7.2016 13:30"), "2016-07-01 13:30");
  EXPECT_EQ(printed("08/23/2022 1:05 PM"), "2022-08-23 13:05");
  EXPECT_EQ(printed("Jul 2016"), "2016-07");
  EXPECT_EQ(printed("Q3 2016"), "2016-Q3");
  EXPECT_EQ(printed("2016-W26"), "2016-W26");
  EXPECT_EQ(printed("2016/07/01"), "2016/07/01");
}

TEST(TimeFormat, WidensToTheFinestThatARowNeeds) {
  TimeFormat form = time_forms("2016-07-01")[0];
  widen(form, read_time("2016-07-01T12:00", form)->form);
  widen(form, read_time("2016-07-02", form)->form);
  const Timestamp noon = read_time("2016-07-01T12:00", form)->wall;
  EXPECT_EQ(format_time(noon, form, {}), "2016-07-01T12:00");
  widen(form, read_time("2016-07-01T12:00:00.00", form)->form);
  EXPECT_EQ(format_time(noon, form, {}), "2016-07-01T12:00:00.00");
}

TEST(TimeFormat, ReadsByTheDirectivesOfTheUser) {
  const auto read = [](const char* form, const char* cell) {
    const auto time = read_time(cell, time_format_named(form));
    return time ? iso_text(time->wall - time->offset) : "none";
  };
  EXPECT_EQ(read("%d/%m/%Y %H:%M", "03/02/2016 04:05"), "2016-02-03 04:05");
  EXPECT_EQ(read("%a %b %d %H:%M:%S %Y", "Fri Jul 1 13:30:05 2016"), "2016-07-01 13:30:05");
  EXPECT_EQ(read("%Y%m%d %I:%M%p", "20160701 01:30PM"), "2016-07-01 13:30");
  EXPECT_EQ(read("%H:%M:%S.%f on %d.%m.%y %z", "01:02:03.5 on 04.05.06 +0100"),
            "2006-05-04 00:02:03.5");
  EXPECT_EQ(read("%d.%m.%Y", "01.02.2016 12:00"), "none");
  EXPECT_EQ(read("excel", "42552.5"), "2016-07-01 12:00");
  EXPECT_EQ(read("unix-ms", "1467374400123"), "2016-07-01 12:00:00.123");
  EXPECT_THROW(time_format_named("%d.%m"), Error);
  EXPECT_THROW(time_format_named("%Y-%k"), Error);
}

TEST(TimeFormat, ReadsTimesOfDay) {
  EXPECT_EQ(read_clock("13:30")->wall, 13 * kHour + 30 * kMinute);
  EXPECT_EQ(read_clock("1:30 PM")->wall, 13 * kHour + 30 * kMinute);
  EXPECT_EQ(read_clock("24:00")->wall, kDay);
  EXPECT_EQ(read_clock("00:00:00.5")->wall, 500'000);
  for (const char* cell : {"", "25:00", "13:60", "13:3", "noon", "13:00 PM"})
    EXPECT_FALSE(read_clock(cell)) << cell;
}

TEST(TimeFormat, ReadsWhatModelsHaveStored) {
  EXPECT_EQ(stored_time("2016-07-01 12:00"), stored_time("1467374400"));
  EXPECT_EQ(stored_time("2016-07-01 14:00+02:00"), stored_time("2016-07-01 12:00Z"));
  EXPECT_EQ(stored_time("2016-07"), stored_time("2016-07-01"));
  EXPECT_FALSE(stored_time("soon"));
}

TEST(TimeFormat, TellsWhatResemblesATime) {
  for (const char* cell : {"1. M\xC3\xA4rz 2016", "2016 KW 26", "Januar 2016", "2016;7"})
    EXPECT_EQ(resembles_time(cell), std::string_view(cell) != "2016;7") << cell;
  for (const char* cell : {"calm", "192.168.0.1", "unit 7", "A-12", "555-1234"})
    EXPECT_FALSE(resembles_time(cell)) << cell;
}

}  // namespace
}  // namespace sluice::data
