// Reads and writes whole files by POSIX calls. A write goes to a temporary file in the same folder,
// is synced and renamed. Devices and pipes are written in place, because a rename would replace
// them.
#include "core/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "sluice/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 30;  // bytes per call, below 2^31
constexpr int kMaxNames = 1000;
constexpr const char* kTemporary = ".tmp-";
constexpr int kMostLinks = 64;
// Longest file name in bytes on the common file systems.
constexpr std::size_t kMaxName = 255;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }
  int close() noexcept { return is_open() ? ::close(std::exchange(number_, -1)) : 0; }

 private:
  int number_;
};

std::string hint_for(int error, bool writing) {
  switch (error) {
    case ENOENT:
      return writing ? "make the folder first, or check the path" : "check the path";
    case EACCES:
    case EPERM:
    case EROFS:
      return writing ? "choose a place that you may write to" : "ask for the right to read it";
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "make room or choose another place; what was there before is kept";
    case EISDIR:
      return "name a file inside the folder";
    default:
      return writing ? "choose another place, then try again" : "check the path and the device";
  }
}

[[noreturn]] void fail(const std::string& path, const char* what, int error, bool writing) {
  throw Error(ErrorCode::file, {.where = path,
                                .what = std::string(what) + ": " + std::strerror(error),
                                .expected = "",
                                .got = "",
                                .hint = hint_for(error, writing)});
}
[[noreturn]] void fail_read(const std::string& path, int error) {
  fail(path, "cannot read the file", error, false);
}
[[noreturn]] void fail_write(const std::string& path, int error) {
  fail(path, "cannot write the file", error, true);
}

[[noreturn]] void fail_limit(const std::string& path, std::uint64_t limit) {
  throw Error(ErrorCode::file, {.where = path,
                                .what = "the file is too large",
                                .expected = "at most " + std::to_string(limit) + " bytes",
                                .got = "more",
                                .hint = "check that it is the right file"});
}

// Writes all bytes. Returns 0 or errno.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), std::min(bytes.size(), kChunk));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

void write_in_place(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open()) fail_write(path, errno);
  if (const int error = write_all(file.number(), bytes)) fail_write(path, error);
  if (file.close() != 0) fail_write(path, errno);
}

struct Temporary {
  std::string path;
  int file;
};

// Creates an empty file beside the target. The process number in its name separates programs;
// O_EXCL separates threads and skips the leftovers of killed programs.
Temporary create_beside(const std::filesystem::path& target, const std::string& path) {
  for (int i = 0; i < kMaxNames; ++i) {
    const std::string ending = kTemporary + std::to_string(::getpid()) + "-" + std::to_string(i);
    std::string name = target.filename().string().substr(0, kMaxName - ending.size()) + ending;
    name = (target.parent_path() / name).string();
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file >= 0) {
      ::flock(file, LOCK_EX | LOCK_NB);  // tested by is_abandoned()
      return {std::move(name), file};
    }
    if (errno != EEXIST && errno != EINTR) fail_write(path, errno);
  }
  fail_write(path, EEXIST);
}

// Whether the writer of a temporary file is gone. A live writer holds a lock on its file.
bool is_abandoned(const std::filesystem::path& temporary, const std::string& process) {
  if (::kill(static_cast<pid_t>(std::strtol(process.c_str(), nullptr, 10)), 0) == 0) return false;
  if (errno != ESRCH) return false;
  const Descriptor file(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
  return file.is_open() && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0;
}

// Removes files NAME.tmp-PROCESS-NUMBER of processes that no longer exist. Ignores failures.
void remove_abandoned(const std::filesystem::path& target) {
  const std::string start = target.filename().string() + kTemporary;
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.rfind(start, 0) != 0) continue;
    const std::string rest = name.substr(start.size());
    const std::size_t dash = rest.find('-');
    const bool ours = dash != 0 && dash != std::string::npos && dash + 1 < rest.size() &&
                      rest.find_first_not_of("0123456789-") == std::string::npos;
    if (ours && is_abandoned(entry->path(), rest.substr(0, dash))) ::unlink(entry->path().c_str());
  }
}

