// The callback of long-running work. The work calls it every few milliseconds; it may report
// progress, or throw to cancel. The work itself reads no clock and handles no signal.
#pragma once

#include "core/function_ref.hpp"

namespace sluice {

/// Called on the working thread. Its exceptions pass through the work.
using Pulse = FunctionRef<void()>;

/// Does nothing: no progress reports, no cancelling.
inline constexpr auto kNoPulse = [] {};

}  // namespace sluice
