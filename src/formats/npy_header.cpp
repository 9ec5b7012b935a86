#include "formats/npy_header.hpp"

#include <charconv>

#include "formats/quotes.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

constexpr std::size_t kMaxRank = 64;  // NumPy's own limit

class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : rest_(text), path_(path) {}

  NpyHeader header() {
    NpyHeader header;
    unsigned seen = 0;
    demand('{');
    while (!accept('}')) {
      const unsigned bit = entry(header);
      if ((seen & bit) != 0) fail("each key once");
      seen |= bit;
      if (accept('}')) break;
      demand(',');
    }
    if (seen != 7) fail("the keys 'descr', 'fortran_order' and 'shape'");
    skip_blanks();
    if (!rest_.empty()) fail("nothing but blanks after the dictionary");
    return header;
  }

 private:
  // Reads one key and its value; returns the key's bit.
  unsigned entry(NpyHeader& header) {
    const std::string_view key = text();
    demand(':');
    if (key == "descr") {
      header.descr = std::string(text());
      return 1;
    }
    if (key == "fortran_order") {
      header.fortran_order = truth();
      return 2;
    }
    if (key != "shape") fail("no keys but 'descr', 'fortran_order' and 'shape'");
    header.shape = tuple();
    return 4;
  }

  std::string_view text() {
    skip_blanks();
    const std::string_view from = rest_;
    if (!accept('\'') && !accept('"')) fail("a text in quotes (arrays of records are not read)");
    const std::size_t end = rest_.find(from.front());
    if (end == std::string_view::npos) fail("a closing quote");
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return found;
  }

  bool truth() {
    if (accept_word("True")) return true;
    if (!accept_word("False")) fail("True or False");
    return false;
  }

  // (), (3,), (3, 5) or (3, 5,).
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> lengths;
    demand('(');
    while (!accept(')')) {
      if (lengths.size() == kMaxRank) fail("at most 64 dimensions");
      lengths.push_back(number());
      if (accept(')')) {
        if (lengths.size() == 1) fail("a comma in the tuple of one length");
        break;
      }
      demand(',');
    }
    return lengths;
  }

  std::size_t number() {
    skip_blanks();
    std::size_t value = 0;
    const char* end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc()) fail("a whole number, 0 or more, in shape");
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return value;
  }

  void skip_blanks() {
    const std::size_t end = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }

  bool accept(char wanted) {
    skip_blanks();
    const bool found = !rest_.empty() && rest_.front() == wanted;
    if (found) rest_.remove_prefix(1);
    return found;
  }

  bool accept_word(std::string_view word) {
    skip_blanks();
    const bool found = rest_.substr(0, word.size()) == word;
    if (found) rest_.remove_prefix(word.size());
    return found;
  }

  void demand(char wanted) {
    if (!accept(wanted)) fail(std::string("'") + wanted + "'");
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw Error(ErrorCode::data, {.where = path_,
                                  .what = "the header of the array cannot be read",
                                  .expected = expected,
                                  .got = rest_.empty() ? "its end" : "before " + in_quotes(rest_),
                                  .hint = "write it again with numpy.save"});
  }

  std::string_view rest_;
  const std::string& path_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& path) {
  return Reader(text, path).header();
}

}  // namespace sluice::formats
