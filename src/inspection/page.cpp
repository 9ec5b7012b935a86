#include "inspection/page.hpp"

#include "inspection/page_parts.hpp"

namespace sluice::inspection {
namespace {

void append_as_html(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

// Inside <script> an HTML parser reacts only to "</script" and "<!--". In JSON `<` occurs only in
// strings, where a slash can be escaped as `\/` and the bracket as \u003c.
void append_as_script_data(std::string_view json, std::string& out) {
  std::size_t at = 0;
  while (true) {
    const std::size_t bracket = json.find('<', at);
    out += json.substr(at, bracket - at);
    if (bracket == std::string_view::npos) return;
    const std::string_view next = json.substr(bracket + 1, 1);
    out += next == "/" ? "<\\" : next == "!" ? "\\u003c" : "<";
    at = bracket + 1;
  }
}

}  // namespace

std::string report_page(std::string_view title, std::string_view data_json) {
  const PageParts parts = page_parts();
  std::string page;
  page.reserve(data_json.size() + (1 << 18));
  std::string_view rest = parts.document;
  while (true) {
    const std::size_t open = rest.find("{{");
    page += rest.substr(0, open);
    if (open == std::string_view::npos) return page;
    const std::size_t close = rest.find("}}", open);
    const std::string_view mark = rest.substr(open + 2, close - open - 2);
    if (mark == "title") append_as_html(title, page);
    if (mark == "style") page += parts.style;
    if (mark == "data") append_as_script_data(data_json, page);
    if (mark == "script") {
      for (const std::string_view script : parts.scripts) page += script;
    }
    rest.remove_prefix(close + 2);
  }
}

}  // namespace sluice::inspection
