#include "data/value_size.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

// Sums of squares of values above kLargest overflow. Beyond kFarthest deviations, float32 networks
// and the ridge regression have no digits left for the other rows.
constexpr double kLargest = 1e150, kFarthest = 1e15;

}  // namespace

bool is_computable(const ScaledColumn& column, double value) {
  if (column.scaler.deviation == 0) return true;  // every value becomes 0
  return !(std::abs(value) > kLargest) && !(std::abs(column.scaler.to_model(value)) > kFarthest);
}

void refuse_value(const ScaledColumn& column, double value, const std::string& where) {
  const bool large = std::abs(value) > kLargest;
  throw Error(ErrorCode::data,
              {.where = where + ", column '" + column.name + "'",
               .what = large ? "the value is too large to compute with"
                             : "the value is too far from the others to compute with",
               .expected = large ? "at most 1e150 in size"
                                 : "at most 1e15 standard deviations from the mean",
               .got = fmt::format("{:g}", value),
               .hint = "correct it, leave the cell empty, or write the column in a larger unit"});
}

void refuse_beyond(const ScaledColumn& column, double value, const std::string& where) {
  throw Error(ErrorCode::data, {.where = where + ", column '" + column.name + "'",
                                .what = "a value beyond the bounds of the model's forecasts",
                                .expected = describe(column.bounds),
                                .got = fmt::format("{:g}", value),
                                .hint = "correct it, or train with --bounds none"});
}

std::size_t count_beyond(const FeatureSpec& spec, const Table& table) {
  std::size_t count = 0;
  for (const ScaledColumn& target : spec.targets) {
    for (const double value : table.at(target.name).values)
      count += target.bounds.hold(value) ? 0 : 1;
  }
  return count;
}

}  // namespace sluice::data
