#include "formats/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/run.hpp"
#include "formats/dtype.hpp"
#include "formats/npy.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {

using Shape = std::vector<std::size_t>;

std::string shapes_text(const Sample& sample) {
  return fmt::format("x {}, y {}", to_string(sample.x_shape), to_string(sample.y_shape));
}

Sample read_sample(const std::string& x_path, const std::string& y_path) {
  const NpyArray x = read_npy(x_path), y = read_npy(y_path);
  Sample sample{x_path, y_path, x.shape, y.shape, x.as_floats(), y.as_floats()};
  if (sample.y.empty() || x.shape.size() < 2 || x.shape.size() > 3) {
    throw Error(ErrorCode::shape, {.where = x_path + ", " + y_path,
                                   .what = "no sample of a model",
                                   .expected = "x [batch, steps, inputs] and the model's y",
                                   .got = shapes_text(sample)});
  }
  for (const auto* values : {&sample.x, &sample.y}) {
    const auto bad = std::find_if_not(values->begin(), values->end(),
                                      [](float value) { return std::isfinite(value); });
    if (bad == values->end()) continue;
    throw Error(ErrorCode::data, {.where = values == &sample.x ? x_path : y_path,
                                  .what = "a sample proves nothing with it",
                                  .expected = "finite numbers",
                                  .got = std::to_string(*bad)});
  }
  return sample;
}

std::vector<float> answer(const engine::Network& network, const Sample& sample,
                          const Reading& reading) {
  Shape shape = sample.x_shape;
  if (shape.size() == 2) shape.insert(shape.begin(), 1);
  const std::size_t batch = shape[reading.time_first ? 1 : 0];
  const std::size_t steps = shape[reading.time_first ? 0 : 1];
  const std::size_t width = network.architecture().width();
  State state;
  std::vector<float> all = engine::run(
      network, {.x = sample.x, .batch = batch, .steps = steps, .time_first = reading.time_first},
      state);
  if (!reading.last_step || steps == 0) return all;
  std::vector<float> last;
  for (std::size_t b = 0; b < batch; ++b) {
    const std::size_t row = reading.time_first ? (steps - 1) * batch + b : b * steps + steps - 1;
    last.insert(last.end(), all.begin() + static_cast<std::ptrdiff_t>(row * width),
                all.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
  }
  return last;
}

std::vector<Reading> readings(std::size_t inputs, std::size_t outputs, const Sample& sample) {
  std::vector<Reading> all;
  if (sample.x_shape.back() != inputs) return all;
  for (const bool time_first : {false, true}) {
    if (time_first && sample.x_shape.size() == 2) continue;
    for (const bool last : {false, true}) {
      Shape shape = sample.x_shape;
      shape.back() = outputs;
      if (last) shape.erase(shape.end() - (shape.size() == 3 && time_first ? 3 : 2));
      const bool squeezed = outputs == 1 && shape.size() > 1 &&
                            Shape(shape.begin(), shape.end() - 1) == sample.y_shape;
      if (shape == sample.y_shape || squeezed) all.push_back({time_first, last});
    }
  }
  return all;
}

double distance(const std::vector<float>& got, const std::vector<float>& expected) {
  if (got.size() != expected.size()) return HUGE_VAL;
  double largest = 0.0;
  for (std::size_t j = 0; j < got.size(); ++j) {
    const double error = std::abs(static_cast<double>(got[j]) - static_cast<double>(expected[j]));
    if (!(error <= largest)) largest = std::isnan(error) ? HUGE_VAL : error;
  }
  return largest;
}

}  // namespace sluice::formats
