// How a data file is to be read: what the user says of it and what a model remembers of its
// training data (docs/tables.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/cell.hpp"

namespace sluice::data {

/// Every member that is empty or 0 is found by itself. A model keeps what was said.
struct TableForm {
  char delimiter = 0;          ///< kBlanks for runs of blanks.
  char comment = 0;            ///< Lines that begin with it are skipped.
  std::size_t skip = 0;        ///< Lines above the header, where not 0.
  std::string encoding = {};   ///< "utf-8", "latin1" or "utf-16"; empty: UTF-8.
  char decimal = 0;            ///< Said to be '.', a column of such numbers is not doubted.
  std::string thousands = {};  ///< "." or "," or "'" or "space".
  std::string strip = {};
  /// The column of times, or of dates and of times of day, or of year, month, day, hour, minute.
  std::vector<std::string> time_columns = {};
  bool no_times = false;         ///< There is none: --time none.
  std::string time_format = {};  ///< As --time-format.
  std::string zone = {};

  NumberFormat numbers() const {
    const char point = thousands == "." ? ',' : '.';
    return {.decimal = decimal != 0 ? decimal : point, .thousands = thousands, .strip = strip};
  }
  friend bool operator==(const TableForm&, const TableForm&) = default;
};

/// Throws Error(usage) where members contradict one another.
void check(const TableForm& form);

}  // namespace sluice::data
