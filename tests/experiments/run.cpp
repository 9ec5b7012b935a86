// One experiment, from one seed.
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

#include "core/random.hpp"
#include "experiments/experiment.hpp"
#include "forecasting/small_trainer.hpp"

namespace sluice::experiments {
namespace {

using forecasting::SmallTrainer;

class Runner {
 public:
  Runner(const Experiment& experiment, std::uint64_t seed, std::size_t threads)
      : task_(experiment.task(experiment.slices * SmallTrainer::kSlice)),
        trainer_({.architecture = architecture_of(experiment, *task_),
                  .steps = task_->steps(),
                  .slices = experiment.slices,
                  .rate = experiment.rate,
                  .seed = seed,
                  .threads = threads,
                  .forget_bias = experiment.forget_bias}),
        training_(mix64(seed)) {}

  void train(std::size_t updates) {
    for (std::size_t i = 0; i < updates; ++i) {
      task_->draw(training_);
      trainer_.step(fill(), score());
    }
  }

  struct Answers {
    double loss;
    std::size_t wrong;
  };
  /// The same sequences each time, for the same seed.
  Answers answers(std::size_t sequences, std::uint64_t seed) {
    Random random(seed);
    const std::size_t batches = sequences / trainer_.batch();
    double loss = 0.0, wrong = 0.0;
    for (std::size_t i = 0; i < batches; ++i) {
      task_->draw(random);
      // Each slice writes its own place; the trainer adds up one of the two.
      wrong +=
          trainer_.evaluate(fill(), [this](engine::Activations& activations, std::size_t first) {
            return static_cast<double>(task_->wrong(activations, first));
          });
      loss += trainer_.evaluate(fill(), score());
    }
    return {loss / static_cast<double>(batches), static_cast<std::size_t>(wrong)};
  }

  const Task& task() const { return *task_; }
  std::span<const float> parameters() const { return trainer_.parameters(); }
  std::size_t batch() const { return trainer_.batch(); }

 private:
  SmallTrainer::Fill fill() {
    return [this](engine::Activations& activations, std::size_t first) {
      task_->fill(activations, first);
    };
  }
  SmallTrainer::Score score() {
    return [this](engine::Activations& activations, std::size_t first) {
      return task_->score(activations, first);
    };
  }

  std::unique_ptr<Task> task_;
  SmallTrainer trainer_;
  Random training_;
};

constexpr std::uint64_t kCheckSeed = 1'000'003, kJudgeSeed = 2'000'003;

}  // namespace

Architecture architecture_of(const Experiment& experiment, const Task& task) {
  return {.input = task.inputs(),
          .hidden = {experiment.units},
          .output = task.outputs(),
          .cell = experiment.cell};
}

Outcome run(const Experiment& experiment, std::uint64_t seed, std::size_t threads) {
  const auto start = std::chrono::steady_clock::now();
  Runner runner(experiment, seed, threads);
  Outcome outcome{};
  while (!outcome.learnt && outcome.updates < experiment.updates) {
    runner.train(experiment.check_every);
    outcome.updates += experiment.check_every;
    outcome.learnt = runner.answers(kChecked, kCheckSeed).wrong <= experiment.wrong_allowed;
  }
  const Runner::Answers judged = runner.answers(kJudged, kJudgeSeed);
  outcome.sequences = outcome.updates * runner.batch();
  outcome.loss = judged.loss;
  outcome.wrong = judged.wrong;
  outcome.baseline = runner.task().baseline();
  outcome.parameters.assign(runner.parameters().begin(), runner.parameters().end());
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

}  // namespace sluice::experiments
