// The command line of `sluice stream`.
#include "cli/stream_options.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.hpp"
#include "streaming/window.hpp"

namespace sluice::cli {

void add_stream(CLI::App& program, int&) {
  const auto options = std::make_shared<StreamOptions>();
  CLI::App* command =
      program.add_subcommand("stream", "Answer each row at once, carrying the state");
  command->add_option("model", options->model, "Model file")->required()->type_name("MODEL");
  command->add_flag("--binary", options->binary,
                    "Read and write rows of little-endian float32 without a header");
  command
      ->add_option("--state", options->state,
                   "Continue from the state in this file if it exists; update it periodically and "
                   "at the end")
      ->type_name("FILE");
  command
      ->add_option("--state-every", options->state_every,
                   "Update the state file every N rows, or every N seconds (Ns); 0: only at the "
                   "end [1000 rows or 10 s]")
      ->needs("--state")
      ->type_name("N|Ns");
  command
      ->add_option("--warm", options->warm,
                   "Feed the rows of this CSV first, without answers, to build up the state")
      ->type_name("DATA");
  command->add_flag("--allow-short", options->allow_short,
                    "Also answer rows with less history than a forecasting model reads; a column "
                    "`history` says short or full");
  command
      ->add_option("--window", options->window,
                   "For a bare network: compute each answer from the last T rows; 0: carry the "
                   "state [from the model]")
      ->check(CLI::Range(std::size_t{0}, streaming::Window::kLongest))
      ->type_name("T");
  command->footer(
      "Reads CSV from standard input with the header of the training data (for a bare network rows "
      "of\n"
      "its inputs, header optional). Writes one line per row at once: all horizons and quantiles "
      "of a\n"
      "forecasting model, in the units of the data; empty (NaN with --binary) until the model has "
      "enough\n"
      "history.\n"
      "Example: tail -n +1 -f load.csv | sluice stream load.safetensors --warm history.csv");
  command->callback([options] { run_stream(*options); });
}

}  // namespace sluice::cli
