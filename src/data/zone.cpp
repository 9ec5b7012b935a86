// Reads TZif files. A file lists the past changes of offset; its last line gives the rule for all
// later years as a POSIX TZ string, which is unrolled here up to kLastYear.
#include "data/zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "core/file.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr int kLastYear = 2200;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::file, {.where = "time zone '" + name + "'",
                                .what = what,
                                .expected = "a TZif file of version 2 or later",
                                .got = "",
                                .hint = "install the system's time zones (Debian: tzdata)"});
}

// Reads big-endian numbers from the front of a text; `ok` becomes false if bytes are missing.
struct Bytes {
  std::string_view rest;
  bool ok = true;

  std::string_view take(std::size_t count) {
    if (rest.size() < count) {
      ok = false;
      return {};
    }
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  std::int64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view taken = take(bytes);
    for (const char byte : taken) value = value << 8 | static_cast<unsigned char>(byte);
    const auto shift = 64 - 8 * static_cast<unsigned>(bytes);
    return static_cast<std::int64_t>(value << shift) >> shift;
  }
};

struct Header {
  std::size_t isut, isstd, leap, times, types, letters;

  // Size of the data block that follows the header if times take `width` bytes each.
  std::size_t block(std::size_t width) const {
    return times * (width + 1) + types * 6 + letters + leap * (width + 4) + isstd + isut;
  }
};

Header take_header(Bytes& from, const std::string& name) {
  if (from.take(4) != "TZif") fail(name, "not a time zone file");
  const std::string_view version = from.take(1);
  if (version.empty() || version[0] < '2') fail(name, "a time zone file of version 1");
  from.take(15);
  Header header{};
  for (std::size_t* count :
       {&header.isut, &header.isstd, &header.leap, &header.times, &header.types, &header.letters}) {
    *count = static_cast<std::size_t>(from.number(4)) & 0xFFFFFF;
  }
  if (!from.ok || header.types == 0) fail(name, "a damaged time zone file");
  return header;
}

// A POSIX TZ rule: std offset [dst [offset] , start [/time] , end [/time]].
struct Rule {
  struct Day {
    char kind = 'M';  // 'M' month.week.weekday, 'J' day 1..365 without 29 February, '0' day 0..365
    int month = 0, week = 0, weekday = 0, day = 0;
    std::int64_t seconds = 7200;
  };
  std::int64_t standard = 0, summer = 0;  // seconds ahead of UTC
  bool has_summer = false;
  Day start, end;
};

