// The rows of a CSV as what is streamed wants them: its columns found by name, cells as numbers,
// times checked as a table checks them.
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
    std::vector<double> values;  ///< Of the model's columns.
    std::optional<forecasting::RowTime> time;
    std::string time_text;  ///< As written; empty without times.
  };

  /// `csv` stands at its first row: names of columns or, for a bare network, perhaps numbers
  /// already. Throws Error(data) where a column is missing or stands twice.
  RowReader(const StreamRows& rows, const data::CsvReader& csv);

  bool first_is_row() const { return first_is_row_; }
  std::string where(std::size_t line) const;

  /// Of the row at which `csv` stands. Throws Error(data) naming line and column.
  Row read(const data::CsvReader& csv);
  /// A row of which nothing is known: an empty line where there is one column. Else an error.
  Row missing(std::size_t line) const;

 private:
  std::size_t place(const std::string& name, const std::vector<std::string>& names) const;
  double number(std::string_view text, const std::string& column, std::size_t line) const;
  forecasting::RowTime time(const std::vector<std::string_view>& cells, std::size_t line);

  std::string path_;
  std::vector<std::string> columns_;
  bool named_, first_is_row_ = false;
  std::size_t width_ = 0;
  std::vector<std::size_t> places_;  // of the model's columns
  data::TableOptions options_;
  data::NumberFormat numbers_;
  data::TimeCells times_;
  std::optional<data::TimeReader> time_reader_;
};

/// Rows from standard input (path "-") or a file, read as the model's tables are: under the
/// delimiter that the model remembers, else that under which its columns stand in the header.
std::unique_ptr<data::CsvReader> open_rows(const StreamRows& rows, const std::string& path,
                                           const std::atomic<bool>& interrupted);

/// take(row, where) for every row from that on at which `csv` stands. Empty lines at the end are
/// none.
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
