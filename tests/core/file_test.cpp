// Attacks on reading and writing: kills, full disks, links, rights. What needs another process's
// rights or limits runs in a forked child, which answers by its exit status.
#include "core/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

using std::filesystem::create_directory;
using std::filesystem::create_symlink;

void put(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string get(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the Error(file) that the call throws, or what went otherwise.
std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == ErrorCode::file ? error.what() : "another code";
  }
  return "no error";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// True where the check held in a child process, whose rights and limits it may change.
bool in_child(const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(check() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(File, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  std::string bytes("a\0b\r\n\xff", 6);
  for (std::size_t size : {std::size_t{6}, std::size_t{0}, std::size_t{1'000'003}}) {
    bytes.resize(size, 'x');
    write_file_atomically(path, bytes);
    EXPECT_EQ(read_file(path), bytes);
    EXPECT_EQ(get(path), bytes);
    EXPECT_EQ(folder.count(), 1u);
  }
}

TEST(File, WritesToAPathWithoutAFolder) {
  const TemporaryFolder folder;
  EXPECT_TRUE(in_child([&] {
    if (::chdir(folder.path().c_str()) != 0) return false;
    write_file_atomically("bare.bin", "new");
    return read_file("bare.bin") == "new";
  }));
  EXPECT_EQ(get(folder / "bare.bin"), "new");
}

TEST(File, WritesUnderTheLongestName) {
  const TemporaryFolder folder;
  const std::string path = folder / std::string(255, 'n');
  write_file_atomically(path, "new");
  EXPECT_EQ(get(path), "new");
}

TEST(File, ReadsAPipeToItsEnd) {
  const TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::string bytes(300'007, 'p');
  std::thread writer([&] { write_file_atomically(path, bytes); });
  const std::string read = read_file(path);
  writer.join();
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(folder.count(), 1u);
}

TEST(File, SaysWhyItCannotRead) {
  const TemporaryFolder folder;
  const std::string missing = error_of([&] { read_file(folder / "none.csv"); });
  EXPECT_TRUE(has(missing, folder / "none.csv") && has(missing, "No such file")) << missing;
  const std::string is_folder = error_of([&] { read_file(folder.path()); });
  EXPECT_TRUE(has(is_folder, folder.path()) && has(is_folder, "directory")) << is_folder;
}

TEST(File, ReadsUpToTheLimitAndNoFurther) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  put(path, "1234567");
  EXPECT_EQ(read_file(path, 7), "1234567");
  const std::string message = error_of([&] { read_file(path, 6); });
  EXPECT_TRUE(has(message, path) && has(message, "at most 6 bytes")) << message;
  // A device says that its size is 0.
  EXPECT_TRUE(has(error_of([] { read_file("/dev/zero", 100'000); }), "too large"));
}

TEST(File, RefusesALargeFileBeforeItTakesMemory) {
  const TemporaryFolder folder;
  const std::string path = folder / "holes";
  put(path, "");
  if (::truncate(path.c_str(), off_t{1} << 40) != 0) GTEST_SKIP() << "no sparse files here";
  EXPECT_TRUE(has(error_of([&] { read_file(path); }), "too large"));
}

TEST(File, GivesANewFileTheUsualModeAndKeepsAnOldOnes) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  const mode_t old_mask = ::umask(026);
  write_file_atomically(path, "new");
  ::umask(old_mask);
  EXPECT_EQ(mode_of(path), 0640u);
  ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
  write_file_atomically(path, "newer");
  EXPECT_EQ(mode_of(path), 0604u);
}

TEST(File, WritesThroughALinkToItsTarget) {
  const TemporaryFolder folder;
  create_directory(folder / "models");
  put(folder / "models/real.bin", "old");
  create_symlink("models/real.bin", folder / "one");
  create_symlink(folder / "one", folder / "two");
  write_file_atomically(folder / "two", "new");
  EXPECT_EQ(get(folder / "models/real.bin"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "one"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "two"));
  EXPECT_EQ(folder.count(), 3u);
}

TEST(File, MakesTheTargetOfADanglingLink) {
  const TemporaryFolder folder;
  create_directory(folder / "models");
  create_symlink("models/real.bin", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_EQ(get(folder / "models/real.bin"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(File, RefusesLinksThatGoInACircle) {
  const TemporaryFolder folder;
  create_symlink("b", folder / "a");
  create_symlink("a", folder / "b");
  const std::string message = error_of([&] { write_file_atomically(folder / "a", "new"); });
  EXPECT_TRUE(has(message, folder / "a") && has(message, "symbolic links")) << message;
  EXPECT_EQ(folder.count(), 2u);
}

TEST(File, SaysWhyItCannotWrite) {
  const TemporaryFolder folder;
  const std::string to_folder = error_of([&] { write_file_atomically(folder.path(), "new"); });
  EXPECT_TRUE(has(to_folder, folder.path()) && has(to_folder, "directory")) << to_folder;
  const std::string nowhere = error_of([&] { write_file_atomically(folder / "no/m", "new"); });
  EXPECT_TRUE(has(nowhere, folder / "no/m") && has(nowhere, "make the folder first")) << nowhere;
  put(folder / "file", "old");
  EXPECT_NE(error_of([&] { write_file_atomically(folder / "file/m", "new"); }), "no error");
  EXPECT_EQ(get(folder / "file"), "old");
}

TEST(File, KeepsTheOldOneWhereTheDiskFillsUp) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  put(path, "old");
  EXPECT_TRUE(in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {5000, 5000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    const std::string bytes(100'000, 'n');
    const std::string message = error_of([&] { write_file_atomically(path, bytes); });
    return has(message, path) && has(message, "File too large");
  }));
  EXPECT_EQ(get(path), "old");
  EXPECT_EQ(folder.count(), 1u) << "the temporary file was left behind";
}

// Root may do anything, so a child that is root becomes nobody first.
bool without_rights(const std::function<bool()>& check) {
  return in_child([&] {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return false;
    return check();
  });
}

// Not as root: if this failed, it would put a file in the place of the machine's /dev/full.
TEST(File, WritesIntoADeviceInPlace) {
  struct stat status {};
  if (::stat("/dev/full", &status) != 0) GTEST_SKIP() << "this machine has no /dev/full";
  EXPECT_TRUE(without_rights([] {
    const std::string message = error_of([] { write_file_atomically("/dev/full", "new"); });
    return has(message, "/dev/full") && has(message, "No space left");
  }));
  EXPECT_TRUE(without_rights(
      [] { return error_of([] { write_file_atomically("/dev/null", "new"); }) == "no error"; }));
}

TEST(File, RespectsAFolderAndAFileThatMayNotBeWritten) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  put(folder / "protected", "old");
  ASSERT_EQ(::chmod((folder / "protected").c_str(), 0444), 0);
  create_directory(folder / "closed");
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0555), 0);
  put(folder / "secret", "s");
  ASSERT_EQ(::chmod((folder / "secret").c_str(), 0), 0);

  if (!without_rights([&] { return ::access(folder.path().c_str(), W_OK) == 0; })) {
    GTEST_SKIP() << "another user cannot reach " << folder.path();
  }
  const auto denied = [&](const std::function<void()>& call) {
    return without_rights([&] { return has(error_of(call), "Permission denied"); });
  };
  EXPECT_TRUE(denied([&] { write_file_atomically(folder / "protected", "new"); }));
  EXPECT_TRUE(denied([&] { write_file_atomically(folder / "closed/m.bin", "new"); }));
  EXPECT_TRUE(denied([&] { read_file(folder / "secret"); }));
  EXPECT_EQ(get(folder / "protected"), "old");
  EXPECT_EQ(folder.count(), 3u);
}

TEST(File, TwoWritersLeaveOneOfTheirFilesWhole) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  const std::string a(50'021, 'a');
  const std::string b(70'001, 'b');
  const auto write_often = [&path](const std::string& bytes) {
    for (int i = 0; i < 20; ++i) write_file_atomically(path, bytes);
  };
  std::thread other([&] { write_often(b); });
  write_often(a);
  other.join();
  const std::string last = get(path);
  EXPECT_TRUE(last == a || last == b);
  EXPECT_EQ(folder.count(), 1u);
}

[[noreturn]] void write_for_ever(const std::string& path, const std::string& a,
                                 const std::string& b) noexcept {
  for (bool even = false;; even = !even) write_file_atomically(path, even ? a : b);
}

TEST(File, IsOldOrNewWholeWheneverTheWriterIsKilled) {
  constexpr int kKills = 40;
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  const std::string a(200'003, 'a');
  const std::string b(300'007, 'b');
  write_file_atomically(path, a);
  Random random(19);
  int seen_a = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const pid_t child = ::fork();
    if (child == 0) write_for_ever(path, a, b);
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::microseconds(1000 + random.below(14'000));
    bool whole = true;
    do {
      const std::string bytes = get(path);
      whole = whole && (bytes == a || bytes == b);
    } while (std::chrono::steady_clock::now() < end);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string left = get(path);
    ASSERT_TRUE(whole && (left == a || left == b)) << "kill " << kill;
    seen_a += left == a ? 1 : 0;
  }
  EXPECT_GT(seen_a, 0) << "the kills never met the other file";
  EXPECT_LT(seen_a, kKills) << "the kills never met the other file";
}

TEST(File, WhatAKilledWriterLeftIsRemovedAndNothingElse) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  const std::string dead = path + ".tmp-" + std::to_string(child) + "-3";
  const std::string alive = path + ".tmp-" + std::to_string(::getpid()) + "-7";
  for (const std::string& other : {dead, alive, path + ".tmp-a-0", path + ".tmp-1"})
    put(other, "x");
  write_file_atomically(path, "new");
  EXPECT_FALSE(std::filesystem::exists(dead));
  for (const std::string& other : {alive, path + ".tmp-a-0", path + ".tmp-1"})
    EXPECT_TRUE(std::filesystem::exists(other)) << other;
}

TEST(File, SaysBeforeTheWorkWhetherAWriteWouldFailAndChangesNothing) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.bin";
  check_can_write(path, 4096);
  EXPECT_FALSE(std::filesystem::exists(path));
  put(path, "old");
  check_can_write(path, 4096);
  EXPECT_EQ(get(path), "old");
  const auto files = std::filesystem::directory_iterator(std::filesystem::path(path).parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
  EXPECT_TRUE(has(error_of([&] { check_can_write(folder / "none/m.bin"); }), "make the folder"));
  EXPECT_TRUE(has(error_of([&] { check_can_write(path + "/m.bin"); }), "Not a directory"));
  EXPECT_TRUE(in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    return has(error_of([&] { check_can_write(path, 4096); }), "File too large") &&
           error_of([&] { check_can_write(path, 900); }) == "no error";
  }));
}

}  // namespace
}  // namespace sluice
