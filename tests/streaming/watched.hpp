// What a call asks of the allocator, of locks and of the operating system. Linux alone.
#pragma once

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>

namespace sluice::streaming {

struct Watched {
  std::size_t allocations = 0;  ///< Calls of malloc and its like, operator new among them.
  std::size_t locks = 0;        ///< Mutexes locked.
  std::size_t page_faults = 0;
};

/// The counts so far, of this process; watched.cpp interposes the C library's functions.
Watched counted();

template <class Call>
Watched watch(Call call) {
  const Watched before = counted();
  call();
  const Watched after = counted();
  return {after.allocations - before.allocations, after.locks - before.locks,
          after.page_faults - before.page_faults};
}

/// From here on, any system call of this process but its exit is its death. False where the system
/// does not grant that.
bool forbid_system_calls();

enum class Asked { no, yes, unknown, died };

/// Whether the call asks the operating system for anything: in a process of its own, where that is
/// forbidden. Unknown where the system does not grant that; died: of something else.
template <class Call>
Asked asks_the_system(Call call) {
  constexpr int kNotGranted = 77;
  const pid_t child = fork();
  if (child == 0) {
    if (!forbid_system_calls()) _exit(kNotGranted);
    call();
    syscall(SYS_exit, 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotGranted) return Asked::unknown;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) return Asked::yes;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Asked::no : Asked::died;
}

}  // namespace sluice::streaming
