// Reads the rows of a CSV for a stream: finds the model's columns by name, parses cells as numbers
// and checks times as data::read_table does.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/stream_rows.hpp"
#include "data/csv.hpp"
#include "data/table.hpp"
#include "data/time_cells.hpp"
#include "data/time_column.hpp"
#include "forecasting/forecast_stream.hpp"

namespace sluice::cli {

class RowReader {
 public:
  struct Row {
    std::vector<double> values;  ///< One per column of the model.
    std::optional<forecasting::RowTime> time;
    std::string time_text;  ///< As written; empty without times.
  };

  /// `csv` is at its first line: the header, or for a bare network possibly the first row. Throws
  /// Error(data) where a column is missing or appears twice.
  RowReader(const StreamRows& rows, const data::CsvReader& csv);

  bool first_is_row() const { return first_is_row_; }
  std::string where(std::size_t line) const;

  /// Parses the current line of `csv`. Throws Error(data) naming line and column.
  Row read(const data::CsvReader& csv);
  /// The row of an empty line: a missing value in a CSV of one column. Throws Error(data)
  /// otherwise.
  Row missing(std::size_t line) const;

 private:
  std::size_t place(const std::string& name, const std::vector<std::string>& names) const;
  double number(std::string_view text, const std::string& column, std::size_t line) const;
  forecasting::RowTime time(const std::vector<std::string_view>& cells, std::size_t line);

  std::string path_;
  std::vector<std::string> columns_;
  bool named_, first_is_row_ = false;
  std::size_t width_ = 0;
  std::vector<std::size_t> places_;  // index in the CSV of each of the model's columns
  data::TableOptions options_;
  data::NumberFormat numbers_;
  data::TimeCells times_;
  std::optional<data::TimeReader> time_reader_;
};

/// Opens standard input (path "-") or a file with the model's encoding and delimiter. Without a
/// stored delimiter it takes the one that yields the model's columns from the header.
std::unique_ptr<data::CsvReader> open_rows(const StreamRows& rows, const std::string& path,
                                           const std::atomic<bool>& interrupted);

/// Calls take(row, where) for the current and every further row of `csv`. Skips empty lines at the
/// end.
template <class Take>
void over_rows(data::CsvReader& csv, RowReader& reader, const std::atomic<bool>& interrupted,
               const Take& take) {
  std::vector<std::size_t> blanks;
  bool there = reader.first_is_row() || csv.next();
  for (; there && !interrupted; there = csv.next()) {
    if (csv.blank()) {
      blanks.push_back(csv.line());
      continue;
    }
    for (const std::size_t line : blanks) take(reader.missing(line), reader.where(line));
    blanks.clear();
    take(reader.read(csv), reader.where(csv.line()));
  }
}

}  // namespace sluice::cli
