// Ctrl-C asks the program to stop and keep its results; a second Ctrl-C kills it.
#pragma once

#include <atomic>

namespace sluice::cli {

/// Installs handlers for SIGINT, SIGTERM and SIGHUP that set the returned flag and wake a blocked
/// read. A signal that was ignored at startup stays ignored, so `nohup` works.
const std::atomic<bool>& interrupt_flag();

/// The exit status of an interrupted command, as in a shell: 128 + the number of the first signal.
/// 0 without a signal.
int interrupt_status() noexcept;

}  // namespace sluice::cli
