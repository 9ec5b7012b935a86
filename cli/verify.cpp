// sluice verify: does this program, on this machine, compute what the model's maker computed?
#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/standard_output.hpp"
#include "formats/model_file.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string model;
};

int run(const Options& options) {
  const formats::Verification verification = formats::load_and_verify(options.model).verification;
  if (verification.checked == 0) {
    say("{}: has no test vectors, nothing was checked\n", options.model);
    return 1;
  }
  say("{}: {} numbers compared, largest error {:.2g} of the outputs' scale, {:g} allowed: {}\n",
      options.model, verification.checked, verification.largest_error,
      formats::Verification::kTolerance, verification.passed() ? "verified" : "NOT verified");
  return verification.passed() ? 0 : 1;
}

}  // namespace

void add_verify(CLI::App& program, int& exit_status) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("verify", "Run the test vectors stored in a model file");
  command->add_option("model", options->model, "Model file")
      ->required()
      ->type_name("MODEL.safetensors");
  command->footer(
      "Exit status 1 where they are not reproduced, or there are none.\nExample: sluice verify "
      "load.safetensors");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace sluice::cli
