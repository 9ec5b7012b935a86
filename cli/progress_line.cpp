#include "cli/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "cli/columns.hpp"
#include "cli/standard_output.hpp"

namespace sluice::cli {

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { end(); }

void ProgressLine::show(const forecasting::Progress& progress) {
  if (progress.steps == 0) return show_phase(progress.phase);
  const bool last = progress.step == progress.steps;
  // In a log every fifth validation is enough.
  if (!terminal_ && !last && shown_++ % 5 != 0) return;
  std::string line =
      fmt::format("{} step {}/{}  epoch {:.1f}  loss {}", progress.phase, progress.step,
                  progress.steps, progress.epoch, figure(progress.loss));
  if (!std::isnan(progress.validation)) {
    line += fmt::format("  validation {} (best {}, linear part {})", figure(progress.validation),
                        figure(progress.best_validation), figure(progress.linear_validation));
  }
  line += fmt::format("  {:.0f} sequences/s  {} left", progress.sequences_per_second,
                      duration(progress.seconds_left));
  if (terminal_) {
    note("\r\033[K{}", line);
    open_ = true;
  } else {
    note("{}\n", line);
  }
}

// In a log a phase appears once, and only if it is reported twice (it takes a while).
void ProgressLine::show_phase(const std::string& phase) {
  if (terminal_) {
    note("\r\033[K{}", phase);
    open_ = true;
  } else if (phase == phase_ && !phase_shown_) {
    note("{}\n", phase);
  }
  phase_shown_ = phase == phase_;
  phase_ = phase;
}

void ProgressLine::end() noexcept {
  if (open_) write_note("\n");
  open_ = false;
}

std::string duration(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace sluice::cli
