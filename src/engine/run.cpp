#include "engine/run.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <string>

#include "engine/state_arrays.hpp"
#include "engine/trace.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// Steps at a time: enough rows for one product with W, few enough that a chunk's activations stay
// in the cache from layer to layer.
std::size_t steps_of_chunk(std::size_t samples) {
  constexpr std::size_t kMost = 64, kRows = 192;
  return std::clamp<std::size_t>(kRows / std::max<std::size_t>(samples, 1), 1, kMost);
}

void expect(const char* where, std::size_t got, std::size_t expected, const std::string& shape) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = where,
                                 .what = "wrong size",
                                 .expected = shape + ", " + std::to_string(expected) + " values",
                                 .got = std::to_string(got)});
}

// Floats from a row of x to the next.
std::size_t row_floats(const Architecture& architecture, const Sequences& given) {
  return given.x_stride > 0 ? given.x_stride : architecture.input;
}

void check(const Architecture& architecture, const Sequences& given, const State& state) {
  const std::size_t rows = given.batch * given.steps;
  expect("x", given.x.size(), rows * row_floats(architecture, given),
         given.time_first ? "[T, B, I]" : "[B, T, I]");
  if (!given.lengths.empty()) expect("lengths", given.lengths.size(), given.batch, "[B]");
  if (!given.mask.empty()) expect("mask", given.mask.size(), rows, "a value for each step");
  check_state(state, architecture, given.batch, "initial");
  for (const std::size_t length : given.lengths) {
    if (length <= given.steps) continue;
    throw Error(ErrorCode::shape, {.where = "lengths",
                                   .what = "longer than the sequences are",
                                   .expected = "0 to " + std::to_string(given.steps) + " steps",
                                   .got = std::to_string(length)});
  }
}

// Some of the caller's samples at a time, chunk by chunk through all their steps.
class Run {
 public:
  // Room for `samples` at a time, of at most `steps`.
  Run(const Network& network, const Sequences& given, std::size_t steps, std::size_t samples,
      std::span<float> y)
      : network_(network),
        given_(given),
        // A reverse direction begins at the end: it needs all steps at once.
        chunk_(std::clamp<std::size_t>(
            architecture().direction == Direction::forward ? steps_of_chunk(samples) : steps, 1,
            std::max<std::size_t>(1, steps))),
        activations_(architecture(), chunk_, samples, Activations::Use::forward_only),
        y_(y) {}

  Activations& activations() { return activations_; }

  // From the state before to the one after, which have room for all of the caller's samples.
  void run(const Samples& samples, const State& before, State& after) {
    samples_ = samples;
    activations_.set_batch(samples.count());
    load_state(before, given_.batch, samples, architecture(), activations_);
    const std::size_t longest = steps_of(samples);
    if (longest == 0) steps(0, 0);
    for (std::size_t first = 0; first < longest; first += chunk_)
      steps(first, std::min(chunk_, longest - first));
    store_state(activations_, architecture(), samples, given_.batch, after);
  }

 private:
  const Architecture& architecture() const { return network_.architecture(); }

  std::size_t length(std::size_t b) const {
    return given_.lengths.empty() ? given_.steps : given_.lengths[samples_.first + b];
  }

  std::size_t steps_of(const Samples& samples) const {
    std::size_t longest = 0;
    for (std::size_t b = 0; b < samples.count(); ++b) longest = std::max(longest, length(b));
    return longest;
  }

  void steps(std::size_t first, std::size_t count) {
    activations_.set_steps(count);
    if (!given_.lengths.empty()) set_lengths(first, count);
    if (!given_.mask.empty()) set_mask(first, count);
    if (samples_.count() == 1 && shift(0) == 0) {
      activations_.borrow_x({x_row(first, 0), step_stride(row_floats(architecture(), given_)), 0});
    } else {
      copy_x(first, count);
    }
    network_.forward(activations_);
    copy_y(first, count);
    if (given_.trace != nullptr) {
      trace(
          activations_, architecture(), [&](std::size_t sample) { return first + shift(sample); },
          *given_.trace);
    }
    activations_.carry_state();
  }

  // Of the caller's array of rows of `width`.
  std::size_t step_stride(std::size_t width) const {
    return given_.time_first ? given_.batch * width : width;
  }
  std::size_t row(std::size_t step, std::size_t b) const {
    const std::size_t sample = samples_.first + b;
    return given_.time_first ? step * given_.batch + sample : sample * given_.steps + step;
  }
  const float* x_row(std::size_t step, std::size_t b) const {
    return given_.x.data() + row(step, b) * row_floats(architecture(), given_);
  }
  // Where step t of a sample lies in the caller's arrays.
  std::size_t shift(std::size_t b) const {
    return given_.left_padded ? given_.steps - length(b) : 0;
  }

