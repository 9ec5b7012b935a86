#include "sluice/error.hpp"

#include <utility>

namespace sluice {
namespace {

// A message is one line whatever a file contained: control bytes become '?'.
std::string one_line(std::string text) {
  for (char& ch : text) {
    if (static_cast<unsigned char>(ch) < 0x20 || ch == 0x7f) ch = '?';
  }
  return text;
}

std::string join(const ErrorParts& parts) {
  std::string line = parts.where;
  if (!line.empty()) line += ": ";
  line += parts.what;
  if (!parts.expected.empty()) line += ": expected " + parts.expected;
  if (!parts.got.empty()) line += (parts.expected.empty() ? ": got " : ", got ") + parts.got;
  if (!parts.hint.empty()) line += " (" + parts.hint + ")";
  return one_line(std::move(line));
}

}  // namespace

Error::Error(ErrorCode code, ErrorParts parts)
    : std::runtime_error(join(parts)), code_(code), parts_(std::move(parts)) {}

}  // namespace sluice
