// The report's document: nothing that stands in the data or the title can end the script, open a
// tag or be taken for a mark, and the page names no other place. What it does in a browser:
// tests/inspection/page.
#include "inspection/page.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "inspection/page_parts.hpp"

namespace sluice::inspection {
namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

std::string data_in(const std::string& page) {
  const std::string open = R"(<script type="application/json" id="data">)";
  const std::size_t start = page.find(open) + open.size();
  return page.substr(start, page.find("</script", start) - start);
}

TEST(ReportPage, HoldsTheDataAsTheyWere) {
  const nlohmann::json data = {
      {"title", "a</script><script>alert(1)</script>b"},
      {"names", {"<!--", "<script", "<![CDATA[", "a < b", "{{title}}", "back\\slash", "</"}},
      {"values", {0.25, -3}}};
  const std::string page = report_page("t", data.dump());
  EXPECT_EQ(nlohmann::json::parse(data_in(page)), data);
}

TEST(ReportPage, LetsNoTextOfTheDataEndTheScriptOrOpenAComment) {
  const std::string plain = report_page("t", "{}");
  const std::string page = report_page("t", R"({"a": "</script><!-- <!--<script>"})");
  EXPECT_EQ(count(page, "</script"), count(plain, "</script"));
  EXPECT_EQ(count(page, "<!--"), count(plain, "<!--"));
}

TEST(ReportPage, WritesTheTitleAsText) {
  const std::string page = report_page(R"(<b>"x" & {{data}}</b>)", "{}");
  EXPECT_EQ(count(page, "<title>&lt;b&gt;&quot;x&quot; &amp; {{data}}&lt;/b&gt;</title>"), 1U);
  EXPECT_EQ(count(page, "<b>\"x\""), 0U);
}

TEST(ReportPage, FillsEveryMark) {
  const std::string page = report_page("t", "{}");
  for (const std::string_view mark : {"{{title}}", "{{style}}", "{{data}}", "{{script}}"}) {
    EXPECT_GE(count(page_parts().document, mark), 1U) << mark;
    EXPECT_EQ(count(page, mark), 0U) << mark;
  }
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_EQ(page.substr(page.size() - 8), "</html>\n");
}

TEST(ReportPage, HoldsEveryScriptOnceInTheirOrder) {
  const std::string page = report_page("t", "{}");
  std::size_t before = 0;
  for (const std::string_view script : page_parts().scripts) {
    EXPECT_EQ(count(page, script), 1U);
    EXPECT_GT(page.find(script), before);
    before = page.find(script);
    EXPECT_EQ(count(script, "</script"), 0U);
  }
  EXPECT_NE(page_parts().scripts.back().find("window.sluice"), std::string_view::npos);
}

TEST(ReportPage, NamesNoOtherPlaceAndForbidsRequests) {
  const std::string page = report_page("t", "{}");
  EXPECT_EQ(count(page, "default-src 'none'"), 1U);
  EXPECT_EQ(count(page, "src="), 0U);
  EXPECT_EQ(count(page, "http://") - count(page, "http://www.w3.org/2000/svg"), 0U);
  EXPECT_EQ(count(page, "https://"), 0U);
}

}  // namespace
}  // namespace sluice::inspection
