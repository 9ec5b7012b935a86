// The implementation of sluice::Trainer: trains a network on the caller's arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/function_ref.hpp"
#include "core/threads.hpp"
#include "engine/mini_batch.hpp"
#include "engine/network.hpp"
#include "sluice/trainer.hpp"
#include "training/batch_view.hpp"
#include "training/optimizer.hpp"
#include "training/row_loss.hpp"

namespace sluice::training {

/// Gives the network to be changed.
using NetworkSource = FunctionRef<engine::Network&()>;

/// The network is passed to each call and must always be the same one, though its address may
/// change.
class ArrayTrainer {
 public:
  /// Throws Error(usage) for an option out of its range.
  ArrayTrainer(const Architecture& architecture, const TrainerOptions& options);

  StepResult step(engine::Network& network, const Batch& batch);
  double loss(const engine::Network& network, const Batch& batch) const;
  /// `network` is called before each epoch: what the caller's callback made of the model in between
  /// keeps its weights.
  FitResult fit(NetworkSource network, const Batch& data, const FitOptions& options,
                const Batch* validation);
  std::size_t steps() const { return optimizer_.steps(); }

 private:
  // Activations for batches of one shape.
  struct Room {
    std::size_t steps, batch;
    std::unique_ptr<engine::MiniBatch> mini_batch;
  };
  class Epochs;

  Judge judge() const;
  void check(const Batch& batch) const { training::check(batch, judge()); }
  void check_schedule(bool validates) const;
  engine::MiniBatch& room_for(std::size_t steps, std::size_t batch);
  State carried(std::size_t batch);
  std::uint64_t noise_seed() const;
  // Forward and backward pass of one batch, with an update if one is due.
  StepResult run(engine::Network& network, const BatchView& batch, const State& start, double rate,
                 LossSum& sum);
  void set_up(engine::MiniBatch& mini_batch, const BatchView& batch, const State& start) const;
  LossSum pass(const engine::Network& network, engine::MiniBatch& mini_batch,
               const BatchView& batch);
  void fill_x(engine::MiniBatch& mini_batch, const BatchView& batch, std::size_t sample) const;
  LossSum find_loss(engine::MiniBatch& mini_batch, const BatchView& batch,
                    std::size_t sample) const;
  LossSum find_own_loss(engine::MiniBatch& mini_batch, const BatchView& batch,
                        std::size_t sample) const;
  double mean(const LossSum& sum) const;
  double update(engine::Network& network, double rate);
  void update_with_what_is_left(engine::Network& network, double rate);
  [[noreturn]] void give_up(engine::Network& network, double loss, double norm);

  Architecture architecture_;
  TrainerOptions options_;
  RowLoss row_loss_;
  mutable ThreadPool pool_;
  Schedule schedule_;
  Optimizer optimizer_;
  std::vector<Room> rooms_;            // most recently used last
  engine::MiniBatch* last_ = nullptr;  // holds the state that the next batch may continue from
  std::vector<float> gradient_;
  LossSum gathered_;  // of the batches since the last update
  std::size_t batches_ = 0, waiting_ = 0;
};

}  // namespace sluice::training
