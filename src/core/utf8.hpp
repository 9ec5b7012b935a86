// Which bytes are UTF-8: names of files may be anything, but JSON holds only that.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

/// Bytes of the character that begins there, 0 where none does. RFC 3629: no overlong forms, no
/// surrogates, nothing beyond U+10FFFF.
std::size_t utf8_character(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

/// The text with '?' for every byte that belongs to no character.
std::string as_utf8(std::string_view text);

}  // namespace sluice
