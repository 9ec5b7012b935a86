// Update rules work on fixed blocks of parameters, and the norm adds block sums in order, so
// results do not depend on the number of threads.
#include "training/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/elementary.hpp"
#include "kernels/kernel_table.hpp"
#include "sluice/error.hpp"

namespace sluice {

std::string_view name(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd:
      return "sgd";
    case OptimizerKind::adam:
      return "adam";
    case OptimizerKind::adamw:
      return "adamw";
  }
  throw Error(ErrorCode::internal, {.what = "an optimizer without a name"});
}

void check(const OptimizerOptions& options) {
  const auto refuse = [](const char* field, double value, const char* expected) {
    throw Error(ErrorCode::usage, {.where = std::string("optimizer, ") + field,
                                   .what = "out of its range",
                                   .expected = expected,
                                   .got = std::to_string(value)});
  };
  const auto share = [&](const char* field, double value) {
    if (!(value >= 0.0 && value < 1.0)) refuse(field, value, "0 or more, and less than 1");
  };
  const auto finite = [&](const char* field, double value) {
    if (!(value >= 0.0 && std::isfinite(value))) refuse(field, value, "a finite number from 0");
  };
  share("momentum", options.momentum);
  share("beta1", options.beta1);
  share("beta2", options.beta2);
  finite("epsilon", options.epsilon);
  finite("weight_decay", options.weight_decay);
}

}  // namespace sluice

namespace sluice::training {
namespace {

// Parameters per block: sums of blocks are added in block order, independent of the threads.
constexpr std::size_t kBlock = 1 << 14;

// Calls work(block, first, count) for every block, on the pool's threads if that pays off.
template <class Work>
void over_blocks(std::size_t count, ThreadPool* pool, const Work& work) {
  const std::size_t blocks = (count + kBlock - 1) / kBlock;
  const auto one = [&](std::size_t block) {
    work(block, block * kBlock, std::min(kBlock, count - block * kBlock));
  };
  if (pool != nullptr && blocks > 2) return pool->run(blocks, one);
  for (std::size_t block = 0; block < blocks; ++block) one(block);
}

}  // namespace

OptimizerKind optimizer_named(std::string_view wanted) {
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw}) {
    if (name(kind) == wanted) return kind;
  }
  throw Error(ErrorCode::usage, {.what = "no such optimizer",
                                 .expected = "sgd, adam or adamw",
                                 .got = "'" + std::string(wanted) + "'"});
}

Optimizer::Optimizer(OptimizerOptions options, std::size_t count)
    : options_(options),
      first_(count, 0.0f),
      second_(options.kind == OptimizerKind::sgd ? 0 : count, 0.0f) {}

void Optimizer::step(std::span<float> parameters, std::span<const float> gradient, double rate,
                     const UpdateOptions& update) {
  ++steps_;
  if (options_.kind == OptimizerKind::sgd) {
    sgd(parameters, gradient, rate, static_cast<float>(update.scale));
  } else {
    adam(parameters, gradient, rate, update);
  }
}

void Optimizer::sgd(std::span<float> parameters, std::span<const float> gradient, double rate,
                    float scale) {
  const auto decay = static_cast<float>(options_.weight_decay);
  const auto momentum = static_cast<float>(options_.momentum);
  const auto step = static_cast<float>(rate);
  for (std::size_t j = 0; j < parameters.size(); ++j) {
    const float d = scale * gradient[j] + decay * parameters[j];
    // As in PyTorch, the first velocity is the gradient itself: momentum * 0 + d.
    first_[j] = momentum * first_[j] + d;
    parameters[j] -= step * first_[j];
  }
}

void Optimizer::adam(std::span<float> parameters, std::span<const float> gradient, double rate,
                     const UpdateOptions& update) {
  const bool decoupled = options_.kind == OptimizerKind::adamw;
  const double correction1 = 1.0 - power(options_.beta1, steps_);
  const double correction2 = std::sqrt(1.0 - power(options_.beta2, steps_));
  const double keep = decoupled ? 1.0 - rate * options_.weight_decay : 1.0;
  const auto update_of = [&](std::size_t at, std::size_t count) -> kernels::AdamUpdate {
    return {.parameters = parameters.data() + at,
            .gradient = gradient.data() + at,
            .first = first_.data() + at,
            .second = second_.data() + at,
            .count = count,
            .scale = static_cast<float>(update.scale),
            .decay = static_cast<float>(decoupled ? 0.0 : options_.weight_decay),
            .keep = static_cast<float>(keep),
            .beta1 = static_cast<float>(options_.beta1),
            .beta2 = static_cast<float>(options_.beta2),
            .new1 = static_cast<float>(1.0 - options_.beta1),
            .new2 = static_cast<float>(1.0 - options_.beta2),
            .step = static_cast<float>(rate / correction1),
            .shrink = static_cast<float>(1.0 / correction2),
            .epsilon = static_cast<float>(options_.epsilon)};
  };
  over_blocks(parameters.size(), update.pool, [&](std::size_t, std::size_t at, std::size_t count) {
    kernels::chosen().adam(update_of(at, count));
  });
}

double norm_of(std::span<const float> gradient, ThreadPool* pool) {
  std::vector<double> sums((gradient.size() + kBlock - 1) / kBlock);
  over_blocks(gradient.size(), pool, [&](std::size_t block, std::size_t at, std::size_t count) {
    // Eight independent chains hide the latency of the additions.
    double chains[8] = {};
    for (std::size_t j = 0; j < count; ++j) {
      const auto d = static_cast<double>(gradient[at + j]);
      chains[j % 8] += d * d;
    }
    for (const double chain : chains) sums[block] += chain;
  });
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

double clip_factor(double norm, double limit) { return norm > limit ? limit / norm : 1.0; }

double clip_by_norm(std::span<float> gradient, double limit) {
  const double norm = norm_of(gradient);
  const double factor = clip_factor(norm, limit);
  if (factor != 1.0) {
    for (float& d : gradient) d *= static_cast<float>(factor);
  }
  return norm;
}

double Schedule::rate(std::size_t step) const {
  const auto at = static_cast<double>(step);
  const auto warm_up = static_cast<double>(options_.warm_up);
  if (at < warm_up) return options_.rate * (at + 1.0) / warm_up;
  if (options_.kind != ScheduleKind::cosine) return options_.rate * scale_;
  const double span = std::max(1.0, static_cast<double>(options_.steps) - warm_up);
  const double done = std::min(1.0, (at - warm_up) / span);
  return options_.rate * 0.5 * (1.0 + cosine_of_turns(0.5 * done));
}

void Schedule::observe(double score) {
  if (options_.kind != ScheduleKind::plateau) return;
  if (score < best_) {
    best_ = score;
    since_best_ = 0;
  } else if (++since_best_ > options_.patience) {
    scale_ *= options_.factor;
    since_best_ = 0;
  }
}

}  // namespace sluice::training
