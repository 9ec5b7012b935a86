// The program `adding_gradient`: trains an LSTM and a simple RNN on the adding problem and prints
// how far back the gradient of the answer reaches in both, as CSV; the figures of docs/inside.md.
//   adding_gradient [--seed N] [--svg FILE]
// Exit status 1 where the LSTM has not learnt it, 2 for wrong usage.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "experiments/adding_inside.hpp"
#include "experiments/gradient_picture.hpp"

namespace sluice::experiments {
namespace {

constexpr std::uint64_t kSequencesSeed = 77;
constexpr std::size_t kMostUpdates = 5000;

struct Arguments {
  std::uint64_t seed = 2;
  std::string svg;
};

std::optional<Arguments> parse(const std::vector<std::string_view>& words) {
  Arguments arguments;
  if (words.size() % 2 != 0) return std::nullopt;
  for (std::size_t n = 0; n < words.size(); n += 2) {
    const std::string_view value = words[n + 1];
    if (words[n] == "--svg") {
      arguments.svg = value;
    } else if (words[n] == "--seed") {
      const char* end = value.data() + value.size();
      const auto [at, error] = std::from_chars(value.data(), end, arguments.seed);
      if (error != std::errc() || at != end) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

// The first step back at which a curve is below 1e-6.
std::string vanished(const std::vector<double>& curve) {
  const auto at = std::find_if(curve.begin(), curve.end(), [](double v) { return v < 1e-6; });
  return at == curve.end() ? "nowhere" : fmt::format("{} steps back", at - curve.begin());
}

int run(const Arguments& arguments) {
  const TrainedAdding lstm = train_adding(CellKind::lstm, arguments.seed, kMostUpdates);
  const TrainedAdding rnn = train_adding(CellKind::rnn, arguments.seed, lstm.updates);
  const std::vector<double> factors =
      error_without_unit(lstm.network, marked_sequences(256, kSequencesSeed));
  const auto best = std::max_element(factors.begin(), factors.end());
  const auto unit = static_cast<std::size_t>(best - factors.begin());

  const std::vector<MarkedSequence> sequences = marked_sequences(64, kSequencesSeed + 1);
  std::size_t open = 0;
  float lowest = 1.0f;
  for (const MarkedSequence& sequence : sequences) {
    float here = 1.0f;
    for (const float f : forget_gate_between(lstm.network, sequence, unit))
      here = std::min(here, f);
    lowest = std::min(lowest, here);
    open += here > 0.95f ? 1 : 0;
  }
  const RelativeFlow trained = median_flow(lstm.network, sequences, unit);
  const RelativeFlow start = median_flow(lstm.start, sequences, unit);
  const RelativeFlow of_rnn = median_flow(rnn.network, sequences, 0);
  const RelativeFlow rnn_start = median_flow(rnn.start, sequences, 0);

  fmt::print(stderr,
             "seed {}: squared error {:.4f} of the LSTM after {} updates{}, {:.4f} of the RNN\n"
             "unit {}: without it the error is {:.0f} times as large; f > 0.95 between the marks "
             "in {} of {} sequences, at the lowest {:.4f}\n"
             "the RNN's gradient is below 1e-6 {}, before training {}\n",
             arguments.seed, lstm.error, lstm.updates, lstm.learnt ? "" : " (not learnt)",
             rnn.error, unit, *best, open, sequences.size(), lowest, vanished(of_rnn.d_h),
             vanished(rnn_start.d_h));
  for (const float forget_bias : {-2.0f, 1.0f, 5.0f}) {
    const engine::Network network = untrained_adding(arguments.seed, forget_bias);
    std::vector<double> all;
    all.reserve(sequences.size());
    for (const MarkedSequence& sequence : sequences)
      all.push_back(cell_gradient(network, sequence, 100));
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    fmt::print(stderr, "before training, forget bias {}: |dL/dc| 100 steps back {:.1e} to {:.1e}\n",
               forget_bias, *least, *most);
  }
  fmt::print("steps_back,lstm_d_c,lstm_d_c_start,lstm_d_h,lstm_d_h_start,rnn_d_h,rnn_d_h_start\n");
  for (std::size_t k = 0; k < kAddingSteps; ++k) {
    fmt::print("{},{:.3e},{:.3e},{:.3e},{:.3e},{:.3e},{:.3e}\n", k, trained.d_c[k], start.d_c[k],
               trained.d_h[k], start.d_h[k], of_rnn.d_h[k], rnn_start.d_h[k]);
  }
  if (!arguments.svg.empty()) {
    const std::string svg =
        gradient_svg("The gradient of the answer in the backward pass, relative to its start",
                     {{"LSTM, |dL/dc| of the best unit, trained", "median", trained.d_c},
                      {"simple RNN, |dL/dh|, trained", "actual", of_rnn.d_h},
                      {"the same unit before training", "median start", start.d_c},
                      {"the same RNN before training", "actual start", rnn_start.d_h}});
    write_file_atomically(arguments.svg, svg);
  }
  return lstm.learnt ? 0 : 1;
}

}  // namespace
}  // namespace sluice::experiments

int main(int argc, char** argv) {
  const std::optional<sluice::experiments::Arguments> arguments =
      sluice::experiments::parse({argv + 1, argv + argc});
  if (!arguments) {
    std::fputs("usage: adding_gradient [--seed N] [--svg FILE]\n", stderr);
    return 2;
  }
  try {
    return sluice::experiments::run(*arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "adding_gradient: %s\n", error.what());
    return 2;
  }
}
