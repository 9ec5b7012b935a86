// Printing that survives a closed terminal, a broken pipe or a full disk: the work goes on, and the
// exit status reports lost output once.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace sluice::cli {

/// Call first in main(). Occupies closed descriptors 0 to 2, so that no file opened later becomes
/// one of them, and turns SIGPIPE and SIGXFSZ into write errors.
void prepare_standard_streams();

/// Replaces control characters, which a model file may contain, by '?'.
void write_output(std::string_view text);
void write_note(std::string_view text) noexcept;

/// Prints results to standard output. finish_output() reports write errors.
template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_output(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Prints progress or a remark to standard error; ignores write errors.
template <typename... Arguments>
void note(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_note(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Call last: flushes standard output. Returns `status`, or prints a message and returns 3 where
/// output was lost. After a broken pipe it raises SIGPIPE, as other filters do.
int finish_output(int status) noexcept;

/// Whether a write to standard output has failed: tells why a print threw.
bool output_is_lost() noexcept;

}  // namespace sluice::cli
