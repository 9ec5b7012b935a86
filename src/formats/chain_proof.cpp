#include "formats/chain_proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "formats/activation_guess.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

double largest_of(const std::vector<float>& values) {
  double largest = 0.0;
  for (const float value : values) {
    const double size = std::abs(static_cast<double>(value));
    if (!(size <= largest)) largest = std::isnan(size) ? HUGE_VAL : size;
  }
  return largest;
}

Error unproved(const std::string& path, const Sample& sample, const std::string& got,
               const std::string& hint) {
  return Error(ErrorCode::model,
               {.where = path,
                .what = fmt::format("its answer to {} is not {}", sample.x_path, sample.y_path),
                .expected = fmt::format("a difference of at most {:g} of the largest y, {:.3g}",
                                        Difference::kTolerance, largest_of(sample.y)),
                .got = got,
                .hint = hint});
}

std::string difference_text(const std::optional<Difference>& difference) {
  return difference ? fmt::format("{:.3g}", difference->largest) : "other shapes";
}

}  // namespace

std::optional<Difference> difference(const engine::Network& network, const Sample& sample) {
  const Architecture& architecture = network.architecture();
  std::optional<Difference> best;
  for (const Reading& reading : readings(architecture.input, architecture.width(), sample)) {
    const double largest = distance(answer(network, sample, reading), sample.y);
    if (best && best->largest <= largest) continue;
    best = Difference{largest, largest_of(sample.y), reading.last_step, reading.time_first};
  }
  return best;
}

Difference prove(const engine::Network& network, const Sample& sample, const std::string& path) {
  const std::optional<Difference> found = difference(network, sample);
  if (found && found->proved()) return *found;
  const Architecture& architecture = network.architecture();
  throw unproved(path, sample,
                 found ? fmt::format("a difference of {:.3g}", found->largest)
                       : fmt::format("{} for {} inputs and {} outputs", shapes_text(sample),
                                     architecture.input, architecture.width()),
                 "is it the whole model, in eval() mode, and x as it was given?");
}

ProvenNetwork proven_network(const SafeTensors& file, const std::string& path, ChainRequest request,
                             const Sample& sample) {
  request.proved = true;
  const std::vector<Chain> all = chains(file, path, request);
  std::vector<std::string> tried;
  std::string explained;
  std::optional<ProvenNetwork> proven;
  for (const Chain& chain : all) {
    engine::Network network = network_of(chain, file, path);
    const std::optional<Difference> found = difference(network, sample);
    if (found && found->proved()) {
      if (proven) {
        throw unproved(path, sample,
                       fmt::format("{} as well as {}", proven->made.chain.text, chain.text),
                       "the sample does not tell them apart: take random numbers for x");
      }
      proven.emplace(ProvenNetwork{{std::move(network), chain}, *found});
      continue;
    }
    tried.push_back(fmt::format("{} for {}", difference_text(found), chain.text));
    if (explained.empty() && !proven) explained = guess_activation(chain, file, path, sample);
  }
  if (proven) return std::move(*proven);
  throw unproved(path, sample, fmt::format("{}", fmt::join(tried, "; ")),
                 explained.empty()
                     ? "another module is involved, the model was not in eval() mode, "
                       "or x is not what it was given; an ONNX export of the whole "
                       "model runs as it is"
                     : explained);
}

}  // namespace sluice::formats
