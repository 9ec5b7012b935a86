// The program `sluice`: wires the commands and turns errors into one line and an exit status.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/standard_output.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "sluice/error.hpp"

namespace {

// 124 as in timeout(1).
constexpr int kWrongUsage = 2, kBadInput = 3, kInternal = 4, kTimeOver = 124;

int status_of(sluice::ErrorCode code) {
  switch (code) {
    case sluice::ErrorCode::usage:
      return kWrongUsage;
    case sluice::ErrorCode::file:
    case sluice::ErrorCode::data:
    case sluice::ErrorCode::model:
    case sluice::ErrorCode::shape:
    case sluice::ErrorCode::diverged:
      return kBadInput;
    case sluice::ErrorCode::internal:
      break;
  }
  return kInternal;
}

// One line: what is wrong with the command line, and where to find help.
std::string usage_message(const CLI::App* program, const CLI::Error& error) {
  const std::vector<CLI::App*> commands = program->get_subcommands();
  const std::vector<std::string> strangers = program->remaining();
  const std::string what = commands.empty() && !strangers.empty()
                               ? fmt::format("unknown command '{}'", strangers.front())
                               : std::string(error.what());
  return fmt::format("sluice: {} (see `sluice{} --help`)\n", what,
                     commands.empty() ? "" : " " + commands.front()->get_name());
}

int run(int argc, char** argv) {
  int exit_status = 0;
  CLI::App program{"Sluice: LSTM networks for forecasting, with every gate visible.", "sluice"};
  program.footer(
      "Exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 bad input, 4 internal error;\n"
      "128 + N if signal N stopped a training; 124 if a training reached its time limit before it "
      "had\n"
      "a model.\n"
      "Example: sluice train sales.csv --target price --horizon 24 -o sales.safetensors");
  program.set_version_flag("--version", "sluice " SLUICE_VERSION);
  program.require_subcommand(1);
  program.failure_message(usage_message);
  sluice::cli::add_train(program, exit_status);
  sluice::cli::add_evaluate(program, exit_status);
  sluice::cli::add_forecast(program, exit_status);
  sluice::cli::add_info(program, exit_status);
  sluice::cli::add_verify(program, exit_status);
  sluice::cli::add_run(program, exit_status);
  sluice::cli::add_convert(program, exit_status);
  sluice::cli::add_stream(program, exit_status);
  sluice::cli::add_inspect(program, exit_status);
  sluice::cli::add_bench(program, exit_status);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kWrongUsage;
  }
  return exit_status;
}

// What the user can reduce when memory runs out.
const char* memory_hint(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "train") return "use a smaller --batch, --hidden or --lags, or --recompute";
  if (command == "run") return "give fewer sequences or steps at a time";
  if (command == "bench") return "use a smaller --shape or --batch";
  return "the data or the model are too large for this machine: give fewer rows or columns, or a "
         "smaller model";
}

// fprintf, because it does not throw: standard error may be closed too.
int guarded_run(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const sluice::forecasting::Stopped& stopped) {
    std::fprintf(stderr, "sluice: %s\n", stopped.what());
    const int status = sluice::cli::interrupt_status();
    return status != 0 ? status : kTimeOver;
  } catch (const sluice::Error& error) {
    std::fprintf(stderr, "sluice: %s\n", error.what());
    return status_of(error.code());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "sluice: out of memory (%s)\n", memory_hint(argc, argv));
    return kBadInput;
  } catch (const std::length_error&) {  // a vector larger than the address space
    std::fprintf(stderr, "sluice: out of memory (%s)\n", memory_hint(argc, argv));
    return kBadInput;
  } catch (const std::exception& error) {
    if (sluice::cli::output_is_lost()) return kBadInput;
    std::fprintf(stderr, "sluice: internal error: %s (please report it)\n", error.what());
    return kInternal;
  }
}

}  // namespace

int main(int argc, char** argv) {
  sluice::cli::prepare_standard_streams();
  return sluice::cli::finish_output(guarded_run(argc, argv));
}
