// A step of training on arrays (forward, loss, backward, clip, update) and, around it, the epochs
// of fit(): shuffling, bucketing by length, validation and early stopping.
#include "training/array_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/random.hpp"
#include "engine/run.hpp"
#include "sluice/error.hpp"

namespace sluice::training {
namespace {

constexpr std::size_t kRooms = 4;  // batch shapes whose activations are kept

[[noreturn]] void refuse(const char* option, const std::string& what, const std::string& expected,
                         const std::string& got) {
  throw Error(ErrorCode::usage, {.where = std::string("trainer options, ") + option,
                                 .what = what,
                                 .expected = expected,
                                 .got = got});
}

void check_number(const char* option, double value, double lowest, double end,
                  const char* expected) {
  if (value >= lowest && value < end) return;
  refuse(option, "out of its range", expected, std::to_string(value));
}

const TrainerOptions& checked(const TrainerOptions& options, const Architecture& architecture) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (options.own_loss == nullptr) check(options.loss, architecture.width());
  check(options.optimizer);
  check_number("schedule.rate", options.schedule.rate, 0.0, kInfinity,
               "a finite number, 0 or more");
  if (!(options.clip > 0.0))
    refuse("clip", "no bound", "above 0; infinity: none", std::to_string(options.clip));
  if (options.schedule.kind == ScheduleKind::plateau &&
      !(options.schedule.factor > 0.0 && options.schedule.factor < 1.0)) {
    refuse("schedule.factor", "out of its range", "above 0 and below 1",
           std::to_string(options.schedule.factor));
  }
  if (architecture.direction != Direction::forward && (options.recompute || options.bptt > 0)) {
    refuse(options.recompute ? "recompute" : "bptt", "a reverse direction needs all steps at once",
           "layers of the forward direction alone", "a reverse one");
  }
  if (options.accumulate == 0) refuse("accumulate", "no batches", "1 or more", "0");
  if (options.threads == 0) refuse("threads", "no threads", "1 or more", "0");
  return options;
}

}  // namespace

ArrayTrainer::ArrayTrainer(const Architecture& architecture, const TrainerOptions& options)
    : architecture_(architecture),
      options_(checked(options, architecture)),
      row_loss_(options_.loss),
      pool_(options_.threads),
      schedule_(options_.schedule),
      optimizer_(options_.optimizer, parameter_count(parameter_list(architecture))),
      gradient_(parameter_count(parameter_list(architecture)), 0.0f) {}

Judge ArrayTrainer::judge() const {
  return {architecture_.input, architecture_.width(),
          options_.own_loss ? nullptr : &row_loss_.loss()};
}

engine::MiniBatch& ArrayTrainer::room_for(std::size_t steps, std::size_t batch) {
  const auto found = std::find_if(rooms_.begin(), rooms_.end(), [&](const Room& room) {
    return room.steps == steps && room.batch == batch;
  });
  if (found != rooms_.end()) {
    std::rotate(found, found + 1, rooms_.end());
  } else {
    if (rooms_.size() == kRooms) rooms_.erase(rooms_.begin());
    const auto use = options_.recompute ? engine::Activations::Use::recompute
                                        : engine::Activations::Use::with_backward;
    rooms_.push_back({steps, batch,
                      std::make_unique<engine::MiniBatch>(architecture_, steps, batch, use,
                                                          architecture_.dropout > 0.0, pool_)});
  }
  return *rooms_.back().mini_batch;
}

State ArrayTrainer::carried(std::size_t batch) {
  if (last_ != nullptr && last_->batch() == batch) return last_->last_state(architecture_);
  throw Error(ErrorCode::usage,
              {.where = "batch, carry_on",
               .what = "there is no state to carry on from",
               .expected = "a step before over " + std::to_string(batch) + " sequences",
               .got = last_ == nullptr ? "none" : "one over " + std::to_string(last_->batch()),
               .hint = "start the first batch of new sequences without carry_on"});
}

std::uint64_t ArrayTrainer::noise_seed() const { return mix64(options_.seed ^ mix64(batches_)); }

void ArrayTrainer::check_schedule(bool validates) const {
  if (options_.schedule.kind != ScheduleKind::plateau || validates) return;
  refuse("schedule.kind", "a plateau is found on validation, and there is none",
         "fit() with validation, or another schedule", "plateau");
}

StepResult ArrayTrainer::step(engine::Network& network, const Batch& batch) {
  if (options_.schedule.kind == ScheduleKind::cosine && options_.schedule.steps == 0) {
    refuse("schedule.steps", "a cosine that falls over no steps",
           "the number of steps that there will be", "0");
  }
  check_schedule(false);
  check(batch);
  engine::check_state(batch.initial, architecture_, batch.batch, "batch, initial");
  const State start = batch.carry_on ? carried(batch.batch) : batch.initial;
  LossSum sum;
  return run(network, BatchView(batch, architecture_.input), start, schedule_.rate(steps()), sum);
}

