#include "vectors/folders.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/file.hpp"
#include "vectors/fields.hpp"

namespace sluice::vectors {

std::string folder(const std::string& kind) {
  return std::string(SLUICE_SOURCE_DIR "/../shared/vectors/") + kind;
}

bool is_there(const std::string& kind) { return std::filesystem::is_directory(folder(kind)); }

std::vector<std::string> json_files(const std::string& kind) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder(kind))) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) refuse(folder(kind), "no case in the folder", "at least one .json file");
  return paths;
}

nlohmann::json read_json(const std::string& path) {
  try {
    return nlohmann::json::parse(read_file(path));
  } catch (const nlohmann::json::exception& error) {
    refuse(path, "no JSON", "", error.what());
  }
}

std::vector<double> read_numbers(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<double> numbers;
  for (double number = 0.0; text >> number;) numbers.push_back(number);
  if (!text.eof() || numbers.empty()) refuse(path, "a line that is no number", "one number a line");
  return numbers;
}

std::string stem(const std::string& path) { return std::filesystem::path(path).stem().string(); }

}  // namespace sluice::vectors
