// The report of an inspection as one self-contained HTML document: style, script and data are
// embedded. docs/report.md describes the data; this file does not interpret them.
#pragma once

#include <string>
#include <string_view>

namespace sluice::inspection {

/// The whole document. `title`: any text. `data_json`: valid JSON in UTF-8, embedded unchanged but
/// for escapes.
std::string report_page(std::string_view title, std::string_view data_json);

}  // namespace sluice::inspection
