// How long work stays in touch with who asked for it: every few milliseconds it calls its pulse,
// which may tell of progress, or throw to end the work. The work knows no clock and no signal.
#pragma once

#include "core/function_ref.hpp"

namespace sluice {

/// Called on the thread that works; what it throws passes through.
using Pulse = FunctionRef<void()>;

/// For who does not want to be called.
inline constexpr auto kNoPulse = [] {};

}  // namespace sluice
