// The table that the tests print at their end: case, largest errors, tolerance.
#pragma once

#include <optional>
#include <string>

#include "vectors/fields.hpp"

namespace sluice::vectors {

struct Row {
  std::string kind, name;
  std::optional<double> reference;  // largest error; none: not run through it
  std::optional<double> engine;
  double reference_tolerance = 0.0, tolerance = 0.0;
  std::string remark = {};  // instead of the verdict: "refused"

  bool ok() const;
};

/// Adds the row and fails the running test where an error is above its tolerance.
void report(const Row& row);

/// max |got - expected|; infinity where a value is NaN or the sizes differ.
double largest_error(const Doubles& got, const Doubles& expected);
/// The same, as a share of the largest |expected| (or 1 where all are 0).
double relative_error(const Doubles& got, const Doubles& expected);

}  // namespace sluice::vectors
