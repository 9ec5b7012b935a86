// What the program prints, where a terminal, a pipe or a disk may be gone at any moment: printing
// never ends the work, and a result that was lost is told once, by the exit status.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace sluice::cli {

/// Call first. Closed descriptors 0 to 2 are taken, so that no file that is opened later becomes
/// one of them; a broken pipe or a limit on file sizes is an error of the write, not a signal.
void prepare_standard_streams();

/// Control characters, which may come out of a model file, are shown as '?'.
void write_output(std::string_view text);
void write_note(std::string_view text) noexcept;

/// A part of the results, to standard output. What cannot be written is remembered for
/// finish_output().
template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_output(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Progress or a remark, to standard error; nothing depends on it.
template <typename... Arguments>
void note(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_note(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// At the end: whatever was printed is written now. Answers `status`, or 3 and a message where
/// output was lost. Where its reader has gone, the program ends as other filters do, by SIGPIPE.
int finish_output(int status) noexcept;

/// finish_output() after a print that threw: whether standard output is why.
bool output_is_lost() noexcept;

}  // namespace sluice::cli
