// Ctrl-C as a request to end soon and keep what there is; a second one ends the program at once.
#pragma once

#include <atomic>

namespace sluice::cli {

/// From now on SIGINT, SIGTERM and SIGHUP set the flag that this answers, and end what waits for
/// input.
const std::atomic<bool>& interrupt_flag();

}  // namespace sluice::cli
