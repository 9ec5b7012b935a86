// Reads each table of tests/data/tables and compares it with what the text beside it expects: see
// tests/data/tables/README.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/dialect.hpp"
#include "data/table.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

const std::string kFolder = SLUICE_SOURCE_DIR "/tests/data/tables/";

using Expected = std::map<std::string, std::string>;

Expected expected_of(const std::string& path) {
  std::ifstream file(path);
  Expected expected;
  for (std::string line; std::getline(file, line);) {
    const bool of_column = line.rfind("sum ", 0) == 0 || line.rfind("missing ", 0) == 0;
    const std::size_t colon = of_column ? line.rfind(": ") : line.find(": ");
    if (colon != std::string::npos) expected[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return expected;
}

// Words between blanks; quotes, single or double, hold blanks.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  char quote = 0;
  bool open = false;
  for (const char ch : text) {
    if (quote != 0 ? ch == quote : ch == '\'' || ch == '"') {
      quote = quote != 0 ? '\0' : ch;
      if (!open) words.emplace_back();
      open = true;
    } else if (ch == ' ' && quote == 0) {
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      words.back() += ch;
    }
  }
  return words;
}

std::vector<std::string> parts_of(const std::string& text, const std::string& between) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(between, begin);
    parts.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
    if (end == std::string::npos) return parts;
    begin = end + between.size();
  }
}

char letter(const std::string& text) {
  return text == "tab" ? '\t' : text == "space" ? kBlanks : text.at(0);
}

TableOptions options_of(const std::string& text) {
  TableOptions options;
  const std::vector<std::string> words = words_of(text);
  for (std::size_t n = 0; n < words.size(); ++n) {
    const std::string& name = words[n];
    if (name == "--sort") {
      options.sort = true;
      continue;
    }
    const std::string& value = words.at(++n);
    if (name == "--time") {
      options.form.no_times = value == "none";
      if (value != "none") options.form.time_columns = split_line(value, ',');
    } else if (name == "--time-format") {
      options.form.time_format = value;
    } else if (name == "--zone") {
      options.form.zone = value;
    } else if (name == "--holidays") {
      options.holidays = read_holidays(kFolder + value);
    } else if (name == "--delimiter") {
      options.form.delimiter = letter(value);
    } else if (name == "--decimal") {
      options.form.decimal = letter(value);
    } else if (name == "--thousands") {
      options.form.thousands = value;
    } else if (name == "--strip") {
      options.form.strip = value;
    } else if (name == "--comment") {
      options.form.comment = letter(value);
    } else if (name == "--skip") {
      options.form.skip = std::stoul(value);
    } else if (name == "--encoding") {
      options.form.encoding = value;
    } else {
      ADD_FAILURE() << "no option " << name;
    }
  }
  check(options.form);
  return options;
}

std::string step_of(const Table& table) {
  if (table.times.empty()) return "none";
  const std::string calendar = describe_calendar(table.step);
  return describe(table.step) + (calendar.empty() ? "" : ", " + calendar);
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// A name as the texts write it.
std::string written(const std::string& name) {
  std::string text = name.find_first_of(",\"") != std::string::npos ? csv_cell(name) : name;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;)
    text.replace(at, 1, "\\n");
  return text;
}

const Column& column_of(const Table& table, const std::string& name) {
  for (const Column& column : table.columns) {
    if (written(column.name) == name) return column;
  }
  return table.at(name);
}

// A time without zeros behind its fraction.
std::string shortest(const std::string& times) {
  std::string text;
  for (const std::string& time : parts_of(times, " | ")) {
    const std::size_t point = time.find('.');
    text += (text.empty() ? "" : " | ") +
            (point == std::string::npos ? time : time.substr(0, time.find_last_not_of('0') + 1));
  }
  return text;
}

std::string numbers_of(const Table& table, const std::string& key) {
  const Column& column = column_of(table, key.substr(key.find(' ') + 1));
  double sum = 0.0;
  std::size_t missing = 0;
  for (const double value : column.values) {
    if (std::isnan(value)) {
      ++missing;
    } else {
      sum += value;
    }
  }
  return key[0] == 's' ? fmt::format("{:.10g}", sum) : std::to_string(missing);
}

