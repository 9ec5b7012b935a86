// The files of src/inspection/page/ as text, embedded at build time (cmake/EmbedPage.cmake).
#pragma once

#include <span>
#include <string_view>

namespace sluice::inspection {

struct PageParts {
  std::string_view document;  // HTML with the marks {{title}}, {{style}}, {{data}} and {{script}}
  std::string_view style;
  std::span<const std::string_view> scripts;  // in the order in which they must run
};

PageParts page_parts();

}  // namespace sluice::inspection
