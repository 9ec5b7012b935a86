// The clock of a file's times: local, UTC, a fixed offset or a named zone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "data/calendar_time.hpp"
#include "data/zone.hpp"

namespace sluice::data {

/// Times without an offset are wall-clock times of the file's own clock ("local"). On every other
/// clock, times are instants in UTC.
class Clock {
 public:
  Clock() = default;                        ///< "local"
  static Clock fixed(std::int64_t offset);  ///< Microseconds ahead of UTC.
  static Clock zone(std::shared_ptr<const Zone> zone);
  /// The inverse of name(). Throws Error(usage) for an unknown name.
  static Clock named(const std::string& name);

  /// "local", "UTC", "+02:00" or "Europe/Berlin".
  std::string name() const;
  bool local() const { return !offset_ && !zone_; }
  const Zone* zone() const { return zone_.get(); }

  Timestamp wall(Timestamp time) const;
  /// The instant at which the clock shows `wall`: the first of two if the hour repeats. For a time
  /// that the clock skipped, the offset before the change is used.
  Timestamp time_of(Timestamp wall) const;

  friend bool operator==(const Clock& a, const Clock& b) { return a.name() == b.name(); }

 private:
  std::optional<std::int64_t> offset_;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace sluice::data
