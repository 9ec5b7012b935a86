// How to read a data file: the user's options, and what a model remembers of its training data
// (docs/tables.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/cell.hpp"

namespace sluice::data {

/// A member that is empty or 0 is detected. A model stores the members that were given.
struct TableForm {
  char delimiter = 0;          ///< kBlanks for runs of blanks.
  char comment = 0;            ///< Lines that begin with it are skipped.
  std::size_t skip = 0;        ///< Lines above the header; 0: detect.
  std::string encoding = {};   ///< "utf-8", "latin1" or "utf-16"; empty: UTF-8.
  char decimal = 0;            ///< '.' given here settles that points are decimal points.
  std::string thousands = {};  ///< "." or "," or "'" or "space".
  std::string strip = {};
  /// The time column; or those of dates and times of day; or of year, month, day, hour, minute.
  std::vector<std::string> time_columns = {};
  bool no_times = false;         ///< No time column: --time none.
  std::string time_format = {};  ///< As --time-format.
  std::string zone = {};

  NumberFormat numbers() const {
    const char point = thousands == "." ? ',' : '.';
    return {.decimal = decimal != 0 ? decimal : point, .thousands = thousands, .strip = strip};
  }
  friend bool operator==(const TableForm&, const TableForm&) = default;
};

/// Throws Error(usage) if members contradict one another.
void check(const TableForm& form);

}  // namespace sluice::data
