// Many samples are run in groups, each through all its steps, on one thread or several: a sample
// has the bits that it has alone, wherever it lies in the caller's arrays.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/threads.hpp"
#include "engine/engine_run.hpp"
#include "engine/run.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t kSteps = 40, kBatch = 147, kInputs = 3;

struct Layout {
  std::string name;
  bool time_first = false, lengths = false, left_padded = false, mask = false, state = false;

  std::size_t row(std::size_t sample, std::size_t step) const {
    return time_first ? step * kBatch + sample : sample * kSteps + step;
  }
};

std::vector<Layout> layouts() {
  return {{.name = "batch first"},
          {.name = "time first", .time_first = true, .state = true},
          {.name = "lengths", .lengths = true, .state = true},
          {.name = "time first, lengths, mask", .time_first = true, .lengths = true, .mask = true},
          {.name = "left padded", .lengths = true, .left_padded = true},
          {.name = "left padded, mask", .lengths = true, .left_padded = true, .mask = true}};
}

// Of several groups each: of 64 samples at most, with layer norm of 16.
std::vector<Architecture> architectures() {
  std::vector<Architecture> all(3, {.input = kInputs, .hidden = {9, 5}, .output = 2});
  all[1].direction = Direction::both;
  all[1].output = 0;
  all[2].cell.layer_norm = LayerNorm::ba;
  all[2].cell.projection = 4;
  all[2].learned_state = true;
  return all;
}

struct Result {
  std::vector<float> y;
  State state;
  bool operator==(const Result& other) const {
    return y == other.y && state.h == other.state.h && state.c == other.state.c;
  }
};

// One sample's part of h or c of all samples.
std::vector<float> of_sample(const Architecture& architecture, const std::vector<float>& all,
                             bool cell, std::size_t sample) {
  std::vector<float> one;
  auto from = all.begin();
  for (std::size_t layer = 0; layer < (all.empty() ? 0 : architecture.layers()); ++layer) {
    const auto width =
        static_cast<std::ptrdiff_t>(cell ? architecture.hidden[layer] : architecture.state(layer));
    for (std::size_t d = 0; d < architecture.directions(); ++d, from += kBatch * width) {
      const auto row = from + static_cast<std::ptrdiff_t>(sample) * width;
      one.insert(one.end(), row, row + width);
    }
  }
  return one;
}

class Many {
 public:
  Many(const Architecture& architecture, Layout layout)
      : network_(architecture), layout_(std::move(layout)) {
    Random random(5);
    network_.set_parameters(random_parameters(architecture, random));
    const auto draw = [&](std::vector<float>& values, std::size_t count) {
      for (std::size_t n = 0; n < count; ++n) values.push_back(static_cast<float>(random.normal()));
    };
    draw(x_, kBatch * kSteps * kInputs);
    for (std::size_t b = 0; b < kBatch; ++b)
      lengths_.push_back(b % 50 == 3 ? 0 : random.below(kSteps + 1));
    for (std::size_t n = 0; n < kBatch * kSteps; ++n) mask_.push_back(random.uniform() < 0.8);
    if (!layout_.state) return;
    draw(before_.h, kBatch * state_width(architecture, false));
    draw(before_.c, kBatch * state_width(architecture, true));
  }

  Result together(std::size_t threads) const {
    ThreadPool pool(threads);
    Sequences given{.x = x_,
                    .batch = kBatch,
                    .steps = kSteps,
                    .time_first = layout_.time_first,
                    .left_padded = layout_.left_padded,
                    .pool = &pool};
    if (layout_.lengths) given.lengths = lengths_;
    if (layout_.mask) given.mask = mask_;
    Result result{std::vector<float>(kBatch * kSteps * width(), -7.0f), before_};
    run(network_, given, result.state, result.y);
    return result;
  }

  // The rows and the state of a sample after a run of all of them.
  Result part(const Result& of_all, std::size_t sample) const {
    Result one{{}, state_of(of_all.state, sample)};
    for (std::size_t t = 0; t < kSteps; ++t) {
      const auto row = of_all.y.begin() + layout_.row(sample, t) * width();
      one.y.insert(one.y.end(), row, row + width());
    }
    return one;
  }

  // The steps that it runs, alone, and where they stand; zeros elsewhere.
  Result alone(std::size_t sample) const {
    const std::size_t length = layout_.lengths ? lengths_[sample] : kSteps;
    const std::size_t first = layout_.left_padded ? kSteps - length : 0;
    std::vector<float> x;
    std::vector<std::uint8_t> mask;
    for (std::size_t t = first; t < first + length; ++t) {
      const auto row = x_.begin() + layout_.row(sample, t) * kInputs;
      x.insert(x.end(), row, row + kInputs);
      mask.push_back(mask_[layout_.row(sample, t)]);
    }
    if (!layout_.mask) mask.clear();
    Result one{{}, state_of(before_, sample)};
    const std::vector<float> y =
        run(network_, {.x = x, .batch = 1, .steps = length, .mask = mask}, one.state);
    one.y.assign(kSteps * width(), 0.0f);
    std::copy(y.begin(), y.end(), one.y.begin() + first * width());
    return one;
  }

 private:
  std::size_t width() const { return network_.architecture().width(); }
  State state_of(const State& all, std::size_t sample) const {
    return {of_sample(network_.architecture(), all.h, false, sample),
            of_sample(network_.architecture(), all.c, true, sample)};
  }

  Network network_;
  Layout layout_;
  std::vector<float> x_;
  std::vector<std::size_t> lengths_;
  std::vector<std::uint8_t> mask_;
  State before_;
};

TEST(Groups, GiveEverySampleTheBitsThatItHasAlone) {
  for (const Architecture& architecture : architectures()) {
    for (const Layout& layout : layouts()) {
      SCOPED_TRACE(layout.name);
      const Many many(architecture, layout);
      const Result all = many.together(1);
      for (std::size_t sample = 0; sample < kBatch; ++sample)
        ASSERT_TRUE(many.part(all, sample) == many.alone(sample)) << "sample " << sample;
    }
  }
}

TEST(Groups, OnSeveralThreadsGiveTheSameBits) {
  for (const Architecture& architecture : architectures()) {
    for (const Layout& layout : layouts()) {
      const Many many(architecture, layout);
      const Result all = many.together(1);
      // Twenty: more than there are groups.
      for (const std::size_t threads : {2, 3, 20})
        EXPECT_TRUE(many.together(threads) == all) << layout.name << ", " << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace sluice::engine
