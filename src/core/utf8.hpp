// UTF-8 validation. File names may hold any bytes, but JSON only valid UTF-8. Control characters
// are valid here; printable.hpp replaces them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

/// Length in bytes of the character at `at`; 0 if none starts there. RFC 3629: no overlong forms,
/// no surrogates, nothing beyond U+10FFFF.
std::size_t utf8_character(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

/// Replaces every byte that is not part of a valid character by '?'.
std::string as_utf8(std::string_view text);

}  // namespace sluice
