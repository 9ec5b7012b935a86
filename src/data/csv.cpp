// A hand-written scanner over one growing buffer. The buffer begins at the current row, cells are
// views into it, and quotes are removed in place, so a row costs no allocation per cell.
#include "data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "data/cell.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;
constexpr std::string_view kCandidates = ",;\t|";

// Rejects binary table formats, recognised by their first bytes.
void refuse_other_formats(const std::string& path, std::string_view bytes) {
  struct Format {
    std::string_view magic;
    const char* what;
    const char* hint;
  };
  constexpr std::array<Format, 5> kFormats{
      {{"\x1f\x8b", "a gzip-compressed file", "unpack it first"},
       {"PAR1", "a Parquet file", "write it as CSV, in Python: pandas.read_parquet(..).to_csv(..)"},
       {"PK\x03\x04", "a spreadsheet (.xlsx) or another zip archive",
        "export the sheet as CSV UTF-8"},
       {"\xD0\xCF\x11\xE0", "a spreadsheet (.xls)", "export the sheet as CSV UTF-8"},
       {"\x89HDF", "an HDF5 file", "write the table as CSV"}}};
  for (const Format& format : kFormats) {
    if (bytes.substr(0, format.magic.size()) != format.magic) continue;
    throw Error(ErrorCode::data, {.where = path,
                                  .what = format.what,
                                  .expected = "separated values as UTF-8 text",
                                  .got = "",
                                  .hint = format.hint});
  }
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)), path_(std::move(name)) {
  skip_byte_order_mark();
  set_delimiter(kCandidates[0]);
  find_delimiter();
}

std::string_view CsvReader::sample(std::size_t size) {
  row_ = at_;
  while (buffer_.size() - row_ < size && refill()) {
  }
  const std::string_view held = buffer_;
  return held.substr(row_, size);
}

std::string_view CsvReader::line_ahead() const {
  std::string_view rest = buffer_;
  rest.remove_prefix(at_);
  return rest.substr(0, rest.find_first_of("\r\n"));
}

void CsvReader::set_delimiter(char delimiter) {
  delimiter_ = delimiter;
  ends_cell_.fill(false);
  for (const char ch : {delimiter, '\n', '\r'}) ends_cell_[static_cast<unsigned char>(ch)] = true;
  if (delimiter == kBlanks) ends_cell_[static_cast<unsigned char>('\t')] = true;
}

void CsvReader::skip_line() {
  row_ = at_;
  while (more() && buffer_[at_] != '\n' && buffer_[at_] != '\r') {
    ++at_;
    row_ = at_;
  }
  take_line_end();
  row_ = at_;
}

void CsvReader::skip_lines(std::size_t count) {
  for (; count > 0 && more(); --count) skip_line();
}

std::string CsvReader::where(std::size_t line) const { return fmt::format("{}:{}", path_, line); }

// Reads more of the source behind the part of the row already buffered.
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
  const std::size_t got = source_->read(buffer_.data() + old_size, kBlock);
  buffer_.resize(old_size + got);
  if (bytes_read_ == 0) refuse_other_formats(path_, buffer_);
  const void* nul = std::memchr(buffer_.data() + old_size, 0, got);
  if (nul != nullptr) {
    const auto offset =
        static_cast<const char*>(nul) - buffer_.data() - static_cast<std::ptrdiff_t>(old_size);
    const auto lines =
        std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                   buffer_.begin() + static_cast<std::ptrdiff_t>(old_size) + offset, '\n');
    throw Error(
        ErrorCode::data,
        {.where = where(lines_ended_ + static_cast<std::size_t>(lines) + 1),
         .what = "not a text file",
         .expected = "separated values as UTF-8 text",
         .got = fmt::format("a NUL at byte {}", bytes_read_ + static_cast<std::uint64_t>(offset)),
         .hint = "export a spreadsheet as CSV UTF-8; --encoding utf-16 reads UTF-16"});
  }
  bytes_read_ += got;
  ended_ = got == 0;
  return !ended_;
}

void CsvReader::skip_byte_order_mark() {
  while (buffer_.size() < 3 && refill()) {
  }
  if (buffer_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;
}

void CsvReader::find_delimiter() {
  std::array<std::size_t, kCandidates.size()> counts{};
  row_ = at_;
  bool quoted = false;
  bool may_open = true;  // at the start of a cell, or just after a closing quote (a doubled quote)
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
  set_delimiter(kCandidates[static_cast<std::size_t>(
      std::max_element(counts.begin(), counts.end()) - counts.begin())]);
}

bool CsvReader::next() {
  row_ = at_;
  for (; comment_ != 0 && more() && buffer_[at_] == comment_; ++comments_) skip_line();
  row_ = at_;
  if (!more()) return false;
  line_ = lines_ended_ + 1;
  spans_.clear();
  quoted_ = false;
  do {
    read_cell();
  } while (take_delimiter());
  cut_ = !more();
  take_line_end();
  cells_.clear();
  for (const Span& span : spans_) {
    cells_.emplace_back(buffer_.data() + row_ + span.begin, span.size);
  }
  blank_ = !quoted_ && cells_.size() == 1 && cells_[0].empty();
  return true;
}

void CsvReader::skip_blanks() {
  while (more() && is_blank(buffer_[at_])) ++at_;
}

void CsvReader::read_cell() {
  skip_blanks();
  if (more() && buffer_[at_] == '"') return read_quoted();
  const std::size_t begin = at_ - row_;
  do {
    while (at_ < buffer_.size() && !ends_cell(buffer_[at_])) ++at_;
  } while (at_ == buffer_.size() && refill());
  std::size_t end = at_ - row_;
  while (end > begin && is_blank(buffer_[row_ + end - 1])) --end;
  spans_.push_back({begin, end - begin});
}

// Removes the quotes inside the buffer, in place: the text only gets shorter.
void CsvReader::read_quoted() {
  quote_line_ = lines_ended_ + 1;
  quoted_ = true;
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
  if (delimiter_ != kBlanks) skip_blanks();
  if (more() && !ends_cell(buffer_[at_])) {
    throw Error(ErrorCode::data, {.where = where(lines_ended_ + 1),
                                  .what = "text after a closing quote",
                                  .expected = "a delimiter or the end of the line",
                                  .got = shown_cell({buffer_.data() + at_, 1}),
                                  .hint = "double a quote that is part of a cell"});
  }
}

bool CsvReader::take_delimiter() {
  if (delimiter_ == kBlanks) {
    // Blanks at the end of a line are not a delimiter.
    const bool any = more() && is_blank(buffer_[at_]);
    skip_blanks();
    return any && more() && buffer_[at_] != '\n' && buffer_[at_] != '\r';
  }
  if (!more() || buffer_[at_] != delimiter_) return false;
  ++at_;
  return true;
}

void CsvReader::take_line_end() {
  if (!more()) return;
  const char ch = buffer_[at_++];
  // CR CR LF: line ends of a text that were translated twice.
  if (ch == '\r' && more() && buffer_[at_] == '\r' && at_ + 1 < buffer_.size() &&
      buffer_[at_ + 1] == '\n')
    ++at_;
  if (ch == '\r' && more() && buffer_[at_] == '\n') ++at_;
  ++lines_ended_;
}

}  // namespace sluice::data
