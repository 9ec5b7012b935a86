// ArrayTrainer::fit: epochs over sequences of the caller's, with validation and early stopping.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "sluice/error.hpp"
#include "training/array_trainer.hpp"

namespace sluice::training {

// The epochs of one fit(): sequence order, batches, and the best weights so far.
class ArrayTrainer::Epochs {
 public:
  Epochs(ArrayTrainer& trainer, NetworkSource network, const Batch& data, const FitOptions& options,
         const Batch* validation)
      : trainer_(trainer),
        source_(network),
        data_(data),
        options_(options),
        batch_(std::min(options.batch, data.batch)),
        validation_(validation),
        all_steps_(steps_of(data, trainer.architecture_.input)),
        chunk_(trainer.options_.bptt > 0 ? std::min(trainer.options_.bptt, all_steps_)
                                         : all_steps_),
        random_(mix64(trainer.options_.seed + 1)),
        schedule_(schedule()) {}

  FitResult run() {
    for (std::size_t epoch = 1; epoch <= options_.epochs; ++epoch) {
      try {
        if (!one(epoch)) break;
      } catch (...) {
        restore();
        throw;
      }
    }
    restore();
    return result_;
  }

 private:
  // A cosine falls over the updates that all epochs will make, by the first one's batches.
  ScheduleOptions schedule() const {
    ScheduleOptions schedule = trainer_.options_.schedule;
    if (schedule.kind != ScheduleKind::cosine || schedule.steps > 0) return schedule;
    Random random = random_;
    std::size_t passes = 0;
    for (const std::vector<std::size_t>& chosen : batches(random))
      passes += (longest(chosen) + chunk_ - 1) / chunk_;
    const std::size_t gathered = trainer_.options_.accumulate;
    schedule.steps =
        std::max<std::size_t>(1, options_.epochs * ((passes + gathered - 1) / gathered));
    return schedule;
  }

  std::size_t longest(const std::vector<std::size_t>& chosen) const {
    std::size_t steps = 0;
    for (const std::size_t sequence : chosen) steps = std::max(steps, length(sequence));
    return steps;
  }

  std::size_t length(std::size_t sequence) const {
    return data_.lengths.empty() ? all_steps_ : data_.lengths[sequence];
  }

  // The sequences of an epoch, in batches.
  std::vector<std::vector<std::size_t>> batches(Random& random) const {
    std::vector<std::size_t> order(data_.batch);
    for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
    const auto shuffle = [&random](auto& items) {
      for (std::size_t n = items.size(); n > 1; --n)
        std::swap(items[n - 1], items[random.below(n)]);
    };
    if (options_.shuffle) shuffle(order);
    const bool bucketed = options_.bucket && !data_.lengths.empty();
    if (bucketed) sort_buckets(order);
    std::vector<std::vector<std::size_t>> all;
    for (std::size_t first = 0; first < order.size(); first += batch_) {
      const std::size_t last = std::min(order.size(), first + batch_);
      all.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                       order.begin() + static_cast<std::ptrdiff_t>(last));
    }
    if (bucketed && options_.shuffle) shuffle(all);
    return all;
  }

