// Replaces control characters before a text reaches a terminal. It leaves invalid UTF-8 as it is:
// utf8.hpp repairs that.
#include "core/printable.hpp"

namespace sluice {

std::string printable(std::string_view text, std::string_view kept) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      shown += '?';
      ++at;
    } else if ((byte < 0x20 || byte == 0x7f) && kept.find(text[at]) == std::string_view::npos) {
      shown += '?';
    } else {
      shown += text[at];
    }
  }
  return shown;
}

}  // namespace sluice
