// Runs two networks on the same rows, part by part, and sums up the difference of their outputs. It
// only measures: no model is rejected here.
#include "quantization/drift.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/run.hpp"
#include "sluice/error.hpp"

namespace sluice::quantization {
namespace {

// Rows per run: whole windows.
std::size_t rows_of_part(std::size_t window) {
  constexpr std::size_t kRows = 4096;
  return window == 0 ? kRows : std::max<std::size_t>(1, kRows / window) * window;
}

void check(std::span<const float> rows, std::size_t inputs) {
  const bool finite =
      std::all_of(rows.begin(), rows.end(), [](float value) { return std::isfinite(value); });
  if (finite && rows.size() >= inputs) return;
  throw Error(ErrorCode::data, {.where = "--calibrate",
                                .what = finite ? "no rows" : "a value that is no finite number",
                                .expected = "rows of finite numbers"});
}

class Errors {
 public:
  Errors(std::size_t steps, std::size_t width) : steps_(steps), width_(width) {}

  void add(std::size_t first, const std::vector<float>& exact, const std::vector<float>& smaller) {
    for (std::size_t n = 0; n < exact.size() && first + n / width_ < steps_; ++n) {
      const double value = exact[n], error = static_cast<double>(smaller[n]) - value;
      signal_ += value * value;
      squares_[4 * (first + n / width_) / steps_] += error * error;
      // Written so that a NaN counts as the largest.
      if (!(std::abs(error) <= largest_)) largest_ = std::isnan(error) ? HUGE_VAL : std::abs(error);
    }
  }

  Drift drift() const {
    const double values = static_cast<double>(steps_ * width_);
    const double scale = std::max(std::sqrt(signal_ / values), 1e-30);
    Drift result{.steps = steps_, .largest = largest_ / scale};
    double all = 0.0;
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      all += squares_[quarter];
      result.quarters[quarter] = std::sqrt(squares_[quarter] / (values / 4)) / scale;
    }
    result.error_to_signal = all / std::max(signal_, 1e-60);
    return result;
  }

 private:
  std::size_t steps_, width_;
  std::array<double, 4> squares_{};
  double signal_ = 0.0, largest_ = 0.0;
};

}  // namespace

bool Drift::grows() const { return !(quarters[3] <= kGrowth * quarters[0]); }

Drift measure_drift(const engine::Network& exact, const engine::Network& smaller,
                    std::span<const float> rows, std::size_t window, std::size_t steps) {
  const std::size_t inputs = exact.architecture().input, part = rows_of_part(window);
  check(rows, inputs);
  const std::size_t there = rows.size() / inputs;
  Errors errors(steps, exact.architecture().width());
  std::vector<float> x(part * inputs);
  State exact_state, smaller_state;
  for (std::size_t first = 0; first < steps; first += part) {
    for (std::size_t n = 0; n < part; ++n) {
      std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>((first + n) % there * inputs), inputs,
                  x.begin() + static_cast<std::ptrdiff_t>(n * inputs));
    }
    const engine::Sequences all{
        .x = x, .batch = window == 0 ? 1 : part / window, .steps = window == 0 ? part : window};
    if (window > 0) exact_state = smaller_state = {};
    const std::vector<float> y = engine::run(exact, all, exact_state);
    errors.add(first, y, engine::run(smaller, all, smaller_state));
  }
  return errors.drift();
}

}  // namespace sluice::quantization
