#include "engine/mini_batch.hpp"

#include <algorithm>
#include <bit>

#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// A power of two, so that two or four threads have equal shares; several where a part then still
// fills a few tiles of the products, where its work outweighs the sums that each part has of its
// own, and where R stays in a thread's cache: else it would be read for fewer samples.
std::size_t parts_of(const Architecture& architecture, std::size_t steps, std::size_t batch,
                     std::size_t most) {
  constexpr std::size_t kLeast = 8, kMost = 16, kRows = 128, kWeights = 1 << 19;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    if (4 * architecture.hidden[layer] * architecture.state(layer) > kWeights) return 1;
  }
  const std::size_t wanted = std::max<std::size_t>(batch / kMost, batch / kLeast >= 2 ? 2 : 1);
  const std::size_t worth = std::max<std::size_t>(steps * batch / kRows, 1);
  return std::bit_floor(std::min({wanted, worth, most}));
}

}  // namespace

MiniBatch::MiniBatch(const Architecture& architecture, std::size_t steps, std::size_t batch,
                     Activations::Use use, bool dropout, ThreadPool& pool, std::size_t most_parts)
    : pool_(pool) {
  const std::size_t parts = parts_of(architecture, steps, batch, most_parts);
  apart_ = parts > 1 || pool.threads() == 1;
  worth_sharing_ = 2.0 * static_cast<double>(parameter_count(parameter_list(architecture))) *
                       static_cast<double>(steps * batch) >=
                   WorkSharing::kWorthSharing;
  activations_.reserve(parts);
  for (std::size_t part = 0; part < parts; ++part) {
    const Samples samples{part * batch / parts, (part + 1) * batch / parts, part};
    samples_.push_back(samples);
    activations_.emplace_back(architecture, steps, samples.count(), use, dropout);
    if (!apart_) activations_.back().share(pool);
    for (std::size_t sample = 0; sample < samples.count(); ++sample)
      places_.push_back({part, sample});
  }
}

void MiniBatch::set_lengths(std::span<const std::size_t> lengths) {
  if (lengths.size() != batch()) {
    throw Error(ErrorCode::shape, {.where = "lengths",
                                   .what = "wrong number of lengths",
                                   .expected = std::to_string(batch()),
                                   .got = std::to_string(lengths.size())});
  }
  for (std::size_t part = 0; part < parts(); ++part)
    activations_[part].set_lengths(lengths.subspan(samples_[part].first, samples_[part].count()));
}

void MiniBatch::set_mask(std::span<const std::uint8_t> mask) {
  const std::size_t steps = activations_.front().steps();
  if (mask.size() != steps * batch()) {
    throw Error(ErrorCode::shape, {.where = "mask",
                                   .what = "wrong size",
                                   .expected = std::to_string(steps * batch()),
                                   .got = std::to_string(mask.size())});
  }
  std::vector<std::uint8_t> of_part;
  for (std::size_t part = 0; part < parts(); ++part) {
    const Samples& samples = samples_[part];
    of_part.clear();
    for (std::size_t step = 0; step < steps; ++step) {
      const auto row = mask.subspan(step * batch() + samples.first, samples.count());
      of_part.insert(of_part.end(), row.begin(), row.end());
    }
    activations_[part].set_mask(of_part);
  }
}

void MiniBatch::reset() {
  for (Activations& activations : activations_) {
    activations.set_steps(activations.steps());
    activations.reset_state();
  }
}

void MiniBatch::load_state(const State& state, const Architecture& architecture) {
  for (std::size_t part = 0; part < parts(); ++part)
    engine::load_state(state, batch(), samples_[part], architecture, activations_[part]);
}

State MiniBatch::last_state(const Architecture& architecture) const {
  State state{std::vector<float>(h_floats(architecture, batch())),
              std::vector<float>(c_floats(architecture, batch()))};
  for (std::size_t part = 0; part < parts(); ++part)
    store_last_state(activations_[part], architecture, samples_[part], batch(), state);
  return state;
}

std::size_t MiniBatch::kept_floats() const {
  std::size_t floats = 0;
  for (const Activations& activations : activations_) floats += activations.kept_floats();
  return floats;
}

void MiniBatch::over_parts(FunctionRef<void(Activations&, const Samples&)> pass) {
  const auto one = [&](std::size_t part) { pass(activations_[part], samples_[part]); };
  if (parts() > 1 && worth_sharing_) return pool_.run(parts(), one);
  for (std::size_t part = 0; part < parts(); ++part) one(part);
}

void MiniBatch::within_part(std::size_t tasks, FunctionRef<void(std::size_t)> work) {
  if (!apart_) return pool_.run(tasks, work);
  for (std::size_t task = 0; task < tasks; ++task) work(task);
}

}  // namespace sluice::engine
