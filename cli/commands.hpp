// The commands of the program. Each is one file: its options, its help, its run. main.cpp only
// wires them.
#pragma once

#include <CLI/CLI.hpp>

namespace sluice::cli {

/// Adds the command to the program. When it ran, `exit_status` is what it answers: 0 done, 1 the
/// answer is no. What goes wrong is thrown as sluice::Error.
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
