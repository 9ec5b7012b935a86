// Rows of cells from a file of separated values (RFC 4180 and its everyday relatives), one at a
// time, and cells back into text. What the cells mean (columns, types, times) is table.hpp's
// business.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::data {

/// No row of a data file is longer than this; a file without line ends is refused before it fills
/// the memory.
inline constexpr std::size_t kLongestRow = std::size_t{16} << 20;

/// Reads a file row by row; memory holds one row. A row is returned as soon as its line end is
/// read, so a pipe works too. Lines end in LF, CRLF or CR; a UTF-8 byte order mark is skipped;
/// blanks around cells are dropped (not those inside quotes); a quoted cell may hold delimiters,
/// line ends and doubled quotes.
class CsvReader {
 public:
  /// Opens the file and finds the delimiter: the one of , ; tab | that the first row holds most
  /// often outside quotes. Throws Error(file) where the file cannot be read, Error(data) where it
  /// is not text or the row is too long.
  explicit CsvReader(std::string path);
  /// Reads an open file, which stays the caller's; `name` is for messages. Where `stop` is set by a
  /// signal while it waits for more, the file ends there.
  CsvReader(int file, std::string name, const std::atomic<bool>& stop);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Goes to the next row; false at the end of the file. Throws Error(data), naming the line, at a
  /// quote that is never closed, text after a closing quote, a NUL byte or a row longer than
  /// kLongestRow.
  bool next();

  /// The cells of the row, at least one. They are valid until next() is called again.
  const std::vector<std::string_view>& cells() const noexcept { return cells_; }
  /// The line on which the row begins, from 1.
  std::size_t line() const noexcept { return line_; }
  /// Whether the row is an empty line (one of blanks alone included).
  bool blank() const noexcept { return blank_; }
  char delimiter() const noexcept { return delimiter_; }
  const std::string& path() const noexcept { return path_; }

 private:
  struct Span {
    std::size_t begin;  // from the start of the row
    std::size_t size;
  };

  bool more() { return at_ < buffer_.size() || refill(); }
  bool refill();
  bool stopped() const { return stop_ != nullptr && *stop_; }
  void begin();
  void skip_byte_order_mark();
  void find_delimiter();
  void read_cell();
  void read_quoted();
  bool take_delimiter();
  void take_line_end();
  void skip_blanks();
  bool is_blank(char ch) const { return ch == ' ' || (ch == '\t' && delimiter_ != '\t'); }
  bool ends_cell(char ch) const { return ch == delimiter_ || ch == '\n' || ch == '\r'; }
  std::string where(std::size_t line) const;

  std::string path_;
  const std::atomic<bool>* stop_ = nullptr;
  int file_ = -1;
  bool owns_ = true;
  std::string buffer_;  // the bytes read from the start of the row onward
  std::uint64_t bytes_read_ = 0;
  std::size_t row_ = 0;          // start of the row in buffer_
  std::size_t at_ = 0;           // next byte in buffer_
  std::size_t lines_ended_ = 0;  // line ends passed so far
  std::size_t quote_line_ = 0;   // line of the quote that is open, 0 where none is
  std::size_t line_ = 0;
  bool blank_ = false;
  bool ended_ = false;
  char delimiter_ = ',';
  std::vector<Span> spans_;
  std::vector<std::string_view> cells_;
};

}  // namespace sluice::data
