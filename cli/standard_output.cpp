#include "cli/standard_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "core/printable.hpp"

namespace sluice::cli {
namespace {

constexpr int kLost = 3;
int first_error = 0;  // errno of the first failed write; stdio keeps only a flag

void remember_error() noexcept {
  if (first_error == 0) first_error = errno;
}

}  // namespace

void prepare_standard_streams() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (::fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
    // open() returns the lowest free descriptor: this one. The reversed mode makes every use fail,
    // as on a closed descriptor.
    const int opened = ::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != number) ::close(opened);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void write_output(std::string_view text) {
  const std::string shown = printable(text, "\n\t");
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size()) remember_error();
}

void write_note(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

bool output_is_lost() noexcept {
  if (std::ferror(stdout) == 0) return false;
  remember_error();
  return true;
}

int finish_output(int status) noexcept {
  if (std::fflush(stdout) != 0) remember_error();
  if (first_error == 0 && std::ferror(stdout) == 0) return status;
  if (first_error == EPIPE) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  std::fprintf(stderr,
               "sluice: standard output: cannot write: %s (printed results are lost; output files "
               "are complete)\n",
               first_error != 0 ? std::strerror(first_error) : "it is closed");
  return status > 1 ? status : kLost;
}

}  // namespace sluice::cli
