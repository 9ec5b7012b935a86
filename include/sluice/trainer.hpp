// Trains a model on arrays: step by step, or over epochs with validation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "sluice/loss.hpp"
#include "sluice/model.hpp"
#include "sluice/optimizer.hpp"

namespace sluice {

/// Which steps of a sequence carry a loss.
enum class JudgedSteps {
  every,
  last,  ///< The last one of each sequence alone: to classify it, or to forecast once.
};

/// B sequences of T steps with what they should give, in arrays of the caller's, which must stay as
/// they are during a call. Where a shape says T or 1, it is T with JudgedSteps::every and 1 with
/// JudgedSteps::last.
struct Batch {
  /// [B, T, I], or [T, B, I] where time_first.
  std::span<const float> x;
  std::size_t batch = 0;  ///< B
  bool time_first = false;
  /// [B, T or 1, K] in x's order; K is O, or O over the levels of Loss::levels. NaN: missing.
  std::span<const float> targets = {};
  /// cross_entropy: [B, T or 1] the class, 0 to O - 1; below 0: missing.
  std::span<const std::int32_t> labels = {};
  JudgedSteps judged = JudgedSteps::every;
  /// [B, T or 1], 0 or more: how much a row's loss counts. Empty: all alike.
  std::span<const float> weights = {};
  /// [B], 0 to T; empty: all T. Later steps are not run, and nothing there is read.
  std::span<const std::size_t> lengths = {};
  /// [B, T] in x's order; 0: the step is skipped, its state carried over it, and it carries no
  /// loss (but where it is the last and JudgedSteps::last: its y is that of the state carried).
  std::span<const std::uint8_t> mask = {};
  /// Where the sequences start; empty: the initial state.
  State initial = {};
  /// The sequences go on from the state in which those of the step before ended (of the same B):
  /// truncated back-propagation through time, by hand.
  bool carry_on = false;
};

/// One sequence's outputs, for a loss of the caller's.
struct OwnLossCall {
  const Batch& data;       ///< Of step() or loss(), or the data or the validation of fit().
  std::size_t sequence;    ///< Its number in `data`.
  std::size_t first_step;  ///< Of these outputs in the sequence; above 0 with `bptt` alone.
  std::size_t steps;       ///< With those that a mask skips, whose y is that of the state carried.
  std::span<const float> y;  ///< [steps, O]
  std::span<float> d_y;      ///< [steps, O] to be filled with d loss / d y; zeros at first.
};
/// Answers the loss of one sequence; a batch's is the mean over its sequences. Called from the
/// trainer's threads, for several sequences at once; must not throw.
using OwnLoss = std::function<double(const OwnLossCall&)>;

struct TrainerOptions {
  Loss loss = {};
  /// Takes the place of `loss`; targets, labels and weights are then not read by the trainer.
  OwnLoss own_loss = nullptr;
  OptimizerOptions optimizer = {};
  /// cosine falls over its `steps`; fit() takes its own number of steps where they are 0, and
  /// begins the schedule anew at each call. plateau needs the validation of fit().
  ScheduleOptions schedule = {};
  /// The gradient's 2-norm is scaled down to this. An LSTM's explodes now and then; infinity:
  /// never.
  double clip = 1.0;
  /// Batches whose gradients add up to one update: the mean over all their rows, as one larger
  /// batch would give it. fit() ends each epoch with an
  /// update of what is left.
  std::size_t accumulate = 1;
  /// fit(): steps through which a gradient flows; longer sequences are trained chunk by chunk with
  /// their state carried, with an update after each. 0: whole sequences.
  std::size_t bptt = 0;
  /// Activations are recomputed in the backward pass instead of kept: the same bits, less memory, a
  /// third more time. Not with a reverse direction.
  bool recompute = false;
  std::uint64_t seed = 1;   ///< Of dropout, of the other noise, and of fit()'s order.
  std::size_t threads = 1;  ///< The bits do not depend on it.
};

struct StepResult {
  double loss = 0.0;           ///< The mean before the update; NaN where no row carried a loss.
  double gradient_norm = 0.0;  ///< Before clipping; 0 without an update.
  /// Whether the parameters changed: not while `accumulate` waits for more batches, nor where no
  /// row carried a loss.
  bool updated = true;
};

struct FitProgress {
  std::size_t epoch;   ///< From 1.
  std::size_t epochs;  ///< The most that there can be.
  double loss;         ///< Mean training loss over the epoch's rows, each before its update.
  double validation;   ///< Loss on the validation sequences after it; NaN without.
  double best;         ///< The lowest `validation` so far; NaN without.
  double rate;         ///< The learning rate of the epoch's last update.
};

struct FitOptions {
  std::size_t epochs = 10;
  std::size_t batch = 32;  ///< Sequences of an update.
  bool shuffle = true;     ///< Anew for each epoch, by the trainer's seed.
  /// Sequences of about one length share a batch, so that few steps are padding. Only where the
  /// data have lengths.
  bool bucket = true;
  /// With validation: epochs without a better loss on it before training stops. 0: it does not.
  std::size_t patience = 10;
  /// Told after each epoch; false: training stops.
  std::function<bool(const FitProgress&)> progress = nullptr;
};

enum class FitEnd { all_epochs, no_longer_better, stopped_by_caller };

struct FitResult {
  std::size_t epochs = 0;  ///< That were run.
  std::size_t best_epoch =
      0;  ///< Whose weights the model now has: the best on validation, or the last.
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< Training loss of that epoch.
  double validation =
      std::numeric_limits<double>::quiet_NaN();  ///< Loss on validation; NaN without.
  FitEnd end = FitEnd::all_epochs;
};

/// Owns the model that it trains. Moves, does not copy; belongs to one thread at a time. The same
/// model, options and batches give the same bits, for any number of threads.
///
///     sluice::Trainer trainer(sluice::Model::create({.input = 2, .hidden = {64}, .output = 1}));
///     for (const sluice::Batch& batch : batches) trainer.step(batch);
///     trainer.model().save("adding.safetensors");
class Trainer {
 public:
  /// Throws Error(usage) for an option out of its range, naming it, for a model whose weights are
  /// float16 or int8, and for threads that the system does not start.
  explicit Trainer(Model model, const TrainerOptions& options = {});
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  /// One batch forward and back and, every `accumulate` batches, an update. Throws Error(shape)
  /// where arrays do not fit, Error(usage) for a carry_on after other sequences and for a
  /// cosine schedule without steps, and Error(diverged) where the loss or the gradient is not
  /// finite; the parameters are then what they were before the call.
  StepResult step(const Batch& batch);
  /// The loss of a batch as step() gives it, but without dropout and other noise; changes nothing.
  double loss(const Batch& batch) const;
  /// Trains on `data`, a batch of all sequences; `carry_on` and `initial` must be left out. With
  /// validation the best weights on it are kept. Throws as step(); the model then has the best
  /// weights so far.
  FitResult fit(const Batch& data, const FitOptions& options = {},
                const Batch* validation = nullptr);

  std::size_t steps() const noexcept;  ///< Updates so far.
  /// As it is now; a reference to it stays valid as long as the trainer does, and shows its weights
  /// after each update.
  const Model& model() const noexcept;
  /// Takes the model out; nothing may be called afterwards.
  Model release() &&;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
