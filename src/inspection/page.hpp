// The report of an inspection as one HTML document that needs nothing beside itself: style, script
// and data are in it. What the data must hold is docs/report.md; this file does not look
// into it.
#pragma once

#include <string>
#include <string_view>

namespace sluice::inspection {

/// The whole document. `title` is any text; `data_json` is valid JSON in UTF-8, which the page
/// reads as it is.
std::string report_page(std::string_view title, std::string_view data_json);

}  // namespace sluice::inspection
