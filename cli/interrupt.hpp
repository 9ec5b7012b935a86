// Ctrl-C as a request to end soon and keep what there is; a second one ends the program at once.
#pragma once

#include <atomic>

namespace sluice::cli {

/// From now on SIGINT and SIGTERM set the flag that this answers.
const std::atomic<bool>& interrupt_flag();

}  // namespace sluice::cli