  // Sorts by length within groups of batches: lengths in a batch are similar, yet batches differ
  // between epochs.
  void sort_buckets(std::vector<std::size_t>& order) const {
    constexpr std::size_t kBatches = 16;
    for (std::size_t first = 0; first < order.size(); first += kBatches * batch_) {
      const std::size_t last = std::min(order.size(), first + kBatches * batch_);
      std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(first),
                       order.begin() + static_cast<std::ptrdiff_t>(last),
                       [this](std::size_t a, std::size_t b) { return length(a) > length(b); });
    }
  }

  // Trains one epoch; returns the mean loss over its rows, each measured before its update.
  double train() {
    network_ = &source_();
    LossSum all;
    for (const std::vector<std::size_t>& chosen : batches(random_)) {
      const std::size_t end = longest(chosen);
      State state;
      for (std::size_t first = 0; first < end; first += chunk_) {
        rate_ = schedule_.rate(trainer_.steps() - first_update_);
        const BatchView view(data_, trainer_.architecture_.input, chosen, first, chunk_);
        LossSum sum;
        trainer_.run(*network_, view, state, rate_, sum);
        all.add(sum);
        if (first + chunk_ < end) state = trainer_.carried(chosen.size());
      }
    }
    trainer_.update_with_what_is_left(*network_, rate_);
    return trainer_.mean(all);
  }

  // Runs one epoch; returns whether another should follow.
  static void expect_finite(double loss, const char* where) {
    if (std::isfinite(loss)) return;
    throw Error(std::isnan(loss) ? ErrorCode::data : ErrorCode::diverged,
                {.where = where,
                 .what = "there is no loss to go by",
                 .expected = "a finite loss, of 1 row or more that has a target",
                 .got = std::to_string(loss),
                 .hint = "look for NaN in x, and for targets that are all missing"});
  }

  bool one(std::size_t epoch) {
    const double loss = train();
    expect_finite(loss, "data");
    result_.epochs = epoch;
    double validation = std::numeric_limits<double>::quiet_NaN();
    if (validation_ != nullptr) {
      validation = trainer_.loss(*network_, *validation_);
      expect_finite(validation, "validation");
      schedule_.observe(validation);
    }
    const bool better =
        validation_ == nullptr || result_.best_epoch == 0 || validation < result_.validation;
    if (better) {
      result_.best_epoch = epoch;
      result_.loss = loss;
      result_.validation = validation;
      if (validation_ != nullptr)
        best_.assign(network_->parameters().begin(), network_->parameters().end());
    }
    if (options_.progress && !options_.progress({.epoch = epoch,
                                                 .epochs = options_.epochs,
                                                 .loss = loss,
                                                 .validation = validation,
                                                 .best = result_.validation,
                                                 .rate = rate_})) {
      result_.end = FitEnd::stopped_by_caller;
      return false;
    }
    if (validation_ != nullptr && options_.patience > 0 &&
        epoch - result_.best_epoch >= options_.patience) {
      result_.end = FitEnd::no_longer_better;
      return false;
    }
    return true;
  }

  void restore() {
    trainer_.last_ = nullptr;
    if (!best_.empty()) source_().set_parameters(best_);
  }

  ArrayTrainer& trainer_;
  NetworkSource source_;
  engine::Network* network_ = nullptr;
  const Batch& data_;
  const FitOptions& options_;
  std::size_t batch_;
  const Batch* validation_;
  std::size_t all_steps_, chunk_;
  Random random_;
  Schedule schedule_;
  const std::size_t first_update_ = trainer_.steps();
  double rate_ = 0.0;
  std::vector<float> best_;
  FitResult result_;
};

FitResult ArrayTrainer::fit(NetworkSource network, const Batch& data, const FitOptions& options,
                            const Batch* validation) {
  check(data);
  check_schedule(validation != nullptr);
  if (validation != nullptr) check(*validation);
  const auto refuse_field = [](const char* field, const char* what, const char* expected) {
    throw Error(ErrorCode::usage, {.where = field, .what = what, .expected = expected});
  };
  constexpr std::size_t kMostEpochs = 1'000'000'000;
  if (options.epochs == 0 || options.epochs > kMostEpochs)
    refuse_field("fit options, epochs", "out of its range", "1 to 1000000000");
  if (options.batch == 0) refuse_field("fit options, batch", "no sequences", "1 or more");
  if (data.carry_on || !data.initial.h.empty() || !data.initial.c.empty())
    refuse_field("data", "fit() starts every sequence from the initial state",
                 "no carry_on and no initial");
  return Epochs(*this, network, data, options, validation).run();
}

}  // namespace sluice::training
