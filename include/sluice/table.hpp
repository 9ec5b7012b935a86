// Series in memory, and how files of them are read: what a Forecaster is trained on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice {

struct TableColumn {
  std::string name;            ///< Not empty, and none twice.
  std::vector<double> values;  ///< [rows], NaN where the value is missing.
};

/// Columns of numbers, one row a time step, as a file of them would hold.
struct Table {
  std::vector<TableColumn> columns;
  /// [rows] in any form that docs/tables.md knows, such as "2024-03-31T02:00Z"; rising, and regular
  /// but for gaps of whole steps, which become missing values. Empty: rows follow one another.
  std::vector<std::string> times = {};
  /// What files call the column of times: a model remembers it.
  std::string time_name = "time";
  /// The clock of the times, such as "Europe/Berlin"; empty: as they say, or one without zones.
  std::string zone = {};
};

/// How a file is written, where that is not to be found out by itself; each is an option of
/// `sluice train` (docs/tables.md).
struct TableReading {
  std::vector<std::string> time_columns = {};  ///< One, or date and time of day.
  bool no_times = false;                       ///< The file has no column of times.
  std::string time_format = {};                ///< "%d.%m.%Y %H:%M", "unix", "excel" ..
  std::string zone = {};                       ///< As Table::zone.
  bool sort = false;                           ///< Rows need not be in the order of their times.
  std::string holidays = {};   ///< A file of days that have no rows, an ISO date a line.
  char delimiter = 0;          ///< Between cells; 0: found.
  char decimal = 0;            ///< '.' or ','; 0: '.'
  std::string thousands = {};  ///< ".", ",", "'" or "space" between thousands.
  std::string strip = {};      ///< Characters around numbers that do not count.
  char comment = 0;            ///< Lines that begin with it are skipped.
  std::size_t skip = 0;        ///< Lines above the header.
  std::string encoding = {};   ///< "utf-8", "latin1" or "utf-16"; empty: UTF-8.
};

}  // namespace sluice
