// Twenty steps of training, replayed beside PyTorch's own record of them (tests/gold): the loss of
// every step, the gradients of the first, and the parameters at the end.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/network.hpp"
#include "training/losses.hpp"
#include "training/optimizer.hpp"

namespace sluice::training {
namespace {

using Json = nlohmann::json;
using Floats = std::vector<float>;
using engine::Activations;
using engine::Network;

Json recording(const std::string& name) {
  std::ifstream file(std::string(SLUICE_SOURCE_DIR "/tests/gold/pytorch_") + name + ".json");
  return Json::parse(file);
}

Floats values(const Json& array) { return array.at("data").get<Floats>(); }

std::size_t size(const Json& array, std::size_t dimension) {
  return array.at("shape").at(dimension).get<std::size_t>();
}

OptimizerOptions options_of(const Json& json) {
  OptimizerOptions options;
  options.kind = optimizer_named(json.at("name").get<std::string>());
  options.momentum = json.value("momentum", 0.0);
  options.beta1 = json.value("beta1", options.beta1);
  options.beta2 = json.value("beta2", options.beta2);
  options.epsilon = json.value("eps", options.epsilon);
  options.weight_decay = json.value("weight_decay", 0.0);
  return options;
}

// Where one array of a recording differs from ours by more than `relative` of its largest value.
testing::AssertionResult close(const float* got, const Json& expected, double relative) {
  const auto wanted = expected.at("data").get<std::vector<double>>();
  double scale = 0.0;
  for (const double value : wanted) scale = std::max(scale, std::abs(value));
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    if (!(std::abs(got[j] - wanted[j]) <= relative * scale)) {
      return testing::AssertionFailure()
             << "value " << j << " is " << got[j] << ", not " << wanted[j];
    }
  }
  return testing::AssertionSuccess();
}

class Replay {
 public:
  explicit Replay(const std::string& name)
      : gold_(recording(name)),
        steps_(size(gold_.at("x"), 0)),
        batch_(size(gold_.at("x"), 1)),
        network_({.input = size(gold_.at("x"), 2),
                  .hidden = {size(gold_.at("h0"), 2), size(gold_.at("h0"), 2)},
                  .output = size(gold_.at("target"), 2),
                  .biases = 2}),
        activations_(network_.architecture(), steps_, batch_, Activations::Use::with_backward),
        optimizer_(options_of(gold_.at("optimizer")), network_.count()) {
    Floats initial;
    for (const Parameter& parameter : network_.list()) {
      const Floats tensor = values(gold_.at("initial").at(parameter.name));
      initial.insert(initial.end(), tensor.begin(), tensor.end());
    }
    network_.set_parameters(initial);
    fill_activations();
  }

  /// All steps; expects the losses, norms and first gradients on the way, and the end.
  void run(double relative) {
    const Json& losses = gold_.at("losses");
    for (std::size_t update = 0; update < losses.size(); ++update) {
      Floats gradient(network_.count(), 0.0f);
      network_.forward(activations_);
      const double wanted = losses[update].get<double>();
      ASSERT_NEAR(mean_squared_error(), wanted, relative * wanted) << "update " << update;
      network_.backward(activations_, gradient);
      if (update == 0) expect_gradients(gradient);
      if (gold_.contains("norms")) {
        const double norm = gold_.at("norms")[update].get<double>();
        const double limit = gold_.at("optimizer").at("clip_norm").get<double>();
        ASSERT_NEAR(clip_by_norm(gradient, limit), norm, relative * norm) << "update " << update;
      }
      Floats parameters(network_.parameters().begin(), network_.parameters().end());
      optimizer_.step(parameters, gradient, gold_.at("optimizer").at("lr").get<double>());
      network_.set_parameters(parameters);
    }
    for (const Parameter& parameter : network_.list()) {
      EXPECT_TRUE(close(network_.parameters().data() + parameter.offset,
                        gold_.at("final").at(parameter.name), relative))
          << parameter.name;
    }
  }

 private:
  void fill_activations() {
    const Floats x = values(gold_.at("x")), h = values(gold_.at("h0")), c = values(gold_.at("c0"));
    const std::size_t input = network_.architecture().input;
    for (std::size_t row = 0; row < steps_ * batch_; ++row) {
      std::copy_n(x.data() + row * input, input, activations_.x(row / batch_, row % batch_));
    }
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const std::size_t hidden = network_.architecture().hidden[layer];
      const std::size_t units = activations_.layers[layer].units;
      for (std::size_t b = 0; b < batch_; ++b) {
        const std::size_t from = (layer * batch_ + b) * hidden;
        std::copy_n(h.data() + from, hidden, activations_.layers[layer].h.data() + b * units);
        std::copy_n(c.data() + from, hidden, activations_.layers[layer].c.data() + b * units);
      }
    }
    activations_.want_d_x(true);
  }

  // PyTorch's is the mean of e^2, ours the sum of e^2 / 2.
  double mean_squared_error() {
    const Floats target = values(gold_.at("target"));
    const std::size_t output = network_.architecture().output;
    const auto count = static_cast<double>(target.size());
    double sum = 0.0;
    for (std::size_t row = 0; row < steps_ * batch_; ++row) {
      const std::span y(activations_.y(row / batch_, row % batch_), output);
      const std::span d_y(activations_.d_y(row / batch_, row % batch_), output);
      sum += add_loss({}, y, std::span(target).subspan(row * output, output), d_y);
      for (float& d : d_y) d = static_cast<float>(d * 2.0 / count);
    }
    return 2.0 * sum / count;
  }

  void expect_gradients(const Floats& gradient) {
    const Json& wanted = gold_.at("gradients");
    for (const Parameter& parameter : network_.list()) {
      EXPECT_TRUE(close(gradient.data() + parameter.offset, wanted.at(parameter.name), kGradient))
          << parameter.name;
    }
    const std::size_t input = network_.architecture().input;
    const Architecture& architecture = network_.architecture();
    Floats d_x, d_h, d_c;
    for (std::size_t row = 0; row < steps_ * batch_; ++row) {
      const float* from = activations_.d_x(row / batch_, row % batch_);
      d_x.insert(d_x.end(), from, from + input);
    }
    for (std::size_t row = 0; row < 2 * batch_; ++row) {
      const engine::LayerActivations& layer = activations_.layers[row / batch_];
      const float* h = layer.d_h_first.data() + row % batch_ * layer.units;
      const float* c = layer.d_c_first.data() + row % batch_ * layer.units;
      d_h.insert(d_h.end(), h, h + architecture.hidden[0]);
      d_c.insert(d_c.end(), c, c + architecture.hidden[0]);
    }
    EXPECT_TRUE(close(d_x.data(), wanted.at("x"), kGradient));
    EXPECT_TRUE(close(d_h.data(), wanted.at("h0"), kGradient));
    EXPECT_TRUE(close(d_c.data(), wanted.at("c0"), kGradient));
  }

  static constexpr double kGradient = 5e-6;  // sums of 28 rows of float products

  Json gold_;
  std::size_t steps_, batch_;
  Network network_;
  Activations activations_;
  Optimizer optimizer_;
};

TEST(GoldTraining, TwentyStepsOfSgdArePyTorchs) { Replay("sgd").run(1e-5); }

// Adam divides a gradient by its size, so that a small one's relative error becomes the step's.
TEST(GoldTraining, TwentyStepsOfAdamArePyTorchs) { Replay("adam").run(1e-4); }

TEST(GoldTraining, TwentyStepsOfAdamWWithClippingArePyTorchs) { Replay("adamw_clip").run(1e-4); }

}  // namespace
}  // namespace sluice::training
