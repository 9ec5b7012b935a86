// The progress of a training run on standard error: one line that rewrites itself on a terminal,
// plain lines elsewhere.
#pragma once

#include <string>

#include "forecasting/forecast_trainer.hpp"

namespace sluice::cli {

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const forecasting::Progress& progress);
  /// Ends the line, so that other text can follow.
  void end() noexcept;

 private:
  void show_phase(const std::string& phase);

  bool terminal_;
  std::string phase_;
  bool phase_shown_ = false;
  bool open_ = false;
  std::size_t shown_ = 0;
};

/// "12 s", "3 min 05 s", "1 h 20 min".
std::string duration(double seconds);

}  // namespace sluice::cli
