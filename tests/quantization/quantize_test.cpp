// Networks with smaller weights: what becomes of the parameters, and what runs over int8 weights
// compute, against whole numbers and doubles written out here.
#include "quantization/quantize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/half.hpp"
#include "engine/engine_run.hpp"
#include "engine/network.hpp"
#include "engine/run.hpp"
#include "kernels/row_weights.hpp"
#include "sluice/error.hpp"

namespace sluice::quantization {
namespace {

using engine::check_int8;
using engine::Doubles;
using engine::is_matrix;
using engine::Network;
using engine::random_parameters;
using engine::scale_count;
using kernels::WeightType;

const Architecture kStack{.input = 3, .hidden = {13, 7}, .output = 2, .biases = 2};

Network random_network(const Architecture& architecture,
                       const kernels::KernelTable& table = kernels::chosen()) {
  Random random(61);
  Network network(architecture, table);
  network.set_parameters(random_parameters(architecture, random));
  return network;
}

std::vector<float> random_rows(std::size_t count) {
  Random random(67);
  std::vector<float> x(count);
  for (float& value : x) value = static_cast<float>(random.normal());
  return x;
}

TEST(Storage, HalvesAreRoundedAndTheRestIsLeft) {
  Architecture architecture = kStack;
  architecture.cell.projection = 5;
  architecture.cell.peephole = true;
  const Network network = random_network(architecture), halves = to_f16(network);
  EXPECT_EQ(halves.storage().weights, WeightType::f16);
  for (const Parameter& parameter : network.list()) {
    // Of the head too; told by their names, not by what the code under test says of them.
    const bool matrix = parameter.name.find("weight") != std::string::npos;
    std::size_t changed = 0;
    for (std::size_t n = parameter.offset; n < parameter.offset + parameter.count; ++n) {
      const float before = network.parameters()[n], after = halves.parameters()[n];
      changed += before != after;
      EXPECT_EQ(after, matrix ? from_half(to_half(before)) : before);
    }
    EXPECT_EQ(changed > 0, matrix) << parameter.name;
  }
}

TEST(Storage, ARowBecomesWholeNumbersOfWhichTheLargestIs127) {
  const Network network = random_network(kStack), whole = to_int8(network, {.largest_input = 1.0f});
  EXPECT_EQ(whole.storage().scales.size(), scale_count(network.list()));
  const float* scale = whole.storage().scales.data();
  for (const Parameter& parameter : network.list()) {
    const std::size_t inner = is_matrix(parameter.role) ? parameter.shape[1] : parameter.count;
    for (std::size_t row = 0; row < parameter.count / inner; ++row) {
      const float* before = network.parameters().data() + parameter.offset + row * inner;
      const float* after = whole.parameters().data() + parameter.offset + row * inner;
      if (!is_matrix(parameter.role)) {
        EXPECT_TRUE(std::equal(before, before + inner, after)) << parameter.name;
        continue;
      }
      float largest = 0.0f;
      for (std::size_t k = 0; k < inner; ++k) {
        EXPECT_LE(std::abs(after[k] - before[k]), 0.5001f * *scale) << parameter.name;
        const float number = kernels::whole_number(after[k], *scale);
        EXPECT_EQ(after[k], number * *scale);
        largest = std::max(largest, std::abs(number));
      }
      EXPECT_EQ(largest, 127.0f) << parameter.name;
      ++scale;
    }
  }
}

TEST(Storage, ARowOfZerosStaysOne) {
  Network network = random_network(kStack);
  std::vector<float> values(network.parameters().begin(), network.parameters().end());
  std::fill_n(values.begin(), 3, 0.0f);
  network.set_parameters(values);
  const Network whole = to_int8(network, {.largest_input = 1.0f});
  EXPECT_EQ(whole.storage().scales[0], 0.0f);
  EXPECT_EQ(whole.parameters()[1], 0.0f);
  EXPECT_NE(whole.parameters()[3], 0.0f);
}

TEST(Storage, NewParametersAreFloatsAgain) {
  const Network network = random_network(kStack);
  const std::vector<float> x = random_rows(5 * 3);
  State a, b;
  Network other = to_int8(network, {.largest_input = 2.0f});
  other.set_parameters(network.parameters());
  EXPECT_EQ(other.storage().weights, WeightType::f32);
  EXPECT_EQ(run(other, {.x = x, .batch = 1, .steps = 5}, a),
            run(network, {.x = x, .batch = 1, .steps = 5}, b));
}

// Whether the call is refused with these words.
template <class Call>
bool refused(const Call& call, const char* words) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(error.what()).find(words) != std::string::npos;
  }
  return false;
}

TEST(Storage, RefusesWhatItCannotKeep) {
  const Network network = random_network(kStack);
  EXPECT_TRUE(refused([&] { to_f16(to_f16(network)); }, "smaller already"));
  EXPECT_TRUE(refused([&] { to_int8(to_f16(network), {.largest_input = 1.0f}); }, "got f16"));
  Architecture with = kStack;
  with.cell.peephole = true;
  EXPECT_TRUE(refused([&] { to_int8(random_network(with), {.largest_input = 1.0f}); },
                      "store them as f16"));
  const Network wide({.input = 4097, .hidden = {1}});
  EXPECT_TRUE(refused([&] { to_int8(wide, {.largest_input = 1.0f}); }, "at most 4096"));
  Network large = random_network(kStack);
  std::vector<float> values(large.parameters().begin(), large.parameters().end());
  values[1] = 65520.0f;
  large.set_parameters(values);
  EXPECT_TRUE(refused([&] { to_f16(large); }, "'weight_ih_l0'"));
  EXPECT_EQ(to_int8(large, {.largest_input = 1.0f}).storage().weights, WeightType::int8);
}

