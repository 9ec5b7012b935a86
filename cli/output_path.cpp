#include "cli/output_path.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "core/file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& expected,
                         const std::string& got, const std::string& hint) {
  throw Error(
      ErrorCode::file,
      {.where = path, .what = "cannot be written", .expected = expected, .got = got, .hint = hint});
}

// Identifies a file by device and inode; a file that does not exist yet by its folder and name.
struct Identity {
  dev_t device;
  ino_t number;
  std::string name;
  bool operator==(const Identity&) const = default;
};

// Nothing for devices and pipes, which may be shared, and for paths whose folder does not exist.
std::optional<Identity> identity(const std::string& path) {
  struct stat status {};
  if (path.empty()) return std::nullopt;
  if (::stat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    return Identity{status.st_dev, status.st_ino, ""};
  }
  const std::filesystem::path target = follow_links(path);
  const std::string folder = target.has_parent_path() ? target.parent_path().string() : ".";
  if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino, target.filename().string()};
}

[[noreturn]] void refuse_same(const std::string& output, const char* what,
                              const std::string& other) {
  throw Error(ErrorCode::usage, {.where = output,
                                 .what = what,
                                 .expected = "a file of its own",
                                 .got = "the same file as " + other,
                                 .hint = "give another name"});
}

}  // namespace

void check_output(const std::string& path, std::uint64_t bytes) {
  if (path.empty()) return;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    refuse(path, "the name of a file", "a folder", "give a file inside it");
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!std::filesystem::is_directory(folder, ignored)) {
    refuse(path, "the folder '" + folder.string() + "' to exist", "no such folder",
           "create it first");
  }
  check_can_write(path, bytes);
}

void check_outputs(const std::vector<std::string>& outputs,
                   const std::vector<std::string>& inputs) {
  for (std::size_t n = 0; n < outputs.size(); ++n) {
    const std::optional<Identity> output = identity(outputs[n]);
    if (!output) continue;
    for (const std::string& input : inputs) {
      if (identity(input) == output) refuse_same(outputs[n], "would overwrite an input", input);
    }
    for (std::size_t other = 0; other < n; ++other) {
      if (identity(outputs[other]) == output)
        refuse_same(outputs[n], "two outputs to the same file", outputs[other]);
    }
  }
  for (const std::string& output : outputs) check_output(output);
}

}  // namespace sluice::cli
