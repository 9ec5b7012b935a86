// The tables of tests/data/tables, damaged at random: each is read or refused by an Error, and what
// is read is whole. Under the sanitizers this is the fuzz test of everything that reads tables.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "data/table.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(SLUICE_SOURCE_DIR "/tests/data/tables")) {
    if (entry.path().extension() == ".csv") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}

  std::string apply(std::string text, const std::vector<std::string>& others) {
    for (std::size_t times = 1 + draw(2); times > 0 && !text.empty(); --times)
      text = one(std::move(text), others);
    return text;
  }
  std::size_t draw(std::size_t below) {
    return std::min(below - 1,
                    static_cast<std::size_t>(random_.uniform(0, static_cast<double>(below))));
  }

 private:
  // What readers of tables branch on.
  std::string piece() {
    const std::vector<std::string> pieces = {",",
                                             ";",
                                             "\t",
                                             " ",
                                             "\"",
                                             "\"\"",
                                             "\n",
                                             "\r",
                                             "\r\r\n",
                                             "#",
                                             "sep=;",
                                             "NA",
                                             "-",
                                             "+",
                                             "1e308",
                                             "1e-400",
                                             "24:00",
                                             "T",
                                             "Z",
                                             "+14:00",
                                             "-00:30",
                                             "29.02.2023",
                                             "2016-02-30",
                                             "9999-12-31",
                                             "0000-01-01",
                                             "1970",
                                             "99999999999999999999",
                                             "-1",
                                             "0",
                                             ".5",
                                             "1.116",
                                             "3,14",
                                             "$5",
                                             "%",
                                             "AM",
                                             "PM",
                                             "Jan",
                                             "May",
                                             "W53",
                                             "Q5",
                                             "\xEF\xBB\xBF",
                                             "\xC2\xA0",
                                             "\xFF",
                                             std::string(1, '\0'),
                                             std::string(300, 'x'),
                                             std::string(70, '9')};
    return pieces[draw(pieces.size())];
  }
  std::string one(std::string text, const std::vector<std::string>& others) {
    const std::size_t at = draw(text.size());
    switch (draw(8)) {
      case 0:
        return text.substr(0, at);
      case 1:
        text[at] = static_cast<char>(draw(256));
        return text;
      case 2:
        return text.insert(at, piece());
      case 3:
        return text.erase(at, 1 + draw(12));
      case 4: {  // a line twice
        const std::size_t end = text.find('\n', at);
        return text.insert(at, text.substr(at, end == std::string::npos ? end : end - at + 1));
      }
      case 5: {  // another delimiter or mark everywhere
        const std::string marks = ",;\t|. :-/";
        std::replace(text.begin(), text.end(), marks[draw(marks.size())],
                     marks[draw(marks.size())]);
        return text;
      }
      case 6: {  // goes on as another table
        const std::string& other = others[draw(others.size())];
        return text.substr(0, at) + other.substr(draw(other.size() + 1));
      }
      default: {  // a header's worth from elsewhere
        const std::size_t line = text.find('\n');
        return line == std::string::npos ? text : text.substr(line + 1) + text.substr(0, line + 1);
      }
    }
  }

  Random random_;
};

TableOptions options_for(Damage& damage) {
  TableOptions options;
  const auto sometimes = [&damage] { return damage.draw(40) == 0; };
  options.sort = sometimes();
  if (sometimes()) options.form.zone = "Europe/Berlin";
  if (sometimes()) options.form.decimal = ',';
  if (sometimes()) options.form.thousands = ".";
  if (sometimes()) options.form.strip = "%$";
  if (sometimes()) options.form.comment = '#';
  if (sometimes()) options.form.skip = damage.draw(4);
  if (sometimes()) options.form.encoding = damage.draw(2) == 0 ? "utf-16" : "latin1";
  if (sometimes()) options.form.delimiter = ";,\t "[damage.draw(4)];
  if (sometimes()) options.holidays = {19'358, 19'400};
  if (sometimes()) options.form.time_format = "%d.%m.%Y";
  if (sometimes()) options.remembered_step = {.micros = kHour};
  return options;
}

void expect_whole(const Table& table) {
  ASSERT_FALSE(table.columns.empty());
  for (const Column& column : table.columns) {
    ASSERT_EQ(column.values.size(), table.rows());
    ASSERT_FALSE(column.name.empty());
    ASSERT_TRUE(std::none_of(column.values.begin(), column.values.end(),
                             [](double value) { return std::isinf(value); }));
  }
  ASSERT_EQ(table.lines.size(), table.rows());
  if (table.times.empty()) return;
  ASSERT_EQ(table.times.size(), table.rows());
  ASSERT_TRUE(std::is_sorted(table.times.begin(), table.times.end()));
  ASSERT_TRUE(table.rows() == 1 || table.step.known());
  for (std::size_t row = 1; row < table.rows(); ++row)
    ASSERT_EQ(steps_between(table.times[row - 1], table.times[row], table.step, table.clock), 1);
  if (!table.step.known()) return;
  EXPECT_GT(table.time_at(table.rows()), table.times.back());
}

TEST(TableDamage, IsReadWholeOrRefused) {
  const std::vector<std::string> texts = corpus();
  ASSERT_GT(texts.size(), 100u);
  constexpr std::size_t kTables = 2'000;
  std::size_t read = 0;
  for (std::size_t n = 0; n < kTables; ++n) {
    Damage damage(n);
    const std::string text = damage.apply(texts[n * 7 % texts.size()], texts);
    const TableOptions options = options_for(damage);
    SCOPED_TRACE(n);
    try {
      expect_whole(read_table(open_text(text), "damaged.csv", options));
      ++read;
    } catch (const Error& error) {
      ASSERT_NE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::internal))
          << error.what();
    }
    if (HasFatalFailure()) {
      std::ofstream("damaged.csv", std::ios::binary) << text;
      return;
    }
  }
  // Both must happen often for the test to say anything.
  EXPECT_GT(read, kTables / 20);
  EXPECT_LT(read, kTables * 9 / 10);
}

}  // namespace
}  // namespace sluice::data
