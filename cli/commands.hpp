// The commands of the program. A command is one file, or several of its name: NAME_options.cpp
// declares what the command line accepts, NAME.cpp runs it. main.cpp only wires them.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

/// Adds the command to the program. Running it sets `exit_status`: 0 done, 1 the answer is no.
/// Failures are thrown as sluice::Error.
void add_train(CLI::App& program, int& exit_status);
void add_evaluate(CLI::App& program, int& exit_status);
void add_forecast(CLI::App& program, int& exit_status);
void add_info(CLI::App& program, int& exit_status);
void add_verify(CLI::App& program, int& exit_status);
void add_run(CLI::App& program, int& exit_status);
void add_convert(CLI::App& program, int& exit_status);
void add_stream(CLI::App& program, int& exit_status);
void add_inspect(CLI::App& program, int& exit_status);
void add_bench(CLI::App& program, int& exit_status);

}  // namespace sluice::cli
