#include "data/csv.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "data/cell.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;

[[noreturn]] void throw_unreadable(const std::string& path, int error) {
  throw Error(ErrorCode::file,
              {.where = path,
               .what = "cannot read the file: " + std::generic_category().message(error),
               .expected = "",
               .got = "",
               .hint = error == EISDIR ? "name a file inside the folder" : "check the path"});
}

}  // namespace

CsvReader::CsvReader(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(*-vararg)
  if (file_ < 0) throw_unreadable(path_, errno);
  try {
    begin();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

CsvReader::CsvReader(int file, std::string name, const std::atomic<bool>& stop)
    : path_(std::move(name)), stop_(&stop), file_(file), owns_(false) {
  begin();
}

CsvReader::~CsvReader() {
  if (owns_) ::close(file_);
}

void CsvReader::begin() {
  skip_byte_order_mark();
  find_delimiter();
}

std::string CsvReader::where(std::size_t line) const { return fmt::format("{}:{}", path_, line); }

// Reads what the file gives next, behind the part of the row that is already there.
bool CsvReader::refill() {
  if (ended_) return false;
  buffer_.erase(0, row_);
  at_ -= row_;
  row_ = 0;
  const std::size_t old_size = buffer_.size();
  if (old_size > kLongestRow && quote_line_ > 0) {
    throw Error(ErrorCode::data, {.where = where(quote_line_),
                                  .what = "a quote begins here that is not closed within 16 MiB",
                                  .expected = "",
                                  .got = "",
                                  .hint = "close it, or double a quote that is part of a cell"});
  }
  if (old_size > kLongestRow) {
    throw Error(ErrorCode::data, {.where = where(lines_ended_ + 1),
                                  .what = "line too long",
                                  .expected = "at most 16 MiB",
                                  .got = "",
                                  .hint = "a data file has one line per time step"});
  }
  buffer_.resize(old_size + kBlock);
  ssize_t got = 0;
  do {
    got = stopped() ? 0 : ::read(file_, buffer_.data() + old_size, kBlock);
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw_unreadable(path_, errno);
  buffer_.resize(old_size + static_cast<std::size_t>(got));
  const void* nul = std::memchr(buffer_.data() + old_size, 0, static_cast<std::size_t>(got));
  if (nul != nullptr) {
    const auto offset =
        static_cast<const char*>(nul) - buffer_.data() - static_cast<std::ptrdiff_t>(old_size);
    throw Error(
        ErrorCode::data,
        {.where = path_,
         .what = "not a text file",
         .expected = "separated values as UTF-8 text",
         .got = fmt::format("a NUL at byte {}", bytes_read_ + static_cast<std::uint64_t>(offset)),
         .hint = "export a spreadsheet as CSV UTF-8"});
  }
  bytes_read_ += static_cast<std::uint64_t>(got);
  ended_ = got == 0;
  return !ended_;
}

void CsvReader::skip_byte_order_mark() {
  while (buffer_.size() < 3 && refill()) {
  }
  if (buffer_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;
}

void CsvReader::find_delimiter() {
  constexpr std::string_view kCandidates = ",;\t|";
  std::array<std::size_t, kCandidates.size()> counts{};
  row_ = at_;
  bool quoted = false;
  bool may_open = true;  // at the start of a cell, or just behind a closing quote (a doubled one)
  for (; more(); ++at_) {
    const char ch = buffer_[at_];
    if (quoted) {
      quoted = ch != '"';
      may_open = !quoted;
    } else if (ch == '"' && may_open) {
      quoted = true;
    } else if (ch == '\n' || ch == '\r') {
      break;
    } else {
      const std::size_t candidate = kCandidates.find(ch);
      if (candidate != std::string_view::npos) ++counts[candidate];
      may_open = candidate != std::string_view::npos || (may_open && ch == ' ');
    }
  }
  at_ = row_;
  delimiter_ = kCandidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                                    counts.begin())];
}

bool CsvReader::next() {
  row_ = at_;
  if (!more()) return false;
  line_ = lines_ended_ + 1;
  spans_.clear();
  blank_ = true;
  do {
    read_cell();
  } while (take_delimiter());
  take_line_end();
  cells_.clear();
  for (const Span& span : spans_) {
    cells_.emplace_back(buffer_.data() + row_ + span.begin, span.size);
  }
  blank_ = blank_ && cells_.size() == 1 && cells_[0].empty();
  return true;
}

void CsvReader::skip_blanks() {
  while (more() && is_blank(buffer_[at_])) ++at_;
}

void CsvReader::read_cell() {
  skip_blanks();
  if (more() && buffer_[at_] == '"') return read_quoted();
  const std::size_t begin = at_ - row_;
  while (more() && !ends_cell(buffer_[at_])) ++at_;
  std::size_t end = at_ - row_;
  while (end > begin && is_blank(buffer_[row_ + end - 1])) --end;
  spans_.push_back({begin, end - begin});
}

// The text without its quotes is moved together inside the buffer: it never gets longer.
void CsvReader::read_quoted() {
  quote_line_ = lines_ended_ + 1;
  blank_ = false;
  ++at_;
  const std::size_t begin = at_ - row_;
  std::size_t end = begin;
  while (true) {
    if (!more()) {
      throw Error(ErrorCode::data, {.where = where(quote_line_),
                                    .what = "a quote begins here that is never closed",
                                    .expected = "",
                                    .got = "",
                                    .hint = "close it, or double a quote that is part of a cell"});
    }
    const char ch = buffer_[at_++];
    if (ch == '"') {
      if (!more() || buffer_[at_] != '"') break;
      ++at_;
    } else if (ch == '\n' || (ch == '\r' && !(more() && buffer_[at_] == '\n'))) {
      ++lines_ended_;
    }
    buffer_[row_ + end++] = ch;
  }
  quote_line_ = 0;
  spans_.push_back({begin, end - begin});
  skip_blanks();
  if (more() && !ends_cell(buffer_[at_])) {
    throw Error(ErrorCode::data, {.where = where(lines_ended_ + 1),
                                  .what = "text behind a closing quote",
                                  .expected = "a delimiter or the end of the line",
                                  .got = shown_cell({buffer_.data() + at_, 1}),
                                  .hint = "double a quote that is part of a cell"});
  }
}

bool CsvReader::take_delimiter() {
  if (!more() || buffer_[at_] != delimiter_) return false;
  ++at_;
  return true;
}

void CsvReader::take_line_end() {
  if (!more()) return;
  const char ch = buffer_[at_++];
  if (ch == '\r' && more() && buffer_[at_] == '\n') ++at_;
  ++lines_ended_;
}

}  // namespace sluice::data
