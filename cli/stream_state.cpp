#include "cli/stream_state.hpp"

#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "cli/standard_output.hpp"
#include "core/file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {

StateSchedule state_schedule(const std::string& text) {
  if (text.empty()) return {};
  const bool time = text.back() == 's';
  double number = 0.0;
  const char* end = text.data() + text.size() - (time ? 1 : 0);
  const auto read = std::from_chars(text.data(), end, number);
  const bool whole = time || number == std::floor(number);
  if (read.ec != std::errc() || read.ptr != end || !(number >= 0 && number <= 1e9) || !whole) {
    throw Error(ErrorCode::usage,
                {.where = "--state-every",
                 .what = "neither rows nor seconds",
                 .expected = "a number of rows such as 1000, or of seconds such as 10s",
                 .got = "'" + text + "'"});
  }
  if (time) return {.rows = 0, .seconds = number, .pause = 0.0};
  return {.rows = static_cast<std::size_t>(number), .seconds = 0.0, .pause = 0.0};
}

void StateFile::restore() {
  const std::string bytes = read_file(path_);
  try {
    rows_.restore(std::as_bytes(std::span(bytes)));
  } catch (const Error& error) {
    ErrorParts parts = error.parts();
    parts.where = path_;
    throw Error(error.code(), parts);
  }
  resumed_ = true;
  const std::string last = rows_.last_time();
  if (last.empty()) {
    note("note: continues from the state in {}\n", path_);
  } else {
    note("note: continues from the state in {}, after the row of {}\n", path_, last);
  }
}

void StateFile::before_row(const std::optional<forecasting::RowTime>& time) {
  if (!resumed_ || !time) return;
  resumed_ = false;
  const std::string last = rows_.last_time();
  try {
    const std::size_t missing = rows_.missing_before(*time);
    if (missing > 0) note("note: {} rows are missing after that of {}\n", missing, last);
  } catch (const Error&) {
    // push() rejects the row with a message that names its line.
  }
}

void StateFile::row_taken() {
  if (path_.empty()) return;
  ++unsaved_;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - saved_at_;
  const bool many = schedule_.rows > 0 && unsaved_ >= schedule_.rows;
  const bool long_ago = schedule_.seconds > 0 && passed.count() >= schedule_.seconds;
  if ((!many && !long_ago) || passed.count() < schedule_.pause) return;
  try {
    save();
  } catch (const Error& error) {
    // Not fatal: a later write may find room on the disk.
    note("note: {}\n", error.what());
    begin_anew();
  }
}

void StateFile::begin_anew() {
  unsaved_ = 0;
  saved_at_ = std::chrono::steady_clock::now();
}

void StateFile::save() {
  if (path_.empty()) return;
  const std::vector<std::byte> saved = rows_.save();
  write_file_atomically(path_, {reinterpret_cast<const char*>(saved.data()), saved.size()});
  begin_anew();
}

}  // namespace sluice::cli
