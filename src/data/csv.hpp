// Rows of cells from a file of separated values (RFC 4180 and its everyday variants), one at a
// time. See table.hpp for the meaning of the cells, dialect.hpp for detecting how the file is
// written.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.hpp"

namespace sluice::data {

/// Longest row of a data file: a file without line ends is rejected before it fills the memory.
inline constexpr std::size_t kLongestRow = std::size_t{16} << 20;

/// The delimiter value for runs of blanks and tabs.
inline constexpr char kBlanks = ' ';

/// Reads a source row by row; only one row is in memory. A row is returned as soon as its line end
/// is read, so a pipe works too. Lines end in LF, CRLF or CR; a UTF-8 byte order mark is skipped;
/// blanks around cells are dropped (not those inside quotes); a quoted cell may hold delimiters,
/// line ends and doubled quotes.
class CsvReader {
 public:
  /// Until set_delimiter(), the delimiter is the one of , ; tab | that the first row holds most
  /// often outside quotes. `name` is for messages. Throws Error(file) if the source cannot be read,
  /// Error(data) if it is not text or a row is too long.
  CsvReader(std::unique_ptr<ByteSource> source, std::string name);
  explicit CsvReader(const std::string& path) : CsvReader(open_file(path), path) {}
  /// Reads an open file, still owned by the caller. If a signal sets `stop` during a wait, the file
  /// ends there.
  CsvReader(int file, const std::string& name, const std::atomic<bool>& stop)
      : CsvReader(open_descriptor(file, name, stop), name) {}

  /// The first `size` bytes of the source, or all if it has fewer. Call before reading the first
  /// row.
  std::string_view sample(std::size_t size);
  /// The next line if it is already in memory, as the first line is.
  std::string_view line_ahead() const;
  /// Applies to the rows that follow.
  void set_delimiter(char delimiter);
  /// Lines that begin with it are skipped; 0: none.
  void set_comment(char comment) { comment_ = comment; }
  /// Skips lines without parsing them as rows.
  void skip_lines(std::size_t count);

  /// Advances to the next row; false at the end of the source. Throws Error(data), naming the line,
  /// for a quote that is never closed, text after a closing quote, a NUL byte or a row longer than
  /// kLongestRow.
  bool next();

  /// The cells of the row, at least one; valid until the next call of next().
  const std::vector<std::string_view>& cells() const noexcept { return cells_; }
  /// The line on which the row begins, from 1.
  std::size_t line() const noexcept { return line_; }
  /// Whether the row is an empty line (or blanks alone).
  bool blank() const noexcept { return blank_; }
  /// Whether the row ends at the end of the source, without a line end.
  bool cut() const noexcept { return cut_; }
  /// Comment lines skipped so far.
  std::size_t comments() const noexcept { return comments_; }
  char delimiter() const noexcept { return delimiter_; }
  const std::string& path() const noexcept { return path_; }
  /// Size of the source in bytes, 0 if unknown.
  std::uint64_t size() const { return source_->size(); }

 private:
  struct Span {
    std::size_t begin;  // from the start of the row
    std::size_t size;
  };

  bool more() { return at_ < buffer_.size() || refill(); }
  bool refill();
  void skip_byte_order_mark();
  void find_delimiter();
  void read_cell();
  void read_quoted();
  bool take_delimiter();
  void take_line_end();
  void skip_line();
  void skip_blanks();
  bool is_blank(char ch) const { return ch == ' ' || (ch == '\t' && delimiter_ != '\t'); }
  bool ends_cell(char ch) const { return ends_cell_[static_cast<unsigned char>(ch)]; }
  std::string where(std::size_t line) const;

  std::unique_ptr<ByteSource> source_;
  std::string path_;
  std::string buffer_;  // bytes read, from the start of the row onward
  std::uint64_t bytes_read_ = 0;
  std::size_t row_ = 0;          // start of the row in buffer_
  std::size_t at_ = 0;           // next byte in buffer_
  std::size_t lines_ended_ = 0;  // line ends passed so far
  std::size_t quote_line_ = 0;   // line of the open quote, 0 if none
  std::size_t line_ = 0;
  std::size_t comments_ = 0;
  bool blank_ = false, cut_ = false;
  bool ended_ = false;
  bool quoted_ = false;  // the row has a quoted cell
  char delimiter_ = ',';
  char comment_ = 0;
  std::array<bool, 256> ends_cell_{};
  std::vector<Span> spans_;
  std::vector<std::string_view> cells_;
};

}  // namespace sluice::data
