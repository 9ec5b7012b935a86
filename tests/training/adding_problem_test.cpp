// The adding problem (Hochreiter and Schmidhuber 1997): of 100 random numbers two are marked, one
// in each half, and the answer at the end is their sum. Who answers with the mean is wrong by 1/6
// (squared); a network must hold the first number for 50 steps and more to do better.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "training/losses.hpp"
#include "training/small_trainer.hpp"

namespace sluice::training {
namespace {

constexpr std::size_t kSteps = 100;

class AddingProblem {
 public:
  AddingProblem(std::size_t batch, std::uint64_t seed)
      : random_(seed), x_(batch * kSteps * 2), sums_(batch) {}

  void draw() {
    for (std::size_t sample = 0; sample < sums_.size(); ++sample) {
      float* x = x_.data() + sample * kSteps * 2;
      for (std::size_t t = 0; t < kSteps; ++t) {
        x[2 * t] = static_cast<float>(random_.uniform());
        x[2 * t + 1] = 0.0f;
      }
      const std::size_t early = random_.below(kSteps / 2);
      const std::size_t late = kSteps / 2 + random_.below(kSteps / 2);
      x[2 * early + 1] = x[2 * late + 1] = 1.0f;
      sums_[sample] = x[2 * early] + x[2 * late];
    }
  }

  void fill(network::Tape& tape, std::size_t first) const {
    for (std::size_t t = 0; t < kSteps; ++t) {
      for (std::size_t b = 0; b < tape.batch(); ++b) {
        std::copy_n(x_.data() + ((first + b) * kSteps + t) * 2, 2, tape.x(t, b));
      }
    }
  }

  /// The mean squared error's share of this slice, of the last step alone.
  double score(network::Tape& tape, std::size_t first) const {
    const auto batch = static_cast<float>(sums_.size());
    double sum = 0.0;
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const std::span d_y(tape.d_y(kSteps - 1, b), 1);
      sum += 2.0 * add_loss({}, std::span(tape.y(kSteps - 1, b), 1),
                            std::span(sums_).subspan(first + b, 1), d_y);
      d_y[0] *= 2.0f / batch;
    }
    return sum / batch;
  }

 private:
  Random random_;
  std::vector<float> x_;  // [B, T, number and mark]
  std::vector<float> sums_;
};

class Learner {
 public:
  explicit Learner(std::size_t threads)
      : trainer_({.architecture = {.input = 2, .hidden = {32}, .output = 1},
                  .steps = kSteps,
                  .slices = 2,
                  .rate = 1e-2,
                  .seed = 1,
                  .threads = threads}),
        training_(trainer_.batch(), 5),
        fresh_(trainer_.batch(), 7) {}

  double step() {
    training_.draw();
    return trainer_.step(fill(training_), score(training_));
  }

  /// The mean squared error on sequences that no training has seen.
  double fresh_error() {
    double sum = 0.0;
    for (int i = 0; i < 8; ++i) {
      fresh_.draw();
      sum += trainer_.evaluate(fill(fresh_), score(fresh_));
    }
    return sum / 8;
  }

  const SmallTrainer& trainer() const { return trainer_; }

 private:
  static SmallTrainer::Fill fill(const AddingProblem& of) {
    return [&of](network::Tape& tape, std::size_t first) { of.fill(tape, first); };
  }
  static SmallTrainer::Score score(const AddingProblem& of) {
    return [&of](network::Tape& tape, std::size_t first) { return of.score(tape, first); };
  }

  SmallTrainer trainer_;
  AddingProblem training_, fresh_;
};

TEST(AddingProblem, IsLearnt) {
  Learner learner(2);
  double error = 1.0;
  int updates = 0;
  while (updates < 4000 && error >= 0.01) {
    for (int i = 0; i < 50; ++i, ++updates) learner.step();
    error = learner.fresh_error();
  }
  std::printf("mean squared error %.4f after %d updates, by the mean alone 0.1667\n", error,
              updates);
  EXPECT_LT(error, 0.01);
}

TEST(SmallTrainer, GivesTheSameBitsOnAnyNumberOfThreads) {
  Learner one(1), two(2), three(3);
  for (int i = 0; i < 3; ++i) {
    const double loss = one.step();
    EXPECT_EQ(two.step(), loss);
    EXPECT_EQ(three.step(), loss);
  }
  for (std::size_t j = 0; j < one.trainer().parameters().size(); ++j) {
    ASSERT_EQ(two.trainer().parameters()[j], one.trainer().parameters()[j]);
    ASSERT_EQ(three.trainer().parameters()[j], one.trainer().parameters()[j]);
  }
}

}  // namespace
}  // namespace sluice::training
