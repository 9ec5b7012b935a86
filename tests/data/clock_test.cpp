// Zones against offsets that Python's zoneinfo gives, wall-clock times there and back.
#include "data/clock.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "data/time_forms.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

struct Recorded {
  const char* zone;
  const char* utc;
  int seconds;
};

const std::vector<Recorded> kRecorded = {
#include "data/zone_offsets.inc"
};

TEST(Zone, KnowsOffsetsOfThePastAndTheFuture) {
  for (const Recorded& one : kRecorded) {
    const auto zone = Zone::load(one.zone);
    EXPECT_EQ(zone->offset_at(*stored_time(one.utc)), one.seconds * kSecond)
        << one.zone << " at " << one.utc;
  }
}

TEST(Zone, FindsTheInstantsOfAWallClockTime) {
  const auto berlin = Zone::load("Europe/Berlin");
  const auto instants = [&](const char* wall) {
    const Zone::Instants found = berlin->instants(*stored_time(wall));
    std::vector<std::string> texts;
    for (int n = 0; n < found.count; ++n)
      texts.push_back(iso_text(found.at[static_cast<std::size_t>(n)]));
    return texts;
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(instants("2016-07-01 12:00"), (List{"2016-07-01 10:00"}));
  EXPECT_EQ(instants("2016-03-27 01:59:59"), (List{"2016-03-27 00:59:59"}));
  EXPECT_EQ(instants("2016-03-27 02:00"), List{});
  EXPECT_EQ(instants("2016-03-27 02:59:59"), List{});
  EXPECT_EQ(instants("2016-03-27 03:00"), (List{"2016-03-27 01:00"}));
  EXPECT_EQ(instants("2016-10-30 01:59:59"), (List{"2016-10-29 23:59:59"}));
  EXPECT_EQ(instants("2016-10-30 02:00"), (List{"2016-10-30 00:00", "2016-10-30 01:00"}));
  EXPECT_EQ(instants("2016-10-30 03:00"), (List{"2016-10-30 02:00"}));
}

TEST(Zone, RefusesWhatIsNoZone) {
  for (const char* name : {"Europe/Berlni", "", "../../etc/passwd", "/etc/passwd", "zone.tab"})
    EXPECT_THROW(Zone::load(name), Error) << name;
}

// A file that is cut or changed anywhere is refused or read, and nothing worse.
TEST(Zone, SurvivesDamagedFiles) {
  const std::string rule = "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  std::string file = "TZif2" + std::string(15, '\0') + std::string(24, '\0');
  file[4 + 16 + 4 * 4 + 3] = 1;  // one type in the first block
  file += std::string(6, '\0');
  std::string second = file;
  const std::string whole = file + second + rule;
  const Zone zone = Zone::parse("made", whole);
  EXPECT_EQ(zone.offset_at(*stored_time("2030-07-01")), 2 * kHour);
  EXPECT_EQ(zone.offset_at(*stored_time("2030-01-01")), kHour);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    try {
      Zone::parse("cut", whole.substr(0, cut)).offset_at(0);
    } catch (const Error&) {
    }
    for (const int change : {1, 0x40, 0xFF}) {
      std::string changed = whole;
      changed[cut] = static_cast<char>(changed[cut] ^ change);
      try {
        Zone::parse("changed", changed).offset_at(0);
      } catch (const Error&) {
      }
    }
  }
}

TEST(Clock, HasANameThatGivesItAgain) {
  for (const char* name : {"local", "UTC", "+02:00", "-09:30", "-00:30", "Europe/Berlin"})
    EXPECT_EQ(Clock::named(name).name(), name);
  EXPECT_THROW(Clock::named("noon"), Error);
  EXPECT_EQ(Clock::named("-09:30").wall(0), -9 * kHour - 30 * kMinute);
}

TEST(Clock, GoesOverAnHourThatIsSkipped) {
  const Clock berlin = Clock::named("Europe/Berlin");
  const Timestamp skipped = *stored_time("2016-03-27 02:30");
  EXPECT_EQ(iso_text(berlin.wall(berlin.time_of(skipped))), "2016-03-27 03:30");
}

}  // namespace
}  // namespace sluice::data
