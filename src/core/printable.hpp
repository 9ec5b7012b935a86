// Text out of files that is shown on a terminal: its control characters would be obeyed.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// The text with '?' for every control character: below 32 and 127, and those of U+0080 to U+009F.
/// `kept` are left as they are.
std::string printable(std::string_view text, std::string_view kept = "");

}  // namespace sluice
