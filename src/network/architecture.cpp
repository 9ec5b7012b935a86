#include "network/architecture.hpp"

#include <cmath>
#include <numeric>

#include "core/random.hpp"
#include "sluice/error.hpp"

namespace sluice::network {

std::vector<Parameter> parameter_list(const Architecture& architecture) {
  std::vector<Parameter> list;
  std::size_t offset = 0;
  const auto add = [&](std::string name, std::vector<std::size_t> shape, Initialiser initialiser,
                       std::size_t hidden) {
    const std::size_t count =
        std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    list.push_back({std::move(name), std::move(shape), initialiser, hidden, offset, count});
    offset += count;
  };
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    const std::size_t hidden = architecture.hidden[layer];
    const std::string suffix = "_l" + std::to_string(layer);
    add("weight_ih" + suffix, {4 * hidden, architecture.layer_input(layer)},
        Initialiser::uniform_hidden, hidden);
    add("weight_hh" + suffix, {4 * hidden, hidden}, Initialiser::uniform_hidden, hidden);
    if (architecture.biases >= 1)
      add("bias_ih" + suffix, {4 * hidden}, Initialiser::forget_one, hidden);
    if (architecture.biases >= 2) add("bias_hh" + suffix, {4 * hidden}, Initialiser::zeros, hidden);
  }
  if (architecture.output > 0) {
    const std::size_t hidden = architecture.hidden.back();
    add("head.weight", {architecture.output, hidden}, Initialiser::uniform_hidden, hidden);
    add("head.bias", {architecture.output}, Initialiser::zeros, hidden);
  }
  return list;
}

std::size_t parameter_count(const std::vector<Parameter>& list) {
  return list.empty() ? 0 : list.back().offset + list.back().count;
}

void check(const Architecture& architecture) {
  const auto refuse = [](const char* what, const char* expected, std::size_t got) {
    throw Error(
        ErrorCode::usage,
        {.where = "architecture", .what = what, .expected = expected, .got = std::to_string(got)});
  };
  constexpr std::size_t kLargest = 1 << 20;
  if (architecture.input == 0 || architecture.input > kLargest) {
    refuse("bad number of inputs", "1 to 1048576", architecture.input);
  }
  for (const std::size_t hidden : architecture.hidden) {
    if (hidden == 0 || hidden > kLargest) refuse("bad hidden size", "1 to 1048576", hidden);
  }
  if (architecture.output > kLargest)
    refuse("bad number of outputs", "at most 1048576", architecture.output);
  if (architecture.biases > 2)
    refuse("bad number of bias vectors", "0, 1 or 2", architecture.biases);
  if (architecture.layers() == 0) refuse("no layers", "at least 1", 0);
}

std::vector<float> initial_parameters(const Architecture& architecture, std::uint64_t seed,
                                      bool zero_head) {
  const std::vector<Parameter> list = parameter_list(architecture);
  std::vector<float> values(parameter_count(list), 0.0f);
  Random random(seed);
  for (const Parameter& parameter : list) {
    float* first = values.data() + parameter.offset;
    if (parameter.initialiser == Initialiser::uniform_hidden) {
      const bool zero = zero_head && parameter.name == "head.weight";
      const double bound = zero ? 0.0 : 1.0 / std::sqrt(static_cast<double>(parameter.hidden));
      for (std::size_t j = 0; j < parameter.count; ++j)
        first[j] = static_cast<float>(random.uniform(-bound, bound));
    } else if (parameter.initialiser == Initialiser::forget_one) {
      for (std::size_t j = 0; j < parameter.hidden; ++j) first[parameter.hidden + j] = 1.0f;
    }
  }
  return values;
}

}  // namespace sluice::network