double sigma(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// A row [inner] as the whole numbers that the kernels see, times what one of them is.
Doubles seen(const Doubles& x, double largest) {
  const double step = largest / kernels::kActivationSteps;
  Doubles out;
  for (const double value : x)
    out.push_back(step * std::nearbyint(std::clamp(value / step, -32767.0, 32767.0)));
  return out;
}

double product(const float* weights, const Doubles& x) {
  double sum = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += static_cast<double>(weights[k]) * x[k];
  return sum;
}

// y [T, O] of x [T, I] from zeros, in doubles.
Doubles run_seen(const Network& network, std::span<const float> x, double largest) {
  const Architecture& architecture = network.architecture();
  std::vector<Doubles> h, c;
  for (const std::size_t hidden : architecture.hidden) {
    h.emplace_back(hidden);
    c.emplace_back(hidden);
  }
  Doubles y;
  for (std::size_t t = 0; t < x.size() / architecture.input; ++t) {
    Doubles in(x.begin() + static_cast<long>(t * architecture.input),
               x.begin() + static_cast<long>((t + 1) * architecture.input));
    in = seen(in, largest);
    for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
      const std::size_t hidden = architecture.hidden[layer];
      const Doubles before = seen(h[layer], 1.0);
      const float* w = network.tensor(Role::weight_ih, layer);
      const float* r = network.tensor(Role::weight_hh, layer);
      for (std::size_t j = 0; j < hidden; ++j) {
        double a[4];
        for (std::size_t gate = 0; gate < 4; ++gate) {
          const std::size_t n = gate * hidden + j;
          a[gate] = product(w + n * in.size(), in) + product(r + n * hidden, before) +
                    network.tensor(Role::bias_ih, layer)[n] +
                    network.tensor(Role::bias_hh, layer)[n];
        }
        c[layer][j] = sigma(a[1]) * c[layer][j] + sigma(a[0]) * std::tanh(a[2]);
        h[layer][j] = sigma(a[3]) * std::tanh(c[layer][j]);
      }
      in = seen(h[layer], 1.0);
    }
    for (std::size_t n = 0; n < architecture.output; ++n) {
      y.push_back(network.tensor(Role::head_bias, 0)[n] +
                  product(network.tensor(Role::head_weight, 0) + n * h.back().size(), h.back()));
    }
  }
  return y;
}

TEST(Storage, RunsOverInt8AreThoseOfWhatTheKernelsSee) {
  constexpr std::size_t kSteps = 50;
  const std::vector<float> x = random_rows(kSteps * 3);
  for (const kernels::KernelTable& table : kernels::available()) {
    const Network network = random_network(kStack, table);
    for (const float largest : {1.5f, 0.05f}) {  // the second is less than h is
      const Network whole = to_int8(network, {.largest_input = largest});
      State state;
      const std::vector<float> y = run(whole, {.x = x, .batch = 1, .steps = kSteps}, state);
      const Doubles expected = run_seen(whole, x, largest);
      // Where a float and a double are rounded apart, h differs by one of its 32767 steps.
      for (std::size_t n = 0; n < y.size(); ++n)
        ASSERT_NEAR(y[n], expected[n], 6e-5) << table.name << ", value " << n;
    }
  }
}

TEST(Storage, RunsOverInt8AreTheSameInAnyBatchWithAnyEndAndInParts) {
  constexpr std::size_t kSteps = 70, kBatch = 3;
  const std::vector<float> x = random_rows(kBatch * kSteps * 3);
  const std::vector<std::size_t> lengths = {70, 0, 31};
  const Network whole = to_int8(random_network(kStack), {.largest_input = 2.0f});
  State state;
  const std::vector<float> y =
      run(whole, {.x = x, .batch = kBatch, .steps = kSteps, .lengths = lengths}, state);
  for (std::size_t b = 0; b < kBatch; ++b) {
    State alone;
    std::vector<float> parts;
    for (std::size_t first = 0; first < lengths[b]; first += 23) {
      const std::size_t count = std::min<std::size_t>(23, lengths[b] - first);
      const std::vector<float> part =
          run(whole,
              {.x = std::span(x).subspan((b * kSteps + first) * 3, count * 3),
               .batch = 1,
               .steps = count},
              alone);
      parts.insert(parts.end(), part.begin(), part.end());
    }
    parts.resize(kSteps * 2);  // zeros past the end
    EXPECT_TRUE(
        std::equal(parts.begin(), parts.end(), y.begin() + static_cast<long>(b * kSteps * 2)))
        << "sample " << b;
    for (std::size_t j = 0; j < (alone.h.empty() ? 0u : 13u); ++j) {
      EXPECT_EQ(alone.h[j], state.h[b * 13 + j]);
      EXPECT_EQ(alone.c[j], state.c[b * 13 + j]);
    }
  }
}

}  // namespace
}  // namespace sluice::quantization
