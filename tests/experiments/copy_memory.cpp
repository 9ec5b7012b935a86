// Copy memory: some symbols, a long wait, then the same symbols again.
#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/symbols.hpp"
#include "experiments/task.hpp"

namespace sluice::experiments {
namespace {

constexpr std::size_t kLetters = 8, kBlank = 8, kCall = 9;         // what a step may hold
constexpr std::size_t kInputs = kCall + 1, kOutputs = kBlank + 1;  // the call is never an answer

class CopyMemory final : public Task {
 public:
  CopyMemory(std::size_t kept, std::size_t delay, std::size_t batch)
      : kept_(kept), delay_(delay), letters_(batch * kept) {}

  std::size_t inputs() const override { return kInputs; }
  std::size_t outputs() const override { return kOutputs; }
  std::size_t steps() const override { return delay_ + 2 * kept_; }
  double baseline() const override {
    return static_cast<double>(kept_) * std::log(static_cast<double>(kLetters)) /
           static_cast<double>(steps());
  }

  void draw(Random& random) override {
    for (std::size_t& letter : letters_) letter = random.below(kLetters);
  }

  void fill(engine::Activations& activations, std::size_t first) const override {
    for (std::size_t t = 0; t < steps(); ++t) {
      for (std::size_t b = 0; b < activations.batch(); ++b) {
        write_one_hot(activations.x(t, b), kInputs, given(t, first + b));
      }
    }
  }

  double score(engine::Activations& activations, std::size_t first) const override {
    const std::size_t scored = letters_.size() / kept_ * steps();
    const double weight = 1.0 / static_cast<double>(scored);
    double sum = 0.0;
    for (std::size_t t = 0; t < steps(); ++t) {
      for (std::size_t b = 0; b < activations.batch(); ++b) {
        sum += score_symbol(activations, t, b, kOutputs, asked(t, first + b),
                            static_cast<float>(weight));
      }
    }
    return sum * weight;
  }

  std::size_t wrong(engine::Activations& activations, std::size_t first) const override {
    std::size_t count = 0;
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      bool right = true;
      for (std::size_t t = delay_ + kept_; t < steps(); ++t) {
        const float* y = activations.y(t, b);
        const auto best = static_cast<std::size_t>(std::max_element(y, y + kOutputs) - y);
        right = right && best == asked(t, first + b);
      }
      count += right ? 0 : 1;
    }
    return count;
  }

 private:
  std::size_t given(std::size_t t, std::size_t sample) const {
    if (t < kept_) return letters_[sample * kept_ + t];
    return t == kept_ + delay_ - 1 ? kCall : kBlank;
  }
  std::size_t asked(std::size_t t, std::size_t sample) const {
    return t < kept_ + delay_ ? kBlank : letters_[sample * kept_ + t - kept_ - delay_];
  }

  std::size_t kept_, delay_;
  std::vector<std::size_t> letters_;  // [B, kept]
};

}  // namespace

std::unique_ptr<Task> copy_memory(std::size_t kept, std::size_t delay, std::size_t batch) {
  return std::make_unique<CopyMemory>(kept, delay, batch);
}

}  // namespace sluice::experiments
