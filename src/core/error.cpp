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
  return printable(line);  // one line, whatever a file contained
}

}  // namespace

Error::Error(ErrorCode code, ErrorParts parts)
    : std::runtime_error(join(parts)), code_(code), parts_(std::move(parts)) {}

}  // namespace sluice
