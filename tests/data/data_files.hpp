// A data file made for one test, and the message with which it is refused.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "core/temporary_folder.hpp"
#include "sluice/error.hpp"

namespace sluice::data {

class DataFile {
 public:
  explicit DataFile(std::string_view text) : path_(folder_ / "d.csv") {
    std::ofstream file(path_, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  const std::string& path() const { return path_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

/// The message of the Error(code) that `action` throws, with the folder of the file taken out.
template <class Action>
std::string refusal(Action action, ErrorCode code = ErrorCode::data) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos);
    const std::size_t folder = message.find("d.csv");
    return folder == std::string::npos ? message : message.substr(folder);
  }
  return "nothing was refused";
}

}  // namespace sluice::data
