// The reference against PyTorch's own numbers: gradients, losses and whole trainings that
// tests/gold/record_pytorch.py recorded, and the recordings in ../shared/vectors/torch_gold where
// that folder exists.
#include "reference/gold.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {
namespace {

using nlohmann::json;
using Values = std::vector<double>;

const std::string kGold = SLUICE_SOURCE_DIR "/tests/gold/";
const std::string kShared = SLUICE_SOURCE_DIR "/../shared/vectors/torch_gold/";

void expect_near(const Values& got, const Values& expected, double tolerance,
                 const std::string& name) {
  ASSERT_EQ(got.size(), expected.size()) << name;
  for (std::size_t n = 0; n < got.size(); ++n) {
    EXPECT_NEAR(got[n], expected[n], tolerance * std::max(1.0, std::abs(expected[n])))
        << name << "[" << n << "]";
  }
}

void expect_near(const Tensors& got, const Tensors& expected, double tolerance) {
  ASSERT_FALSE(expected.empty());
  for (const auto& [name, values] : expected) {
    expect_near(got.at(name), values, tolerance, name);
  }
}

// What a recording trains on.
struct Batch {
  std::size_t steps, batch;
  Values x, target;
  State first;

  explicit Batch(const json& recording)
      : steps(recording["x"]["shape"][0]),
        batch(recording["x"]["shape"][1]),
        x(data(recording["x"])),
        target(data(recording["target"])),
        first{data(recording["h0"]), data(recording["c0"])} {}
};

struct Evaluation {
  double loss = 0.0;  // mean of (y - target)^2
  Backward d;
};

Evaluation evaluate(const Network& network, const Batch& in) {
  const Input input{.x = in.x, .steps = in.steps, .batch = in.batch};
  const Forward run = forward(network, input, in.first);
  Evaluation result;
  const double count = static_cast<double>(run.y.size());
  Values d_y(run.y.size());
  for (std::size_t n = 0; n < d_y.size(); ++n) {
    const double error = run.y[n] - in.target[n];
    result.loss += error * error / count;
    d_y[n] = 2.0 * error / count;
  }
  result.d = backward(network, input, in.first, run, d_y, zero_state(network, in.batch));
  return result;
}

// The rules by which PyTorch moves a parameter, written out.
class Optimizer {
 public:
  explicit Optimizer(const json& settings) : settings_(settings) {}

  void update(Tensors& parameters, const Tensors& gradients) {
    ++updates_;
    for (auto& [name, values] : parameters) {
      Values& mean = means_[name];
      Values& square = squares_[name];
      mean.resize(values.size(), 0.0);
      square.resize(values.size(), 0.0);
      for (std::size_t n = 0; n < values.size(); ++n) {
        move(values[n], gradients.at(name)[n], mean[n], square[n]);
      }
    }
  }

 private:
  void move(double& value, double gradient, double& mean, double& square) const {
    const double lr = settings_["lr"];
    if (settings_["name"] == "sgd") {
      value -= lr * gradient;
      return;
    }
    const double beta1 = settings_["beta1"];
    const double beta2 = settings_["beta2"];
    value -= lr * settings_.value("weight_decay", 0.0) * value;
    mean = beta1 * mean + (1.0 - beta1) * gradient;
    square = beta2 * square + (1.0 - beta2) * gradient * gradient;
    const double unbiased_mean = mean / (1.0 - std::pow(beta1, updates_));
    const double unbiased_square = square / (1.0 - std::pow(beta2, updates_));
    value -= lr * unbiased_mean / (std::sqrt(unbiased_square) + settings_["eps"].get<double>());
  }

