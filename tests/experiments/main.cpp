// The program `experiments`: runs learning experiments and prints what docs/experiments.md records.
//   experiments [--quick] [--list] [--threads N] [--seed N] [NAME..]
// Exit status 1 where one of --quick was not learnt, 2 for wrong usage.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/experiment.hpp"

namespace sluice::experiments {
namespace {

struct Arguments {
  bool quick = false;
  bool list = false;
  std::size_t threads = 2;
  std::optional<std::uint64_t> seed;  ///< This one alone.
  std::vector<std::string_view> names;
};

template <typename Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Arguments> parse(const std::vector<std::string_view>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--quick") {
      arguments.quick = true;
    } else if (words[i] == "--list") {
      arguments.list = true;
    } else if (words[i] == "--threads" && i + 1 < words.size()) {
      if (!read(words[++i], arguments.threads) || arguments.threads == 0) return std::nullopt;
    } else if (words[i] == "--seed" && i + 1 < words.size()) {
      std::uint64_t seed = 0;
      if (!read(words[++i], seed)) return std::nullopt;
      arguments.seed = seed;
    } else if (words[i].substr(0, 1) == "-") {
      return std::nullopt;
    } else {
      arguments.names.push_back(words[i]);
    }
  }
  return arguments;
}

// One row of the table; answers whether it was learnt.
bool run_and_print(const Experiment& experiment, std::uint64_t seed, std::size_t threads) {
  const Outcome outcome = run(experiment, seed, threads);
  std::printf("| %s | %llu | %s | %zu | %zu | %.6f | %.4f | %zu | %.1f |\n",
              std::string(experiment.name).c_str(), static_cast<unsigned long long>(seed),
              outcome.learnt ? "yes" : "no", outcome.updates, outcome.sequences, outcome.loss,
              outcome.baseline, outcome.wrong, outcome.seconds);
  std::fflush(stdout);
  return outcome.learnt;
}

// Those that are named, or all; none where a name is not among them.
std::optional<std::vector<Experiment>> chosen(const Arguments& arguments) {
  const std::vector<Experiment>& all = arguments.quick ? quick() : recorded();
  if (arguments.names.empty()) return all;
  std::vector<Experiment> found;
  for (const std::string_view name : arguments.names) {
    const auto it = std::find_if(all.begin(), all.end(), [&](const Experiment& experiment) {
      return experiment.name == name;
    });
    if (it == all.end()) {
      std::fprintf(stderr, "experiments: there is no \"%s\"; --list says what there is\n",
                   std::string(name).c_str());
      return std::nullopt;
    }
    found.push_back(*it);
  }
  return found;
}

int run_all(const Arguments& arguments) {
  const std::optional<std::vector<Experiment>> experiments = chosen(arguments);
  if (!experiments) return 2;
  if (arguments.list) {
    for (const Experiment& e : *experiments) std::printf("%s\n", std::string(e.name).c_str());
    return 0;
  }
  std::printf(
      "| experiment | seed | learnt | updates | sequences | loss | baseline | wrong of %zu | s |\n"
      "|---|---|---|---|---|---|---|---|---|\n",
      kJudged);
  bool learnt = true;
  for (const Experiment& experiment : *experiments) {
    const std::vector<std::uint64_t> seeds =
        arguments.seed ? std::vector<std::uint64_t>{*arguments.seed} : experiment.seeds;
    for (const std::uint64_t seed : seeds) {
      learnt = run_and_print(experiment, seed, arguments.threads) && learnt;
    }
  }
  return arguments.quick && !learnt ? 1 : 0;
}

}  // namespace
}  // namespace sluice::experiments

int main(int argc, char** argv) {
  const std::optional<sluice::experiments::Arguments> arguments =
      sluice::experiments::parse({argv + 1, argv + argc});
  if (!arguments) {
    std::fputs("usage: experiments [--quick] [--list] [--threads N] [--seed N] [NAME..]\n", stderr);
    return 2;
  }
  try {
    return sluice::experiments::run_all(*arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "experiments: %s\n", error.what());
    return 2;
  }
}
