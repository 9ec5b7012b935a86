#include "cli/table_input.hpp"

#include <algorithm>

#include "cli/gzip.hpp"
#include "data/csv.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

[[noreturn]] void refuse(const char* option, const std::string& expected, const std::string& got) {
  throw Error(ErrorCode::usage, {.where = option,
                                 .what = "not a valid value",
                                 .expected = expected,
                                 .got = "'" + got + "'",
                                 .hint = ""});
}

char letter(const char* option, const std::string& text) {
  if (text.empty()) return 0;
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "space") return data::kBlanks;
  if (text == "comma") return ',';
  if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80)
    refuse(option, "one character, tab or space", text);
  return text[0];
}

}  // namespace

data::TableOptions table_options(const TableInput& input, const data::FeatureSpec* remembered) {
  data::TableOptions options;
  if (remembered != nullptr) options = remembered->table_options();
  data::TableForm& form = options.form;
  const auto text = [](std::string& to, const std::string& typed) {
    if (!typed.empty()) to = typed;
  };
  const auto character = [](char& to, const char* option, const std::string& typed) {
    if (!typed.empty()) to = letter(option, typed);
  };
  if (input.time == "none") {
    form.no_times = true;
    form.time_columns.clear();
  } else if (!input.time.empty()) {
    form.no_times = false;
    form.time_columns = names_of(input.time);
  }
  text(form.time_format, input.time_format);
  text(form.zone, input.zone);
  character(form.delimiter, "--delimiter", input.delimiter);
  character(form.decimal, "--decimal", input.decimal);
  character(form.comment, "--comment", input.comment);
  text(form.thousands, input.thousands);
  text(form.strip, input.strip);
  text(form.encoding, input.encoding);
  if (input.skip) form.skip = *input.skip;
  options.sort = input.sort;
  if (!input.holidays.empty()) options.holidays = data::read_holidays(input.holidays);
  data::check(form);
  return options;
}

data::Table read_table_file(const std::string& path, const data::TableOptions& options) {
  return data::read_table(open_unpacked(path), path, options);
}

std::vector<std::string> names_of(const std::string& text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  std::size_t at = 0;
  while (true) {
    std::string name;
    if (at < text.size() && text[at] == '"') {
      for (++at; at < text.size() && (text[at] != '"' || text.compare(at, 2, "\"\"") == 0); ++at) {
        if (text[at] == '"') ++at;
        name += text[at];
      }
      if (at == text.size()) refuse("names", "a closing quote", text);
      ++at;
    }
    const std::size_t end = std::min(text.find(',', at), text.size());
    name += text.substr(at, end - at);
    names.push_back(name);
    if (end == text.size()) return names;
    at = end + 1;
  }
}

}  // namespace sluice::cli
