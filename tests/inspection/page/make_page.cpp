// make_page TITLE < data.json > report.html: the report page around data that any program wrote.
#include <iostream>
#include <iterator>
#include <string>

#include "inspection/page.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: make_page TITLE < data.json > report.html\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  const std::string data{std::istreambuf_iterator<char>(std::cin), {}};
  std::cout << sluice::inspection::report_page(arguments[1], data);
  return std::cout.flush() ? 0 : 3;
}
