// Rows from standard input, answers to standard output: as CSV or as float32.
#pragma once

#include <atomic>
#include <cstddef>

#include "cli/stream_rows.hpp"
#include "cli/stream_state.hpp"

namespace sluice::cli {

/// Tells answers with too little history from the others: a forecasting model looks back on a
/// number of rows. Prints a note at the first such answer.
class ColdAnswers {
 public:
  ColdAnswers(const StreamRows& rows, bool allowed) : rows_(rows), allowed_(allowed) {}

  /// --allow-short: print them although they are rough.
  bool allowed() const { return allowed_; }
  /// Whether the answer to the last row has too little history.
  bool is_short() {
    const std::size_t missing = rows_.rows_missing();
    if (missing > 0 && !said_) tell(missing);
    return missing > 0;
  }

 private:
  void tell(std::size_t missing);

  const StreamRows& rows_;
  bool allowed_, said_ = false;
};

/// Rows of float32, little-endian, in and out, until standard input ends or the user interrupts.
void run_binary(StreamRows& rows, ColdAnswers& cold, StateFile& state,
                const std::atomic<bool>& interrupted);
/// The same with CSV, header line first.
void run_csv(StreamRows& rows, ColdAnswers& cold, StateFile& state,
             const std::atomic<bool>& interrupted);

}  // namespace sluice::cli
