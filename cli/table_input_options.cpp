// Declares the options of every command that reads a table; table_input.cpp interprets them.
#include <CLI/CLI.hpp>

#include "cli/table_input.hpp"

namespace sluice::cli {
namespace {

constexpr const char* kGroup = "Format of the file [detected]";

}  // namespace

void declare_table_input(CLI::App& command, TableInput& input, bool training) {
  const auto option = [&](const char* name, auto& value, const char* words, const char* type) {
    command.add_option(name, value, words)->type_name(type)->group(kGroup);
  };
  option("--time", input.time, "Column of times, or DATE,TIME; none: no times", "NAME");
  option("--time-format", input.time_format,
         "Format such as %d.%m.%Y %H:%M, or unix, unix-ms, excel", "FORM");
  option("--zone", input.zone, "Time zone of the times, such as Europe/Berlin", "ZONE");
  command.add_flag("--sort", input.sort, "Sort the rows by time")->group(kGroup);
  if (training)
    option("--holidays", input.holidays, "File of days without rows, one ISO date per line",
           "FILE");
  option("--delimiter", input.delimiter, "Cell delimiter: a character, tab or space", "C");
  option("--decimal", input.decimal, "Decimal separator: . or ,", "C");
  option("--thousands", input.thousands, "Thousands separator: . , ' or space", "C");
  option("--strip", input.strip, "Characters to ignore around numbers, such as '%€'", "CHARS");
  option("--comment", input.comment, "Skip lines that start with this character", "C");
  option("--skip", input.skip, "Number of lines before the header", "N");
  option("--encoding", input.encoding, "Encoding: utf-8, latin1 or utf-16", "NAME");
}

}  // namespace sluice::cli
