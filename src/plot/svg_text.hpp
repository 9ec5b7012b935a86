// Escapes arbitrary text for SVG.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::plot {

/// The text as XML content: escapes `&`, `<` and `>`; replaces each byte that is not part of a
/// UTF-8 character allowed in XML by U+FFFD; truncates to `longest` characters with an ellipsis.
std::string escaped(std::string_view text, std::size_t longest);

/// The number of code points in valid UTF-8 text.
std::size_t characters(std::string_view text);

}  // namespace sluice::plot
