// The version of these headers, and of the library that the program runs with.
#pragma once

#define SLUICE_VERSION_MAJOR 0
#define SLUICE_VERSION_MINOR 1
#define SLUICE_VERSION_PATCH 0

namespace sluice {

/// Of the library: "0.1.0".
const char* version() noexcept;

}  // namespace sluice