// Fills the temporary file and renames it to the target. Returns 0 or errno.
int fill_and_rename(const Temporary& temporary, const std::string& target, const struct stat* old,
                    std::string_view bytes) {
  Descriptor file(temporary.file);
  if (const int error = write_all(file.number(), bytes)) return error;
  if (old != nullptr) {
    // Before fchmod(), because fchown() clears mode bits. It may fail: not every user or file
    // system allows it.
    [[maybe_unused]] const int kept = ::fchown(file.number(), old->st_uid, old->st_gid);
  }
  if (old != nullptr && ::fchmod(file.number(), old->st_mode & 07777) != 0) return errno;
  if (::fsync(file.number()) != 0) return errno;
  if (file.close() != 0) return errno;
  return ::rename(temporary.path.c_str(), target.c_str()) == 0 ? 0 : errno;
}

// Makes the rename durable. Not an error: a folder that cannot be opened for reading, or a file
// system that cannot sync folders.
void sync_folder(const std::filesystem::path& target, const std::string& path) {
  const std::string folder = target.has_parent_path() ? target.parent_path().string() : ".";
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.number()) == 0) return;
  if (errno != EINVAL && errno != ENOTSUP) fail_write(path, errno);
}

}  // namespace

std::string read_file(const std::string& path, std::uint64_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) fail_read(path, errno);
  if (S_ISDIR(status.st_mode)) fail_read(path, EISDIR);
  const auto size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  if (size > limit) fail_limit(path, limit);

  // One spare byte lets the next read report the end of the file.
  std::string bytes(static_cast<std::size_t>(size) + 1, '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);
    const std::size_t room = std::min(bytes.size() - filled, kChunk);
    const ssize_t count = ::read(file.number(), bytes.data() + filled, room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_read(path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > limit) fail_limit(path, limit);
  }
  bytes.resize(filled);
  return bytes;
}

std::string follow_links(const std::string& path) {
  std::filesystem::path target = path;
  std::error_code error;
  // Callers have called stat(), which rejects a cycle of links.
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(target, error); ++links) {
    const std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error) fail_write(path, error.value());
    target = target.parent_path() / next;
  }
  return target.string();
}

namespace {

// The state of a path before a write.
struct Before {
  struct stat status {};
  bool exists = false;
  bool in_place() const { return exists && !S_ISREG(status.st_mode); }
};

Before look_before(const std::string& path) {
  Before before;
  before.exists = ::stat(path.c_str(), &before.status) == 0;
  if (!before.exists && errno != ENOENT) fail_write(path, errno);
  if (before.exists && S_ISDIR(before.status.st_mode)) fail_write(path, EISDIR);
  // A rename would replace even a file that is write-protected.
  if (before.exists && ::access(path.c_str(), W_OK) != 0) fail_write(path, errno);
  return before;
}

}  // namespace

void check_can_write(const std::string& path, std::uint64_t bytes) {
  if (look_before(path).in_place()) return;
  const Temporary temporary = create_beside(follow_links(path), path);
  const Descriptor file(temporary.file);
  // File systems that cannot reserve space fail with another error; only the write will tell.
  const int error = bytes > 0 ? ::posix_fallocate(file.number(), 0, static_cast<off_t>(bytes)) : 0;
  ::unlink(temporary.path.c_str());
  if (error == ENOSPC || error == EFBIG || error == EDQUOT) fail_write(path, error);
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  const Before before = look_before(path);
  if (before.in_place()) return write_in_place(path, bytes);
  const std::filesystem::path target = follow_links(path);
  remove_abandoned(target);
  const Temporary temporary = create_beside(target, path);
  const struct stat* old = before.exists ? &before.status : nullptr;
  if (const int error = fill_and_rename(temporary, target.string(), old, bytes)) {
    ::unlink(temporary.path.c_str());
    fail_write(path, error);
  }
  sync_folder(target, path);
}

}  // namespace sluice