StepResult ArrayTrainer::run(engine::Network& network, const BatchView& batch, const State& start,
                             double rate, LossSum& sum) {
  engine::MiniBatch& mini_batch = room_for(batch.steps(), batch.batch());
  last_ = nullptr;
  set_up(mini_batch, batch, start);
  network.drop_connections(noise_seed());
  sum = pass(network, mini_batch, batch);
  mini_batch.add_gradient(network, gradient_);
  gathered_.add(sum);
  ++batches_;
  StepResult result{.loss = mean(sum), .updated = ++waiting_ == options_.accumulate};
  if (sum.terms > 0.0 && !std::isfinite(result.loss)) give_up(network, result.loss, 0.0);
  if (result.updated) {
    waiting_ = 0;
    result.updated = gathered_.terms > 0.0;  // no row carried a loss: nothing to learn
  }
  if (result.updated) result.gradient_norm = update(network, rate);
  if (!result.updated && architecture_.cell.drop_connect > 0.0) network.pack(&pool_);
  last_ = &mini_batch;
  return result;
}

void ArrayTrainer::set_up(engine::MiniBatch& mini_batch, const BatchView& batch,
                          const State& start) const {
  mini_batch.reset();
  if (batch.ragged()) {
    std::vector<std::size_t> lengths;
    for (std::size_t b = 0; b < batch.batch(); ++b) lengths.push_back(batch.length(b));
    mini_batch.set_lengths(lengths);
  }
  if (!batch.data().mask.empty()) {
    std::vector<std::uint8_t> mask(batch.steps() * batch.batch(), 0);
    for (std::size_t b = 0; b < batch.batch(); ++b) {
      for (std::size_t t = 0; t < batch.length(b); ++t)
        mask[t * batch.batch() + b] = batch.data().mask[batch.row(t, b)];
    }
    mini_batch.set_mask(mask);
  }
  mini_batch.load_state(start, architecture_);
}

// Adds the gradient of the summed losses to the mini-batch's gradient.
LossSum ArrayTrainer::pass(const engine::Network& network, engine::MiniBatch& mini_batch,
                           const BatchView& batch) {
  const engine::Noise noise{.dropout = static_cast<float>(architecture_.dropout),
                            .seed = noise_seed()};
  std::vector<LossSum> sums(batch.batch());
  mini_batch.over_parts([&](engine::Activations& activations, const engine::Samples& samples) {
    mini_batch.within_part(samples.count(),
                           [&](std::size_t n) { fill_x(mini_batch, batch, samples.first + n); });
    engine::Noise of_part = noise;
    of_part.first_sample = samples.first;
    network.forward(activations, of_part);
    mini_batch.within_part(samples.count(), [&](std::size_t n) {
      const std::size_t sample = samples.first + n;
      sums[sample] = options_.own_loss ? find_own_loss(mini_batch, batch, sample)
                                       : find_loss(mini_batch, batch, sample);
    });
    network.backward_sums(activations);
  });
  LossSum all;
  for (const LossSum& sum : sums) all.add(sum);
  return all;
}

void ArrayTrainer::fill_x(engine::MiniBatch& mini_batch, const BatchView& batch,
                          std::size_t sample) const {
  const std::size_t inputs = architecture_.input;
  for (std::size_t t = 0; t < batch.length(sample); ++t) {
    std::copy_n(batch.data().x.data() + batch.row(t, sample) * inputs, inputs,
                mini_batch.x(t, sample));
  }
}

LossSum ArrayTrainer::find_loss(engine::MiniBatch& mini_batch, const BatchView& batch,
                                std::size_t sample) const {
  const std::size_t outputs = architecture_.width();
  std::vector<float> targets;
  LossSum sum;
  for (std::size_t t = 0; t < batch.steps(); ++t) {
    const std::span<float> d_y(mini_batch.d_y(t, sample), mini_batch.y_stride());
    std::fill(d_y.begin(), d_y.end(), 0.0f);
    if (t >= batch.length(sample) || !batch.judged(t, sample)) continue;
    sum.add(row_loss_.add(batch, t, sample, {mini_batch.y(t, sample), outputs}, d_y.first(outputs),
                          targets));
  }
  return sum;
}

