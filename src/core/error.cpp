// The text of an Error: its parts joined into one printable line. The texts themselves are written
// where the error is thrown.
#include "sluice/error.hpp"

#include <utility>

#include "core/printable.hpp"

namespace sluice {
namespace {

std::string join(const ErrorParts& parts) {
  std::string line = parts.where;
  if (!line.empty()) line += ": ";
  line += parts.what;
  if (!parts.expected.empty()) line += ": expected " + parts.expected;
  if (!parts.got.empty()) line += (parts.expected.empty() ? ": got " : ", got ") + parts.got;
  if (!parts.hint.empty()) line += " (" + parts.hint + ")";
  return printable(line);  // file contents must not add lines
}

}  // namespace

Error::Error(ErrorCode code, ErrorParts parts)
    : std::runtime_error(join(parts)), code_(code), parts_(std::move(parts)) {}

}  // namespace sluice
