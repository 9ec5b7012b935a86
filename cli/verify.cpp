// sluice verify: checks that this machine reproduces the outputs stored when the model was made.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
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
  const bool changed = verification.seal == formats::Seal::broken;
  const bool verified = verification.passed() && !changed;
  say("{}: {} numbers compared, largest error {:.2g} of the outputs' scale, {:g} allowed: {}\n",
      options.model, verification.checked, verification.largest_error,
      formats::Verification::kTolerance, verified ? "verified" : "NOT verified");
  if (!verification.exact() && verification.rounding > formats::Verification::kTolerance) {
    say("  the network is sensitive: rounding differences between instruction sets change its "
        "outputs by up to {:.2g} of their scale; the error is {}\n",
        verification.rounding,
        verification.within_rounding ? "within that at every step" : "larger at some step");
  }
  switch (verification.seal) {
    case formats::Seal::whole:
      say("  the hash matches: the file is unchanged\n");
      break;
    case formats::Seal::broken:
      say("  the hash differs: the file was changed after it was written\n");
      break;
    case formats::Seal::none:
      say("  the file has no hash of its contents\n");
      break;
  }
  return verified ? 0 : 1;
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
      "Exit status 1 if they are not reproduced, or if the file has none.\n"
      "Example: sluice verify load.safetensors");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace sluice::cli
