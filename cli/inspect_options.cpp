// The command line of `sluice inspect`.
#include "cli/inspect_options.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.hpp"

namespace sluice::cli {

void add_inspect(CLI::App& program, int&) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* command = program.add_subcommand(
      "inspect", "Show the gates and states of every step, and what they contribute");
  command->add_option("model", options->model, "Model file")->required()->type_name("MODEL");
  command
      ->add_option(
          "data", options->data,
          "CSV with the model's columns; for a bare network a CSV of its inputs or a .npy [T, I]")
      ->required()
      ->type_name("DATA");
  command->add_option("-o", options->report, "Write an HTML report")->type_name("REPORT.html");
  command
      ->add_option("--trace", options->trace,
                   "Write the signals of the selected layers, units and steps")
      ->type_name("TRACE.safetensors");
  command
      ->add_option("--select", options->select,
                   "Layers, units and steps to inspect [all units of the last 10,000 rows]")
      ->type_name("PLACES");
  command
      ->add_option("--set", options->set,
                   "Change signals during the run and show the effect; repeatable")
      ->type_name("EXPRESSION");
  command
      ->add_option("--step", options->step, "Print equations S1 to S8 with the numbers of this row")
      ->check(CLI::NonNegativeNumber)
      ->type_name("T");
  command
      ->add_option("--compare", options->compare,
                   "rnn: train a simple RNN of the same size and compare its gradient flow")
      ->check(CLI::IsMember({"rnn"}))
      ->type_name("rnn");
  CLI::Option* watch =
      command->add_flag("--watch", options->watch,
                        "Read rows one by one ('-': standard input) and redraw after each");
  for (const char* other : {"-o", "--trace", "--set", "--step", "--compare"})
    watch->excludes(command->get_option(other));
  declare_table_input(*command, options->input, false);
  command->footer(
      "PLACES: layer N, layers A-B, unit N, units A-B, step N, steps A:B (B excluded), forward,\n"
      "reverse; separated by commas. EXPRESSION: f|i|g|o|c|h, then =, *= or += and a number, "
      "=hold\n"
      "or =mean; separated by commas; then @ PLACES.\n"
      "Example: sluice inspect load.safetensors load.csv -o load.html\n"
      "Example: sluice inspect load.safetensors load.csv --set 'f=1,i=0 @ units 3-7, steps "
      "100:200'");
  command->callback([options] { run_inspect(*options); });
}

}  // namespace sluice::cli
