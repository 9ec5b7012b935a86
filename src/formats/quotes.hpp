// Quotes a piece of a file for a message.
#pragma once

#include <string>
#include <string_view>

namespace sluice::formats {

/// The text in single quotes, cut after 60 bytes.
inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 60;
  return "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "...'" : "'");
}

}  // namespace sluice::formats
