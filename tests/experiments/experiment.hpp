// An experiment: a task, a network, how it is trained, when that stops. The list of them all, and
// what runs one. Everything is drawn from the seed; the number of threads changes no bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "experiments/task.hpp"
#include "sluice/cell_options.hpp"

namespace sluice::experiments {

/// Sequences of each check during training, and of the judgement after it: none of them is trained
/// on.
inline constexpr std::size_t kChecked = 512, kJudged = 2560;

struct Experiment {
  std::string_view name;
  std::function<std::unique_ptr<Task>(std::size_t batch)> task;
  std::size_t units;              ///< H
  double rate;                    ///< Adam's; the gradient's norm is clipped at 1.
  std::size_t updates;            ///< The most that are made.
  std::size_t slices = 2;         ///< B / 16
  std::size_t check_every = 100;  ///< Updates.
  std::size_t wrong_allowed = 0;  ///< Of a check's 512: learnt, stop.
  std::vector<std::uint64_t> seeds = {1, 2, 3};
  float forget_bias = 1.0f;  ///< At the start.
  CellOptions cell = {};
};

struct Outcome {
  bool learnt;            ///< Whether a check was passed.
  std::size_t updates;    ///< Made until then, or all.
  std::size_t sequences;  ///< Trained on.
  double loss;            ///< Of the sequences that judge.
  std::size_t wrong;      ///< Of these.
  double baseline;
  double seconds;
  std::vector<float> parameters;  ///< As they are then.
};

/// The network that an experiment trains on a task of its own.
Architecture architecture_of(const Experiment& experiment, const Task& task);

/// Trains from this seed until a check is passed or the updates are spent, then judges.
Outcome run(const Experiment& experiment, std::uint64_t seed, std::size_t threads);

/// The experiments of docs/experiments.md.
const std::vector<Experiment>& recorded();
/// Short ones that fail where the cell's memory is broken; each must be learnt.
const std::vector<Experiment>& quick();

}  // namespace sluice::experiments
