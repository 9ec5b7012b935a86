// Where the published vectors lie: ../shared/vectors beside the project.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice::vectors {

/// The folder of a kind, whether it is there or not.
std::string folder(const std::string& kind);
bool is_there(const std::string& kind);

/// Every .json file of the kind, by name. Throws Error(data) where there is none.
std::vector<std::string> json_files(const std::string& kind);

/// Throws Error(data) with the path where it is not JSON.
nlohmann::json read_json(const std::string& path);

/// The numbers of a text file with one a line.
std::vector<double> read_numbers(const std::string& path);

/// The file's name without folder and ending.
std::string stem(const std::string& path);

}  // namespace sluice::vectors

/// In a test: skips it where the vectors of the kind are not beside the project.
#define SLUICE_NEEDS_VECTORS(kind)                                                           \
  if (!sluice::vectors::is_there(kind)) {                                                    \
    GTEST_SKIP() << sluice::vectors::folder(kind) << " is not there: these published cases " \
                 << "are not run";                                                           \
  }                                                                                          \
  static_assert(true)
