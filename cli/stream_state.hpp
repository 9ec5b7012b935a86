// The state file of `sluice stream --state`: written now and then, so that a killed run loses
// little, and read when the next run starts.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "cli/stream_rows.hpp"

namespace sluice::cli {

/// When to write the state: after `rows` rows, or at the first row after `seconds`. 0: never.
struct StateSchedule {
  std::size_t rows = 1000;
  double seconds = 10.0;
  double pause = 1.0;  ///< Least seconds between two writes: each waits for the disk.
};

/// Parses --state-every: "500" rows, "30s" seconds, "0" only at the end; empty: the defaults above.
/// Throws Error(usage).
StateSchedule state_schedule(const std::string& text);

class StateFile {
 public:
  /// An empty path turns the file off.
  StateFile(StreamRows& rows, std::string path, const StateSchedule& schedule)
      : rows_(rows), path_(std::move(path)), schedule_(schedule) {}

  bool exists() const { return !path_.empty() && std::filesystem::exists(path_); }
  /// Restores the state from the file and notes the row after which it continues. Throws
  /// Error(model) naming the file.
  void restore();
  /// Call before each row: at the first one after restore() it notes how many rows are missing
  /// since the state was saved.
  void before_row(const std::optional<forecasting::RowTime>& time);
  /// Call after each row: writes the state when it is due.
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
