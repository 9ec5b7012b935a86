#include "cli/interrupt.hpp"

#include <csignal>

namespace sluice::cli {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<int> first_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

extern "C" void on_interrupt(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& interrupt_flag() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    // A signal ignored at startup (nohup, a background job) stays ignored.
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    // Without SA_RESTART a blocked read() returns EINTR.
    action = {};
    action.sa_handler = on_interrupt;
    sigaction(signal, &action, nullptr);
  }
  return interrupted;
}

int interrupt_status() noexcept { return first_signal == 0 ? 0 : 128 + first_signal; }

}  // namespace sluice::cli
