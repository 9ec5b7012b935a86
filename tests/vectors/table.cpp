#include "vectors/table.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace sluice::vectors {
namespace {

std::vector<Row>& rows() {
  static std::vector<Row> all;
  return all;
}

std::string text_of(const std::optional<double>& error) {
  return error ? fmt::format("{:.1e}", *error) : "-";
}

std::string tolerance_of(const Row& row) {
  if (!row.remark.empty()) return "-";
  if (!row.engine) return fmt::format("{:.0e}", row.reference_tolerance);
  if (!row.reference || row.reference_tolerance == row.tolerance) {
    return fmt::format("{:.0e}", row.tolerance);
  }
  return fmt::format("{:.0e}, engine {:.0e}", row.reference_tolerance, row.tolerance);
}

class PrintTable : public testing::Environment {
 public:
  void TearDown() override {
    if (rows().empty()) return;
    fmt::print("| {:<20} | {:<48} | {:>9} | {:>9} | {:<19} | {:<7} |\n", "kind", "case",
               "reference", "engine", "tolerance", "");
    fmt::print("|{:-<22}|{:-<50}|{:->11}|{:->11}|{:-<21}|{:-<9}|\n", "", "", "", "", "", "");
    for (const Row& row : rows()) {
      fmt::print("| {:<20} | {:<48} | {:>9} | {:>9} | {:<19} | {:<7} |\n", row.kind, row.name,
                 text_of(row.reference), text_of(row.engine), tolerance_of(row),
                 !row.ok()            ? "FAIL"
                 : row.remark.empty() ? "ok"
                                      : row.remark);
    }
  }
};

[[maybe_unused]] const testing::Environment* const kPrints =
    testing::AddGlobalTestEnvironment(new PrintTable);

}  // namespace

bool Row::ok() const {
  return (!reference || *reference <= reference_tolerance) && (!engine || *engine <= tolerance);
}

void report(const Row& row) {
  rows().push_back(row);
  EXPECT_TRUE(row.ok()) << row.kind << "/" << row.name << ": error of the reference "
                        << text_of(row.reference) << ", of the engine " << text_of(row.engine)
                        << ", tolerance " << tolerance_of(row);
}

double largest_error(const Doubles& got, const Doubles& expected) {
  if (got.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double largest = 0.0;
  for (std::size_t j = 0; j < got.size(); ++j) {
    const double error = std::abs(got[j] - expected[j]);
    if (std::isnan(error)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, error);
  }
  return largest;
}

double relative_error(const Doubles& got, const Doubles& expected) {
  double scale = 0.0;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  return largest_error(got, expected) / (scale > 0.0 ? scale : 1.0);
}

}  // namespace sluice::vectors
