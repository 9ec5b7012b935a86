// The options of `sluice stream`, as typed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace sluice::cli {

struct StreamOptions {
  std::string model, state, state_every, warm;
  std::optional<std::size_t> window;
  bool binary = false, allow_short = false;
};

/// Streams standard input to standard output until its end or a signal.
void run_stream(const StreamOptions& options);

}  // namespace sluice::cli
