// Reads one table and says how long that took and how much memory: the worker of bench/tables.py.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <string>

#include "data/table.hpp"

namespace {

// The most memory that this process has held, in MiB.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024;
  }
  return 0.0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto start = std::chrono::steady_clock::now();
  const sluice::data::Table table = sluice::data::read_table(argv[1]);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::string sums;
  for (const sluice::data::Column& column : table.columns) {
    double sum = 0.0;
    for (const double value : column.values) sum += std::isnan(value) ? 0.0 : value;
    sums += fmt::format("{}{:.17g}", sums.empty() ? "" : ", ", sum);
  }
  fmt::print("{{\"seconds\": {}, \"peak_rss_mb\": {:.1f}, \"rows\": {}, \"sum\": [{}]}}\n",
             seconds.count(), peak_mib(), table.rows(), sums);
}
