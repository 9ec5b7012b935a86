// The hex dumps of docs/formats.md as bytes, so that what the page shows is what is tested.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

namespace sluice::formats {

/// The bytes of the dump under this heading ("### A file of two rows").
inline std::string worked_example(const std::string& heading) {
  std::ifstream page(SLUICE_SOURCE_DIR "/docs/formats.md");
  std::string line;
  while (std::getline(page, line) && line != heading) {
  }
  while (std::getline(page, line) && line != "```") {
  }
  constexpr std::size_t kColumn = 10;  // after the offset
  std::string bytes;
  while (std::getline(page, line) && line != "```") {
    const std::string hex = line.substr(kColumn, line.find('|') - kColumn);
    for (std::size_t i = 0; i + 1 < hex.size() && hex[i] != ' '; i += 3) {
      bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
  }
  if (bytes.empty()) throw std::runtime_error("docs/formats.md has no dump under " + heading);
  return bytes;
}

}  // namespace sluice::formats
