// Temporal order: which two symbols came, and in which order, long ago and among distractors.
#include <cmath>
#include <span>
#include <vector>

#include "core/elementary.hpp"
#include "experiments/symbols.hpp"
#include "experiments/task.hpp"

namespace sluice::experiments {
namespace {

// Inputs: four distractors, the two symbols, and those that begin and end a sequence.
constexpr std::size_t kDistractors = 4, kX = 4, kBegin = 6, kEnd = 7, kInputs = 8;
constexpr std::size_t kClasses = 4;
constexpr double kTolerance = 0.3;

struct Sequence {
  std::vector<std::size_t> symbols;
  std::size_t answer = 0;
};

class TemporalOrder final : public Task {
 public:
  TemporalOrder(std::size_t length, std::size_t batch) : length_(length), drawn_(batch) {}

  std::size_t inputs() const override { return kInputs; }
  std::size_t outputs() const override { return kClasses; }
  std::size_t steps() const override { return length_ + length_ / 10; }
  double baseline() const override { return std::log(2.0); }

  void draw(Random& random) override {
    for (Sequence& sequence : drawn_) {
      const std::size_t tenth = length_ / 10;
      sequence.symbols.resize(length_ + random.below(tenth + 1));
      for (std::size_t& symbol : sequence.symbols) symbol = random.below(kDistractors);
      const std::size_t first = random.below(2), second = random.below(2);
      sequence.symbols[tenth + random.below(tenth + 1)] = kX + first;
      sequence.symbols[5 * tenth + random.below(tenth + 1)] = kX + second;
      sequence.symbols.front() = kBegin;
      sequence.symbols.back() = kEnd;
      sequence.answer = 2 * first + second;
    }
  }

  void fill(engine::Activations& activations, std::size_t first) const override {
    std::vector<std::size_t> lengths(activations.batch());
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::vector<std::size_t>& symbols = drawn_[first + b].symbols;
      lengths[b] = symbols.size();
      for (std::size_t t = 0; t < symbols.size(); ++t) {
        write_one_hot(activations.x(t, b), kInputs, symbols[t]);
      }
    }
    activations.set_lengths(lengths);
  }

  double score(engine::Activations& activations, std::size_t first) const override {
    const double weight = 1.0 / static_cast<double>(drawn_.size());
    double sum = 0.0;
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const Sequence& sequence = drawn_[first + b];
      const std::size_t end = sequence.symbols.size() - 1;
      for (std::size_t t = 0; t < end; ++t) std::fill_n(activations.d_y(t, b), kClasses, 0.0f);
      sum +=
          score_symbol(activations, end, b, kClasses, sequence.answer, static_cast<float>(weight));
    }
    return sum * weight;
  }

  std::size_t wrong(engine::Activations& activations, std::size_t first) const override {
    std::size_t count = 0;
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const Sequence& sequence = drawn_[first + b];
      const float* y = activations.y(sequence.symbols.size() - 1, b);
      if (!near(std::span(y, kClasses), sequence.answer)) ++count;
    }
    return count;
  }

 private:
  // Whether every output of the softmax is within the tolerance of its target.
  static bool near(std::span<const float> y, std::size_t answer) {
    double all = 0.0;
    for (const float value : y) all += exponential(double{value} - double{y[answer]});
    bool right = true;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const double probability = exponential(double{y[j]} - double{y[answer]}) / all;
      right = right && std::abs(probability - (j == answer ? 1.0 : 0.0)) < kTolerance;
    }
    return right;
  }

  std::size_t length_;
  std::vector<Sequence> drawn_;
};

}  // namespace

std::unique_ptr<Task> temporal_order(std::size_t length, std::size_t batch) {
  return std::make_unique<TemporalOrder>(length, batch);
}

}  // namespace sluice::experiments
