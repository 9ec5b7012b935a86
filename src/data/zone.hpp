// A named time zone with its summer time, from the system's time zone files (TZif, RFC 8536).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/calendar_time.hpp"

namespace sluice::data {

class Zone {
 public:
  /// Reads a zone such as "Europe/Berlin" from the folder in the environment variable TZDIR or
  /// /usr/share/zoneinfo. Throws Error(usage) for an unknown zone, Error(file) if its file cannot
  /// be read.
  static std::shared_ptr<const Zone> load(const std::string& name);
  /// Parses a TZif file of version 2 or later. Throws Error(file) for anything else.
  static Zone parse(std::string name, std::string_view bytes);

  const std::string& name() const { return name_; }
  /// UTC offset at that time in microseconds, positive east.
  std::int64_t offset_at(Timestamp utc) const;

  /// The instants at which its clocks show a wall time: none if the clock skipped it; two, in
  /// order, if it repeated it.
  struct Instants {
    int count = 0;
    std::array<Timestamp, 2> at = {};
  };
  Instants instants(Timestamp wall) const;

 private:
  struct Change {
    Timestamp utc;  // valid from this time on
    std::int64_t offset;
  };
  std::string name_;
  std::int64_t first_offset_ = 0;  // before the first change
  std::vector<Change> changes_;    // ascending
};

}  // namespace sluice::data
