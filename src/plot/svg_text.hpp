// Text of any origin, made fit to stand in an SVG.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::plot {

/// The text as XML content: `&`, `<` and `>` escaped; each byte that is no UTF-8 character which
/// XML allows becomes U+FFFD; after `longest` characters it ends in an ellipsis.
std::string escaped(std::string_view text, std::size_t longest);

/// How many characters (code points) valid UTF-8 text has.
std::size_t characters(std::string_view text);

}  // namespace sluice::plot
