// The embedded Reber grammar: the last symbol but one repeats the second, and can be known from it
// alone; all others follow from a few steps before.
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/symbols.hpp"
#include "experiments/task.hpp"

namespace sluice::experiments {
namespace {

constexpr std::string_view kSymbols = "BTPSXVE";
constexpr std::size_t kLongest = 64;  // Longer strings, about one in a million, are drawn again.

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
  std::vector<std::string> legal;  ///< Which symbols may stand at each place.

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

// Whether each legal symbol's score is above each other's.
bool ranked(const float* y, const std::string& legal) {
  float lowest_legal = std::numeric_limits<float>::infinity(), highest_other = -lowest_legal;
  for (std::size_t j = 0; j < kSymbols.size(); ++j) {
    if (legal.find(kSymbols[j]) != std::string::npos) {
      lowest_legal = std::min(lowest_legal, y[j]);
    } else {
      highest_other = std::max(highest_other, y[j]);
    }
  }
  return lowest_legal > highest_other;
}

class EmbeddedReber final : public Task {
 public:
  explicit EmbeddedReber(std::size_t batch) : drawn_(batch) {}

  std::size_t inputs() const override { return kSymbols.size(); }
  std::size_t outputs() const override { return kSymbols.size(); }
  std::size_t steps() const override { return kLongest; }
  double baseline() const override { return std::numeric_limits<double>::quiet_NaN(); }

  void draw(Random& random) override {
    for (Sentence& sentence : drawn_) {
      do {
        sentence = draw_sentence(random);
      } while (sentence.symbols.size() > kLongest);
    }
  }

  // The last symbol is followed by nothing: it is not fed.
  void fill(engine::Activations& activations, std::size_t first) const override {
    std::vector<std::size_t> lengths(activations.batch());
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::string& symbols = drawn_[first + b].symbols;
      lengths[b] = symbols.size() - 1;
      for (std::size_t t = 0; t < lengths[b]; ++t) {
        write_one_hot(activations.x(t, b), kSymbols.size(), kSymbols.find(symbols[t]));
      }
    }
    activations.set_lengths(lengths);
  }

  double score(engine::Activations& activations, std::size_t first) const override {
    const double weight = 1.0 / static_cast<double>(drawn_.size());
    double sum = 0.0;
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::string& symbols = drawn_[first + b].symbols;
      for (std::size_t t = 0; t + 1 < symbols.size(); ++t) {
        sum += score_symbol(activations, t, b, kSymbols.size(), kSymbols.find(symbols[t + 1]),
                            static_cast<float>(weight));
      }
    }
    return sum * weight;
  }

  std::size_t wrong(engine::Activations& activations, std::size_t first) const override {
    std::size_t count = 0;
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const Sentence& sentence = drawn_[first + b];
      bool right = true;
      for (std::size_t t = 0; t + 1 < sentence.symbols.size(); ++t) {
        right = right && ranked(activations.y(t, b), sentence.legal[t + 1]);
      }
      count += right ? 0 : 1;
    }
    return count;
  }

 private:
  std::vector<Sentence> drawn_;
};

}  // namespace

std::unique_ptr<Task> embedded_reber(std::size_t batch) {
  return std::make_unique<EmbeddedReber>(batch);
}

}  // namespace sluice::experiments