  json settings_;
  int updates_ = 0;
  Tensors means_, squares_;
};

double norm(const Tensors& gradients) {
  double sum = 0.0;
  for (const auto& [name, values] : gradients) {
    for (const double value : values) sum += value * value;
  }
  return std::sqrt(sum);
}

// PyTorch's clip_grad_norm_, whose 1e-6 keeps the quotient finite.
void clip(Tensors& gradients, double limit) {
  const double factor = std::min(1.0, limit / (norm(gradients) + 1e-6));
  for (auto& [name, values] : gradients) {
    for (double& value : values) value *= factor;
  }
}

TEST(Gold, GradientsEqualPytorchs) {
  for (const char* name : {"pytorch_sgd.json", "pytorch_adam.json", "pytorch_adamw_clip.json"}) {
    SCOPED_TRACE(name);
    const json recording = read_json(kGold + name);
    const Backward d = evaluate(network_of(tensors(recording["initial"])), Batch(recording)).d;
    Tensors gradients = named_gradients(d.d_weights);
    gradients["x"] = d.d_x;
    gradients["h0"] = d.d_first.h;
    gradients["c0"] = d.d_first.c;
    const Tensors expected = tensors(recording["gradients"]);
    EXPECT_EQ(gradients.size(), expected.size());
    expect_near(gradients, expected, 1e-12);
  }
}

// PyTorch trains both biases, each with the gradient of their sum; so does this.
void replay(const std::string& name) {
  const json recording = read_json(kGold + name);
  const Batch batch(recording);
  Tensors parameters = tensors(recording["initial"]);
  Optimizer optimizer(recording["optimizer"]);
  const Values losses = recording["losses"];
  for (std::size_t update = 0; update < losses.size(); ++update) {
    SCOPED_TRACE("update " + std::to_string(update));
    const Evaluation now = evaluate(network_of(parameters), batch);
    EXPECT_NEAR(now.loss, losses[update], 1e-10);
    Tensors gradients = named_gradients(now.d.d_weights);
    if (recording.contains("norms")) {
      EXPECT_NEAR(norm(gradients), recording["norms"][update].get<double>(), 1e-10);
      clip(gradients, recording["optimizer"]["clip_norm"]);
    }
    optimizer.update(parameters, gradients);
  }
  expect_near(parameters, tensors(recording["final"]), 1e-10);
}

TEST(Gold, TwentyStepsOfSgdEqualPytorchs) { replay("pytorch_sgd.json"); }

TEST(Gold, TwentyStepsOfAdamEqualPytorchs) { replay("pytorch_adam.json"); }

TEST(Gold, TwentyClippedStepsOfAdamWEqualPytorchs) { replay("pytorch_adamw_clip.json"); }

// One bias in the place of two, moved by plain SGD, must move twice as fast to stay their sum.
TEST(Gold, OneBiasAtTwiceTheRateFollowsTheSumOfTwo) {
  const json recording = read_json(kGold + "pytorch_sgd.json");
  const Batch batch(recording);
  const double lr = recording["optimizer"]["lr"];
  Network network = network_of(tensors(recording["initial"]));
  for (std::size_t update = 0; update < recording["losses"].size(); ++update) {
    const Network d = evaluate(network, batch).d.d_weights;
    const auto move = [&](Values& values, const Values& gradient, double rate) {
      for (std::size_t n = 0; n < values.size(); ++n) values[n] -= rate * gradient[n];
    };
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      move(network.layers[l].weight_ih, d.layers[l].weight_ih, lr);
      move(network.layers[l].weight_hh, d.layers[l].weight_hh, lr);
      move(network.layers[l].bias, d.layers[l].bias, 2.0 * lr);
    }
    move(network.head.weight, d.head.weight, lr);
    move(network.head.bias, d.head.bias, lr);
  }
  const Network final_network = network_of(tensors(recording["final"]));
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    expect_near(network.layers[l].bias, final_network.layers[l].bias, 1e-10, "bias");
  }
}

