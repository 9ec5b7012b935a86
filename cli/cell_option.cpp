#include "cli/cell_option.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "model/cell_words.hpp"
#include "model/option_names.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view kForgetBias = "forget-bias";

double forget_bias_in(const std::string& value) {
  double bias = 0.0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), bias);
  if (!value.empty() && read.ec == std::errc() && read.ptr == value.data() + value.size())
    return bias;
  throw Error(ErrorCode::usage, {.where = fmt::format("--cell {}={}", kForgetBias, value),
                                 .what = value.empty() ? "needs a value" : "not a number after '='",
                                 .expected = fmt::format("{}=X", kForgetBias),
                                 .got = "",
                                 .hint = "`sluice train --help` lists the options"});
}

}  // namespace

void apply_cell_options(const std::vector<std::string>& words,
                        forecasting::ForecastOptions& options) {
  Architecture architecture{.hidden = {},
                            .cell = options.cell,
                            .activations = {options.activations},
                            .residual = options.residual,
                            .learned_state = options.learned_state};
  apply_cell_words(words, "--cell", architecture,
                   [&options](std::string_view name, const std::string& value) {
                     if (name != kForgetBias) return false;
                     options.forget_bias = forget_bias_in(value);
                     return true;
                   });
  if (architecture.activations[1] != CellActivations{}) {
    throw Error(ErrorCode::usage, {.where = "--cell",
                                   .what = "both directions use the same activations",
                                   .expected = "no word with reverse-",
                                   .got = "one",
                                   .hint = "remove reverse-"});
  }
  options.cell = architecture.cell;
  options.activations = architecture.activations[0];
  options.residual = architecture.residual;
  options.learned_state = architecture.learned_state;
}

std::string cell_option_help() {
  std::string text = "Options for --cell, separated by commas:\n";
  const auto line = [&text](std::string_view word, std::string_view meaning) {
    text += fmt::format("  {:<24}{}\n", word, meaning);
  };
  for (const CellWord& word : all_cell_words()) line(word.word, word.meaning);
  line("forget-bias=X", "initial bias of the forget gate [1]");
  return text + "  NAME is one of " + names_of<Activation>() + "\n";
}

}  // namespace sluice::cli
