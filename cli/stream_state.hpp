// The state of `sluice stream --state` in its file: when it is written, so that a run that is
// killed goes on near its end, and from where the next run goes on.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "cli/stream_rows.hpp"

namespace sluice::cli {

/// When a state is due: after so many rows, or at the first row after so many seconds. 0: never.
struct StateSchedule {
  std::size_t rows = 1000;
  double seconds = 10.0;
  double pause = 1.0;  ///< At least so long between two writes, each of which waits for the disk.
};

/// `--state-every`: "500" rows, "30s" seconds, "0": at the end alone; empty: the defaults above.
/// Throws Error(usage).
StateSchedule state_schedule(const std::string& text);

class StateFile {
 public:
  /// An empty path: nothing is kept.
  StateFile(StreamRows& rows, std::string path, const StateSchedule& schedule)
      : rows_(rows), path_(std::move(path)), schedule_(schedule) {}

  bool exists() const { return !path_.empty() && std::filesystem::exists(path_); }
  /// Takes the state from the file and says from which row it goes on. Throws Error(model) naming
  /// the file.
  void restore();
  /// Before a row: says once how many rows are missing since the state was saved.
  void before_row(const std::optional<forecasting::RowTime>& time);
  /// After a row.
  void row_taken();
  void save();

 private:
  void begin_anew();

  StreamRows& rows_;
  std::string path_;
  StateSchedule schedule_;
  std::size_t unsaved_ = 0;
  bool resumed_ = false;
  std::chrono::steady_clock::time_point saved_at_ = std::chrono::steady_clock::now();
};

}  // namespace sluice::cli
