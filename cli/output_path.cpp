#include "cli/output_path.hpp"

#include <unistd.h>

#include <filesystem>

#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& expected,
                         const std::string& got, const std::string& hint) {
  throw Error(
      ErrorCode::file,
      {.where = path, .what = "cannot be written", .expected = expected, .got = got, .hint = hint});
}

}  // namespace

void check_output(const std::string& path) {
  if (path.empty()) return;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    refuse(path, "the name of a file", "a folder", "name a file inside it");
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!std::filesystem::is_directory(folder, ignored)) {
    refuse(path, "the folder '" + folder.string() + "' to be there", "no such folder",
           "make it first");
  }
  if (!std::filesystem::exists(path, ignored) && ::access(folder.c_str(), W_OK) != 0) {
    refuse(path, "a folder that may be written to", "'" + folder.string() + "'",
           "choose another folder or change its rights");
  }
}

}  // namespace sluice::cli
