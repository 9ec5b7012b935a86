#include "data/clock.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace sluice::data {

Clock Clock::fixed(std::int64_t offset) {
  Clock clock;
  clock.offset_ = offset;
  return clock;
}

Clock Clock::zone(std::shared_ptr<const Zone> zone) {
  Clock clock;
  clock.zone_ = std::move(zone);
  return clock;
}

Clock Clock::named(const std::string& name) {
  if (name == "local") return {};
  if (name == "UTC") return fixed(0);
  int hours = 0, minutes = 0, read = 0;
  if (std::sscanf(name.c_str(), "%3d:%2d%n", &hours, &minutes, &read) == 2 &&  // NOLINT
      static_cast<std::size_t>(read) == name.size() && (name[0] == '+' || name[0] == '-')) {
    const std::int64_t size = std::abs(hours) * kHour + minutes * kMinute;
    return fixed(name[0] == '-' ? -size : size);
  }
  return zone(Zone::load(name));
}

std::string Clock::name() const {
  if (zone_) return zone_->name();
  if (!offset_) return "local";
  if (*offset_ == 0) return "UTC";
  const std::int64_t minutes = std::abs(*offset_) / kMinute;
  return fmt::format("{}{:02}:{:02}", *offset_ < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

Timestamp Clock::wall(Timestamp time) const {
  return time + (zone_ ? zone_->offset_at(time) : offset_.value_or(0));
}

Timestamp Clock::time_of(Timestamp wall) const {
  if (!zone_) return wall - offset_.value_or(0);
  const Zone::Instants found = zone_->instants(wall);
  return found.count > 0 ? found.at[0] : wall - zone_->offset_at(wall - kDay);
}

}  // namespace sluice::data
