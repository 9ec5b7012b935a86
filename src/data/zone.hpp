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
  /// Reads the zone, such as "Europe/Berlin", from the folder in the environment variable TZDIR or
  /// /usr/share/zoneinfo. Throws Error(usage) where the name is no zone, Error(file) where its
  /// file cannot be read.
  static std::shared_ptr<const Zone> load(const std::string& name);
  /// From the bytes of a TZif file of version 2 or later. Throws Error(file) where they are not
  /// one.
  static Zone parse(std::string name, std::string_view bytes);

  const std::string& name() const { return name_; }
  /// Microseconds that its clocks are ahead of UTC then.
  std::int64_t offset_at(Timestamp utc) const;

  /// The moments at which its clocks show a wall time: none where the clock was put forward over
  /// it, two, the earlier first, where it was put back.
  struct Instants {
    int count = 0;
    std::array<Timestamp, 2> at = {};
  };
  Instants instants(Timestamp wall) const;

 private:
  struct Change {
    Timestamp utc;        // from then on
    std::int64_t offset;  // this offset
  };
  std::string name_;
  std::int64_t first_offset_ = 0;  // before the first change
  std::vector<Change> changes_;    // rising
};

}  // namespace sluice::data
