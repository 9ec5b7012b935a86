// The embedded Reber grammar (Hochreiter and Schmidhuber 1997): predict the next symbol of a
// string. The last symbol but one repeats the second, so it can only be known by holding that one
// through the whole string between them; all others follow from a few steps before.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "training/losses.hpp"
#include "training/small_trainer.hpp"

namespace sluice::training {
namespace {

constexpr std::string_view kSymbols = "BTPSXVE";
constexpr std::size_t kLongest = 40;  // longer strings, which are rare, are not drawn

struct Arrow {
  char symbol;
  std::size_t to;
};
// Reber's graph (1967), from state 0 to state 7.
const std::vector<std::vector<Arrow>> kGraph = {{{'B', 1}},
                                                {{'T', 2}, {'P', 3}},
                                                {{'S', 2}, {'X', 4}},
                                                {{'T', 3}, {'V', 5}},
                                                {{'X', 3}, {'S', 6}},
                                                {{'P', 4}, {'V', 6}},
                                                {{'E', 7}}};

struct Sentence {
  std::string symbols;
  std::vector<std::string> legal;  ///< At each place but the first, which symbols may stand there.

  void add(char symbol, std::string choices) {
    symbols += symbol;
    legal.push_back(std::move(choices));
  }
};

Sentence draw_sentence(Random& random) {
  Sentence sentence;
  sentence.add('B', "B");
  const char memory = "TP"[random.below(2)];
  sentence.add(memory, "TP");
  for (std::size_t state = 0; state < kGraph.size();) {
    std::string choices;
    for (const Arrow& arrow : kGraph[state]) choices += arrow.symbol;
    const Arrow& arrow = kGraph[state][random.below(kGraph[state].size())];
    sentence.add(arrow.symbol, choices);
    state = arrow.to;
  }
  sentence.add(memory, std::string(1, memory));
  sentence.add('E', "E");
  return sentence;
}

class Sentences {
 public:
  Sentences(std::size_t batch, std::uint64_t seed) : random_(seed), drawn_(batch) {}

  void draw() {
    for (Sentence& sentence : drawn_) {
      do {
        sentence = draw_sentence(random_);
      } while (sentence.symbols.size() > kLongest);
    }
  }

  /// One-hot symbols, zeros behind the end.
  void fill(network::Tape& tape, std::size_t first) const {
    for (std::size_t t = 0; t < tape.steps(); ++t) {
      for (std::size_t b = 0; b < tape.batch(); ++b) {
        std::fill_n(tape.x(t, b), kSymbols.size(), 0.0f);
        const std::string& symbols = drawn_[first + b].symbols;
        if (t < symbols.size()) tape.x(t, b)[kSymbols.find(symbols[t])] = 1.0f;
      }
    }
  }

  /// The cross-entropy of every next symbol, by the number of strings.
  double score(network::Tape& tape, std::size_t first) const {
    const auto scale = 1.0f / static_cast<float>(drawn_.size());
    double sum = 0.0;
    for (std::size_t t = 0; t < tape.steps(); ++t) {
      for (std::size_t b = 0; b < tape.batch(); ++b) {
        const std::string& symbols = drawn_[first + b].symbols;
        const bool inside = t + 1 < symbols.size();
        const long next = inside ? static_cast<long>(kSymbols.find(symbols[t + 1])) : -1;
        const std::span d_y(tape.d_y(t, b), kSymbols.size());
        sum += add_cross_entropy(std::span(tape.y(t, b), kSymbols.size()), next, d_y);
        for (float& d : d_y) d *= scale;
      }
    }
    return sum * scale;
  }

  /// How many of the slice's strings have, at every place, all legal symbols above all others.
  double right(network::Tape& tape, std::size_t first) const {
    std::size_t count = 0;
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const Sentence& sentence = drawn_[first + b];
      bool all = true;
      for (std::size_t t = 0; t + 1 < sentence.symbols.size(); ++t) {
        all = all && ranked(tape.y(t, b), sentence.legal[t + 1]);
      }
      count += all ? 1 : 0;
    }
    return static_cast<double>(count);
  }

 private:
  static bool ranked(const float* y, const std::string& legal) {
    float lowest_legal = 1e30f, highest_other = -1e30f;
    for (std::size_t j = 0; j < kSymbols.size(); ++j) {
      if (legal.find(kSymbols[j]) != std::string::npos) {
        lowest_legal = std::min(lowest_legal, y[j]);
      } else {
        highest_other = std::max(highest_other, y[j]);
      }
    }
    return lowest_legal > highest_other;
  }

  Random random_;
  std::vector<Sentence> drawn_;
};

TEST(EmbeddedReberGrammar, IsDrawnByItsRules) {
  Random random(3);
  bool both[2] = {false, false};
  for (int i = 0; i < 200; ++i) {
    const Sentence sentence = draw_sentence(random);
    const std::string& symbols = sentence.symbols;
    ASSERT_EQ(symbols.size(), sentence.legal.size());
    ASSERT_GE(symbols.size(), 9u);
    EXPECT_EQ(symbols[1], symbols[symbols.size() - 2]);
    EXPECT_EQ(symbols.back(), 'E');
    both[symbols[1] == 'T'] = true;
  }
  EXPECT_TRUE(both[0] && both[1]);
}

TEST(EmbeddedReberGrammar, IsLearnt) {
  SmallTrainer trainer(
      {.architecture = {.input = kSymbols.size(), .hidden = {16}, .output = kSymbols.size()},
       .steps = kLongest,
       .slices = 2,
       .rate = 1e-2,
       .seed = 1});
  Sentences training(trainer.batch(), 5);
  const auto bind = [](const Sentences& of, auto member) {
    return
        [&of, member](network::Tape& tape, std::size_t first) { return (of.*member)(tape, first); };
  };
  // Of 256 strings that no training has seen, those with every place right.
  const auto right_of_256 = [&](std::uint64_t seed) {
    Sentences fresh(trainer.batch(), seed);
    double right = 0.0;
    for (std::size_t seen = 0; seen < 256; seen += trainer.batch()) {
      fresh.draw();
      right += trainer.evaluate(bind(fresh, &Sentences::fill), bind(fresh, &Sentences::right));
    }
    return right;
  };
  int updates = 0;
  const auto train = [&](int count) {
    for (const int end = updates + count; updates < end; ++updates) {
      training.draw();
      trainer.step(bind(training, &Sentences::fill), bind(training, &Sentences::score));
    }
  };
  while (updates < 4000 && right_of_256(7) < 256.0) train(50);
  train(updates);  // as much again: the strings that ended the search are not those that judge
  const double right = right_of_256(9);
  std::printf("%.0f of 256 strings right after %d updates\n", right, updates);
  EXPECT_EQ(right, 256.0);
}

}  // namespace
}  // namespace sluice::training
