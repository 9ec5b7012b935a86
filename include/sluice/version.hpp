// The version of the library that the program runs with.
#pragma once

namespace sluice {

/// "0.1.0"
const char* version() noexcept;

}  // namespace sluice
