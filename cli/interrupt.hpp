// Ctrl-C as a request to end soon and keep what there is; a second one ends the program at once.
#pragma once

#include <atomic>

namespace sluice::cli {

/// From now on SIGINT, SIGTERM and SIGHUP set the flag that this answers, and end what waits for
/// input. One of them that was ignored when the program began stays ignored: `nohup` protects.
const std::atomic<bool>& interrupt_flag();

/// What a command that was cut exits with, as a shell has it: 128 + the first signal's number. 0
/// where none came.
int interrupt_status() noexcept;

}  // namespace sluice::cli
