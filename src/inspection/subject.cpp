#include "inspection/subject.hpp"

#include <algorithm>

namespace sluice::inspection {

Range Subject::read_for(const Range& shown) const {
  if (window == 0) return shown;
  return {shown.last - std::min(window, shown.last), shown.last};
}

network::RunState state_before(const Subject& subject, std::size_t row) {
  network::RunState state;
  if (subject.window > 0 || row == 0) {
    network::run(*subject.network, {.x = {}, .batch = 1, .steps = 0}, state);
    return state;
  }
  const std::size_t inputs = subject.network->architecture().input;
  network::run(*subject.network,
               {.x = std::span(subject.x).first(row * inputs), .batch = 1, .steps = row}, state);
  return state;
}

std::vector<float> answers(const Subject& subject, const network::Network& network,
                           const Range& rows, const network::RunState& before) {
  const std::size_t inputs = network.architecture().input, width = network.architecture().width();
  if (subject.window == 0) {
    network::RunState state = before;
    return network::run(
        network,
        {.x = std::span(subject.x).subspan(rows.first * inputs, rows.count() * inputs),
         .batch = 1,
         .steps = rows.count()},
        state);
  }
  network::RunState state;
  std::vector<float> x(rows.count() * subject.window * inputs), y;
  std::vector<std::size_t> lengths;
  for (std::size_t row = rows.first; row < rows.last; ++row) {
    const Range read = subject.read_for({row, row + 1});
    std::copy_n(subject.x.data() + read.first * inputs, read.count() * inputs,
                x.data() + lengths.size() * subject.window * inputs);
    lengths.push_back(read.count());
  }
  const std::vector<float> all = network::run(
      network, {.x = x, .batch = rows.count(), .steps = subject.window, .lengths = lengths}, state);
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    const float* from = all.data() + (n * subject.window + lengths[n] - 1) * width;
    y.insert(y.end(), from, from + width);
  }
  return y;
}

}  // namespace sluice::inspection