// The loss of these recordings: 0.5 * sum(y^2) + sum over k of c_n[k] * (k + 1) / n.
void expect_shared_gradients(const std::string& path) {
  const json recording = read_json(path);
  const Network network = network_of(tensors(recording["params"]));
  const Input input{.x = data(recording["x"]),
                    .steps = recording["x"]["shape"][0],
                    .batch = recording["x"]["shape"][1]};
  State first = zero_state(network, input.batch);
  if (!recording["h0"].is_null()) first = {data(recording["h0"]), data(recording["c0"])};

  const Forward run = forward(network, input, first);
  expect_near(run.y, data(recording["y"]), 1e-12, "y");
  expect_near(run.last.h, data(recording["h_n"]), 1e-12, "h_n");
  expect_near(run.last.c, data(recording["c_n"]), 1e-12, "c_n");

  State d_last = zero_state(network, input.batch);
  const double count = static_cast<double>(d_last.c.size());
  for (std::size_t k = 0; k < d_last.c.size(); ++k) {
    d_last.c[k] = (static_cast<double>(k) + 1.0) / count;
  }
  const Backward d = backward(network, input, first, run, run.y, d_last);
  expect_near(named_gradients(d.d_weights), tensors(recording["grad_params"]), 1e-12);
  expect_near(d.d_x, data(recording["grad_x"]), 1e-12, "x");
  if (recording["grad_h0"].is_null()) return;
  expect_near(d.d_first.h, data(recording["grad_h0"]), 1e-12, "h0");
  expect_near(d.d_first.c, data(recording["grad_c0"]), 1e-12, "c0");
}

TEST(Gold, GradientsEqualTheSharedRecordings) {
  for (const char* name : {"grad_1layer.json", "grad_no_bias.json"}) {
    SCOPED_TRACE(name);
    if (!std::filesystem::exists(kShared + name)) GTEST_SKIP() << "no " << kShared << name;
    expect_shared_gradients(kShared + name);
  }
}

// d loss / d h_t and d c_t over 100 steps, loss = sum(h_100), by chunks of one step. PyTorch's
// gradient of c_t holds also what h_t sends to it (B2), which a chunk's d_first keeps apart.
TEST(Gold, GradientFlowOver100StepsEqualsTheSharedRecording) {
  const std::string path = kShared + "gradient_flow_T100.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  const json recording = read_json(path);
  Tensors parameters;
  for (const auto& [name, values] : tensors(recording["params"])) {
    parameters[name + "_l0"] = values;
  }
  const Network network = network_of(parameters);
  const std::size_t inputs = network.layers[0].input;
  const std::size_t hidden = network.layers[0].hidden;
  const Values x = data(recording["x"]);
  const std::size_t steps = x.size() / inputs;

  std::vector<State> states = {zero_state(network, 1)};
  std::vector<Forward> runs;
  const auto x_at = [&](std::size_t t) {
    return Input{
        .x = {x.begin() + t * inputs, x.begin() + (t + 1) * inputs}, .steps = 1, .batch = 1};
  };
  for (std::size_t t = 0; t < steps; ++t) {
    runs.push_back(forward(network, x_at(t), states.back()));
    states.push_back(runs.back().last);
  }
  const Values d_h_norms = recording["norm_dL_dh_t"];
  const Values d_c_norms = recording["norm_dL_dc_t"];
  State d{Values(hidden, 1.0), Values(hidden, 0.0)};
  for (std::size_t t = steps; t-- > 0;) {
    const LayerTrace& s = runs[t].trace[0];
    double d_h_norm = 0.0;
    double d_c_norm = 0.0;
    for (std::size_t k = 0; k < hidden; ++k) {
      const double d_c = d.c[k] + d.h[k] * s.o[k] * (1.0 - s.tanh_c[k] * s.tanh_c[k]);
      d_h_norm += d.h[k] * d.h[k];
      d_c_norm += d_c * d_c;
    }
    EXPECT_NEAR(std::sqrt(d_h_norm), d_h_norms[t], 1e-10 * d_h_norms[t]) << "t = " << t;
    EXPECT_NEAR(std::sqrt(d_c_norm), d_c_norms[t], 1e-10 * d_c_norms[t]) << "t = " << t;
    d = backward(network, x_at(t), states[t], runs[t], Values(hidden, 0.0), d).d_first;
  }
}

}  // namespace
}  // namespace sluice::reference