  void set_lengths(std::size_t first, std::size_t count) {
    std::vector<std::size_t> lengths(samples_.count());
    for (std::size_t b = 0; b < lengths.size(); ++b)
      lengths[b] = std::min(count, std::max(length(b), first) - first);
    activations_.set_lengths(lengths);
  }

  void set_mask(std::size_t first, std::size_t count) {
    std::vector<std::uint8_t> mask(count * samples_.count(), 0);
    over_rows(first, count, [&](std::size_t t, std::size_t b, std::size_t step) {
      mask[t * samples_.count() + b] = given_.mask[row(step, b)];
    });
    activations_.set_mask(mask);
  }

  void copy_x(std::size_t first, std::size_t count) {
    over_rows(first, count, [&](std::size_t t, std::size_t b, std::size_t step) {
      std::copy_n(x_row(step, b), architecture().input, activations_.x(t, b));
    });
  }

  void copy_y(std::size_t first, std::size_t count) {
    const std::size_t width = architecture().width();
    over_rows(first, count, [&](std::size_t t, std::size_t b, std::size_t step) {
      std::copy_n(activations_.y(t, b), width, y_.data() + row(step, b) * width);
    });
  }

  // each(step of the activations, sample of the activations, step of the caller's array).
  template <class Each>
  void over_rows(std::size_t first, std::size_t count, Each each) const {
    for (std::size_t b = 0; b < samples_.count(); ++b) {
      const std::size_t before = first + shift(b);
      for (std::size_t t = 0; t < count && before + t < given_.steps; ++t) each(t, b, before + t);
    }
  }

  const Network& network_;
  const Sequences& given_;
  std::size_t chunk_;
  Activations activations_;
  Samples samples_{};
  std::span<float> y_;
};

// The samples in groups that threads take through all steps, each for itself; one group, whose
// steps threads share, where there would be fewer than threads, or where someone looks on.
std::vector<Samples> groups_of(const Architecture& architecture, const Sequences& given) {
  const std::size_t threads = given.pool == nullptr ? 1 : given.pool->threads();
  std::vector<Samples> groups = SliceRule(architecture).cut(given.batch, threads);
  if (given.trace != nullptr || groups.size() < threads) groups = {{0, given.batch, 0}};
  return groups;
}

}  // namespace

void run(const Network& network, const Sequences& sequences, State& state, std::span<float> y) {
  const Architecture& architecture = network.architecture();
  check(architecture, sequences, state);
  expect("y", y.size(), sequences.batch * sequences.steps * architecture.width(), "[B, T, O]");
  if (sequences.trace != nullptr) check_traceable(network);
  if (!sequences.lengths.empty()) std::fill(y.begin(), y.end(), 0.0f);
  const std::vector<Samples> groups = groups_of(architecture, sequences);
  std::size_t most = 0, longest = sequences.lengths.empty() ? sequences.steps : 0;
  for (const Samples& group : groups) most = std::max(most, group.count());
  for (const std::size_t length : sequences.lengths) longest = std::max(longest, length);
  const double flop =
      2.0 * static_cast<double>(network.count()) * static_cast<double>(sequences.batch * longest);
  const bool share = sequences.pool != nullptr && flop >= WorkSharing::kWorthSharing;
  const std::size_t threads = share ? std::min(groups.size(), sequences.pool->threads()) : 1;
  std::vector<Run> runs;
  for (std::size_t n = 0; n < threads; ++n) runs.emplace_back(network, sequences, longest, most, y);
  if (share && threads == 1) runs[0].activations().share(*sequences.pool);
  State last{std::vector<float>(h_floats(architecture, sequences.batch)),
             std::vector<float>(c_floats(architecture, sequences.batch))};
  std::atomic<std::size_t> next{0};
  std::atomic<bool> no_memory{false};  // what a thread's work throws must not leave it
  const auto take_groups = [&](std::size_t number) {
    try {
      for (std::size_t group = next++; group < groups.size(); group = next++)
        runs[number].run(groups[group], state, last);
    } catch (const std::bad_alloc&) {
      no_memory = true;
    }
  };
  if (threads > 1) {
    sequences.pool->run(threads, take_groups);
    if (no_memory) throw std::bad_alloc();
  } else {
    for (const Samples& group : groups) runs[0].run(group, state, last);
  }
  state = std::move(last);
}

std::vector<float> run(const Network& network, const Sequences& sequences, State& state) {
  std::vector<float> y(sequences.batch * sequences.steps * network.architecture().width());
  run(network, sequences, state, y);
  return y;
}

}  // namespace sluice::engine