LossSum ArrayTrainer::find_own_loss(engine::MiniBatch& mini_batch, const BatchView& batch,
                                    std::size_t sample) const {
  const std::size_t outputs = architecture_.width(), steps = batch.length(sample);
  std::vector<float> y(steps * outputs), d_y(steps * outputs, 0.0f);
  for (std::size_t t = 0; t < steps; ++t)
    std::copy_n(mini_batch.y(t, sample), outputs, y.data() + t * outputs);
  LossSum sum;
  if (steps > 0) {
    sum = {options_.own_loss({.data = batch.data(),
                              .sequence = batch.sequence(sample),
                              .first_step = batch.first(),
                              .steps = steps,
                              .y = y,
                              .d_y = d_y}),
           1.0};
  }
  for (std::size_t t = 0; t < batch.steps(); ++t) {
    std::fill_n(mini_batch.d_y(t, sample), mini_batch.y_stride(), 0.0f);
    if (t < steps) std::copy_n(d_y.data() + t * outputs, outputs, mini_batch.d_y(t, sample));
  }
  return sum;
}

double ArrayTrainer::mean(const LossSum& sum) const {
  const double factor = options_.own_loss ? 1.0 : row_loss_.factor();
  return factor * sum.loss / sum.terms;  // NaN where nothing was judged
}

// Updates by the mean gradient over all rows since the last update; returns the gradient's norm.
double ArrayTrainer::update(engine::Network& network, double rate) {
  const double factor = options_.own_loss ? 1.0 : row_loss_.factor();
  const double scale = gathered_.terms > 0.0 ? factor / gathered_.terms : 0.0;
  const double norm = scale * norm_of(gradient_, &pool_);
  if (!std::isfinite(norm)) give_up(network, mean(gathered_), norm);
  optimizer_.step(network.parameters(), gradient_, rate,
                  {.scale = scale * clip_factor(norm, options_.clip), .pool = &pool_});
  network.pack(&pool_);
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  gathered_ = {};
  return norm;
}

void ArrayTrainer::update_with_what_is_left(engine::Network& network, double rate) {
  waiting_ = 0;
  if (gathered_.terms > 0.0) update(network, rate);
}

void ArrayTrainer::give_up(engine::Network& network, double loss, double norm) {
  std::string where = "the gradient's norm";
  for (const Parameter& parameter : network.list()) {
    const auto part = std::span(gradient_).subspan(parameter.offset, parameter.count);
    if (std::all_of(part.begin(), part.end(), [](float d) { return std::isfinite(d); })) continue;
    where = "the gradient of '" + parameter.name + "'";
    break;
  }
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  gathered_ = {};
  waiting_ = 0;
  network.pack(&pool_);  // without dropped connections
  const bool of_loss = !std::isfinite(loss);
  throw Error(ErrorCode::diverged,
              {.where = "step " + std::to_string(steps() + 1),
               .what = of_loss ? "the loss is not finite" : where + " is not finite",
               .expected = "a finite number",
               .got = std::to_string(of_loss ? loss : norm),
               .hint = "look for NaN and very large values in x and targets; try a smaller "
                       "schedule.rate"});
}

double ArrayTrainer::loss(const engine::Network& network, const Batch& batch) const {
  check(batch);
  if (batch.carry_on) {
    throw Error(ErrorCode::usage, {.where = "batch, carry_on",
                                   .what = "a loss carries on from no step",
                                   .expected = "the state in `initial`, or none",
                                   .got = "carry_on"});
  }
  const BatchView view(batch, architecture_.input);
  const std::size_t outputs = architecture_.width();
  State state = batch.initial;
  const std::vector<float> y = engine::run(network,
                                           {.x = batch.x,
                                            .batch = batch.batch,
                                            .steps = view.steps(),
                                            .time_first = batch.time_first,
                                            .lengths = batch.lengths,
                                            .mask = batch.mask,
                                            .pool = &pool_},
                                           state);
  LossSum sum;
  std::vector<float> targets, rows, d_y;
  for (std::size_t b = 0; b < batch.batch; ++b) {
    const std::size_t steps = view.length(b);
    if (options_.own_loss) {
      rows.clear();
      for (std::size_t t = 0; t < steps; ++t) {
        const float* row = y.data() + view.row(t, b) * outputs;
        rows.insert(rows.end(), row, row + outputs);
      }
      d_y.assign(rows.size(), 0.0f);
      if (steps > 0) sum.add({options_.own_loss({batch, b, 0, steps, rows, d_y}), 1.0});
      continue;
    }
    d_y.resize(outputs);
    for (std::size_t t = 0; t < steps; ++t) {
      if (!view.judged(t, b)) continue;
      sum.add(
          row_loss_.add(view, t, b, {y.data() + view.row(t, b) * outputs, outputs}, d_y, targets));
    }
  }
  return mean(sum);
}

}  // namespace sluice::training