std::string reading_of(const Table& table, const std::string& key, const std::string& expected) {
  const auto time = [&table](std::size_t row) {
    return table.times.empty() ? "none" : iso_text(table.wall_at(row));
  };
  if (key == "rows") return std::to_string(table.rows());
  if (key == "step") return step_of(table);
  if (key == "first") return time(0);
  if (key == "last") return time(table.rows() - 1);
  if (key == "next") return time(table.rows()) + " | " + time(table.rows() + 1);
  if (key == "clock") return table.clock.name();
  if (key == "text") return joined(table.ignored);
  if (key == "columns") {
    std::vector<std::string> names;
    for (const Column& column : table.columns) names.push_back(written(column.name));
    return joined(names);
  }
  if (key == "says") {
    const std::string said = joined(table.understood);
    return said.find(expected) != std::string::npos ? expected : said;
  }
  if (key == "note") {
    const std::string notes = joined(table.notes);
    return notes.find(expected) != std::string::npos ? expected : notes;
  }
  if (key.rfind("sum ", 0) == 0 || key.rfind("missing ", 0) == 0) return numbers_of(table, key);
  return expected;  // why, pandas, options: for people
}

void expect_refused(const Expected& expected, const Error& error) {
  const std::string message = error.what();
  ASSERT_TRUE(expected.count("refused") > 0) << message;
  const std::string line = expected.at("refused");
  if (line != "0") {
    const std::string place = ":" + line;  // of the table or of its holidays
    const std::size_t at = message.find(place);
    EXPECT_TRUE(at != std::string::npos &&
                std::isdigit(static_cast<unsigned char>(message[at + place.size()])) == 0)
        << "line " << line << ": " << message;
  }
  if (expected.count("words") == 0) return;
  for (const std::string& words : parts_of(expected.at("words"), " | "))
    EXPECT_NE(message.find(words), std::string::npos) << "'" << words << "': " << message;
}

class TableCorpus : public testing::TestWithParam<std::string> {};

TEST_P(TableCorpus, IsReadAsItsWriterMeantItOrRefused) {
  const std::string path = kFolder + GetParam() + ".csv";
  const Expected expected = expected_of(kFolder + GetParam() + ".txt");
  if (GetParam() == "gzip_named_csv") GTEST_SKIP() << "unpacked by the program: tests/cli";
  ASSERT_TRUE(expected.count("rows") + expected.count("refused") == 1) << "no expectation";
  try {
    const Table table =
        read_table(path, options_of(expected.count("options") > 0 ? expected.at("options") : ""));
    ASSERT_EQ(expected.count("refused"), 0u)
        << "was read: " << table.rows() << " rows, " << joined(table.understood);
    if (expected.count("note") == 0) {
      EXPECT_EQ(joined(table.notes), "");
    }
    for (const auto& [key, value] : expected) {
      const bool time = key == "first" || key == "last" || key == "next";
      EXPECT_EQ(reading_of(table, key, value), time ? shortest(value) : value) << key;
    }
  } catch (const Error& error) {
    expect_refused(expected, error);
  }
}

// Those that are packed are read by the program alone: tests/cli.
std::vector<std::string> corpus() {
  std::vector<std::string> names;
  if (!std::filesystem::exists(kFolder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt" &&
        std::filesystem::exists(kFolder + entry.path().stem().string() + ".csv"))
      names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Tables, TableCorpus, testing::ValuesIn(corpus()), [](const auto& one) {
  std::string name = one.param;
  for (char& ch : name) {
    if (std::isalnum(static_cast<unsigned char>(ch)) == 0) ch = '_';
  }
  return name;
});

TEST(TableCorpus, HasAtLeast150Tables) { EXPECT_GE(corpus().size(), 150u); }

}  // namespace
}  // namespace sluice::data
