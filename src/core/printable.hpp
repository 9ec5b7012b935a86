// Makes text from files safe to print: a terminal would obey its control characters. It does not
// repair invalid UTF-8 (utf8.hpp).
#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Replaces every control character (below 32, 127, U+0080 to U+009F) by '?', except those in
/// `kept`.
std::string printable(std::string_view text, std::string_view kept = "");

}  // namespace sluice