class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  std::optional<Rule> read() {
    Rule rule;
    if (!skip_name() || !offset(rule.standard)) return std::nullopt;
    if (rest_.empty()) return rule;
    rule.has_summer = true;
    if (!skip_name()) return std::nullopt;
    rule.summer = rule.standard + 3600;
    if (!rest_.empty() && rest_[0] != ',' && !offset(rule.summer)) return std::nullopt;
    if (!day(rule.start) || !day(rule.end) || !rest_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool take(char ch) {
    if (rest_.empty() || rest_[0] != ch) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip_name() {
    const bool quoted = take('<');
    std::size_t size = 0;
    while (size < rest_.size() &&
           (quoted ? rest_[size] != '>' : std::isalpha(static_cast<unsigned char>(rest_[size])))) {
      ++size;
    }
    rest_.remove_prefix(size);
    return size >= 3 && (!quoted || take('>'));
  }
  bool number(int& value) {
    std::size_t size = 0;
    value = 0;
    for (; size < rest_.size() && size < 4 && rest_[size] >= '0' && rest_[size] <= '9'; ++size)
      value = value * 10 + (rest_[size] - '0');
    rest_.remove_prefix(size);
    return size > 0;
  }
  // [+-]hh[:mm[:ss]]
  bool clock(std::int64_t& seconds) {
    const bool minus = take('-');
    if (!minus) take('+');
    int hours = 0, minutes = 0, rest = 0;
    if (!number(hours)) return false;
    if (take(':') && !number(minutes)) return false;
    if (take(':') && !number(rest)) return false;
    seconds = hours * 3600 + minutes * 60 + rest;
    if (minus) seconds = -seconds;
    return true;
  }
  // POSIX offsets are positive west of UTC.
  bool offset(std::int64_t& seconds) {
    if (!clock(seconds)) return false;
    seconds = -seconds;
    return true;
  }
  bool day(Rule::Day& day) {
    if (!take(',')) return false;
    if (take('M')) {
      day.kind = 'M';
      if (!number(day.month) || !take('.') || !number(day.week) || !take('.') ||
          !number(day.weekday) || day.month < 1 || day.month > 12 || day.week < 1 || day.week > 5 ||
          day.weekday > 6) {
        return false;
      }
    } else {
      day.kind = take('J') ? 'J' : '0';
      if (!number(day.day) || day.day > 365 || (day.kind == 'J' && day.day < 1)) return false;
    }
    return !take('/') || clock(day.seconds);
  }

  std::string_view rest_;
};

// Wall-clock seconds since 1970 of the rule's change in that year.
std::int64_t change_in(const Rule::Day& rule, int year) {
  std::int64_t day = 0;
  if (rule.kind == 'M') {
    const std::int64_t first = *day_of_date(year, rule.month, 1);
    const int wanted = (rule.weekday + 6) % 7;  // Sunday is 0 in POSIX, 6 here
    day = first + (wanted - weekday_of(first) + 7) % 7 + 7 * (rule.week - 1);
    if (day >= first + days_in_month(year, rule.month)) day -= 7;
  } else {
    day = *day_of_date(year, 1, 1) + rule.day - (rule.kind == 'J' ? 1 : 0);
    const bool leap = days_in_month(year, 2) == 29;
    if (rule.kind == 'J' && leap && rule.day >= 60) ++day;
  }
  return day * 86400 + rule.seconds;
}

}  // namespace

Zone Zone::parse(std::string name, std::string_view file) {
  Bytes bytes{file};
  const Header first = take_header(bytes, name);
  bytes.take(first.block(4));
  const Header header = take_header(bytes, name);
  if (bytes.rest.size() < header.block(8)) fail(name, "a truncated time zone file");
  Zone zone;
  zone.name_ = std::move(name);
  for (std::size_t n = 0; n < header.times; ++n) zone.changes_.push_back({bytes.number(8), 0});
  std::vector<std::size_t> types;
  for (std::size_t n = 0; n < header.times; ++n)
    types.push_back(static_cast<unsigned char>(bytes.take(1)[0]));
  std::vector<std::int64_t> offsets;
  for (std::size_t n = 0; n < header.types; ++n) {
    offsets.push_back(bytes.number(4) * kSecond);
    bytes.take(2);
  }
  // keeps microseconds from overflowing
  constexpr std::int64_t kMostSeconds = std::int64_t{1} << 42;
  for (std::size_t n = 0; n < header.times; ++n) {
    if (types[n] >= offsets.size()) fail(zone.name_, "a damaged time zone file");
    Change& change = zone.changes_[n];
    change = {std::clamp(change.utc, -kMostSeconds, kMostSeconds) * kSecond, offsets[types[n]]};
  }
  zone.first_offset_ = offsets[0];
  bytes.take(header.letters + header.leap * 12 + header.isstd + header.isut);
  if (bytes.take(1) != "\n") fail(zone.name_, "a truncated time zone file");
  const std::string_view text = bytes.rest.substr(0, bytes.rest.find('\n'));
  const std::optional<Rule> rule = RuleReader(text).read();
  if (!rule || !rule->has_summer) return zone;
  const Timestamp last = zone.changes_.empty() ? -kDay * 365 * 70 : zone.changes_.back().utc;
  std::vector<Change> later;
  for (int year = calendar_time(last).year; year <= kLastYear; ++year) {
    later.push_back(
        {(change_in(rule->start, year) - rule->standard) * kSecond, rule->summer * kSecond});
    later.push_back(
        {(change_in(rule->end, year) - rule->summer) * kSecond, rule->standard * kSecond});
  }
  std::sort(later.begin(), later.end(),
            [](const Change& a, const Change& b) { return a.utc < b.utc; });
  for (const Change& change : later) {
    if (change.utc > last) zone.changes_.push_back(change);
  }
  return zone;
}

std::shared_ptr<const Zone> Zone::load(const std::string& name) {
  const char* folder = std::getenv("TZDIR");
  const std::string root = folder != nullptr ? folder : "/usr/share/zoneinfo";
  const bool plain = !name.empty() && name[0] != '/' && name.find("..") == std::string::npos &&
                     std::all_of(name.begin(), name.end(), [](unsigned char ch) {
                       return std::isalnum(ch) != 0 || std::strchr("/_+-", ch) != nullptr;
                     });
  const auto unknown = [&name] {
    return Error(ErrorCode::usage, {.where = "--zone",
                                    .what = "no time zone '" + name + "'",
                                    .expected = "a name such as Europe/Berlin or UTC",
                                    .got = "",
                                    .hint = "see /usr/share/zoneinfo (Debian: package tzdata)"});
  };
  if (!plain) throw unknown();
  std::string bytes;
  try {
    bytes = read_file(root + "/" + name);
  } catch (const Error&) {
    throw unknown();
  }
  return std::make_shared<const Zone>(parse(name, bytes));
}

std::int64_t Zone::offset_at(Timestamp utc) const {
  const auto after =
      std::upper_bound(changes_.begin(), changes_.end(), utc,
                       [](Timestamp time, const Change& change) { return time < change.utc; });
  return after == changes_.begin() ? first_offset_ : std::prev(after)->offset;
}

Zone::Instants Zone::instants(Timestamp wall) const {
  Instants found;
  // Changes of offset are more than two days apart.
  for (const std::int64_t near : {-kDay, kDay}) {
    const Timestamp utc = wall - offset_at(wall + near);
    if (wall - offset_at(utc) != utc) continue;
    if (found.count == 1 && found.at[0] == utc) continue;
    found.at[static_cast<std::size_t>(found.count++)] = utc;
  }
  if (found.count == 2 && found.at[0] > found.at[1]) std::swap(found.at[0], found.at[1]);
  return found;
}

}  // namespace sluice::data
