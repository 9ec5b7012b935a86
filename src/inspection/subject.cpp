#include "inspection/subject.hpp"

#include <algorithm>

namespace sluice::inspection {

Range Subject::read_for(const Range& shown) const {
  if (window == 0) return shown;
  return {shown.last - std::min(window, shown.last), shown.last};
}

State first_state(const Subject& subject) {
  State state;
  engine::run(*subject.network, {.x = {}, .batch = 1, .steps = 0}, state);
  return state;
}

State state_before(const Subject& subject, std::size_t row, std::size_t answered) {
  const std::size_t first =
      subject.window == 0 ? 0 : subject.read_for({answered, answered + 1}).first;
  if (row <= first) return first_state(subject);
  State state;
  const std::size_t inputs = subject.network->architecture().input;
  engine::run(*subject.network,
              {.x = std::span(subject.x).subspan(first * inputs, (row - first) * inputs),
               .batch = 1,
               .steps = row - first},
              state);
  return state;
}

namespace {

constexpr std::size_t kWindowsAtOnce = 64;

// The answers at some rows, each computed from its window.
void add_windows(const Subject& subject, const engine::Network& network, const Range& rows,
                 std::vector<float>& y) {
  const std::size_t inputs = network.architecture().input, width = network.architecture().width();
  std::vector<float> x(rows.count() * subject.window * inputs);
  std::vector<std::size_t> lengths;
  for (std::size_t row = rows.first; row < rows.last; ++row) {
    const Range read = subject.read_for({row, row + 1});
    std::copy_n(subject.x.data() + read.first * inputs, read.count() * inputs,
                x.data() + lengths.size() * subject.window * inputs);
    lengths.push_back(read.count());
  }
  State state;
  const std::vector<float> all = engine::run(
      network, {.x = x, .batch = rows.count(), .steps = subject.window, .lengths = lengths}, state);
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    const float* from = all.data() + (n * subject.window + lengths[n] - 1) * width;
    y.insert(y.end(), from, from + width);
  }
}

}  // namespace

std::vector<float> answers(const Subject& subject, const engine::Network& network,
                           const Range& rows, const State& before) {
  const std::size_t inputs = network.architecture().input;
  if (subject.window == 0) {
    State state = before;
    return engine::run(
        network,
        {.x = std::span(subject.x).subspan(rows.first * inputs, rows.count() * inputs),
         .batch = 1,
         .steps = rows.count()},
        state);
  }
  std::vector<float> y;
  for (std::size_t first = rows.first; first < rows.last; first += kWindowsAtOnce)
    add_windows(subject, network, {first, std::min(first + kWindowsAtOnce, rows.last)}, y);
  return y;
}

}  // namespace sluice::inspection
