// PyTorch's own test that its LSTM learns: how many ones were in five bits. Linear(1, 32), tanh,
// two LSTM layers of 32, Linear(32, 1) at the last step; Adam at 1e-2 must bring the running loss
// below 1e-2 within 1500 steps (test/cpp/api/rnn.cpp).
#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"
#include "vectors/folders.hpp"
#include "vectors/table.hpp"
#include "vectors/trainer.hpp"

namespace sluice::vectors {
namespace {

constexpr std::size_t kBits = 5, kBatch = 16, kHidden = 32, kMost = 1500;
constexpr double kGoal = 1e-2;

struct Bits {
  Doubles bits;  // [T, B]
  Doubles ones;  // [B]
};

Bits draw(Random& random) {
  Bits made{Doubles(kBits * kBatch), Doubles(kBatch, 0.0)};
  for (std::size_t j = 0; j < made.bits.size(); ++j) {
    made.bits[j] = random.uniform() < 0.5 ? 0.0 : 1.0;
    made.ones[j % kBatch] += made.bits[j];
  }
  return made;
}

Architecture architecture() {
  Architecture architecture;
  architecture.input = kHidden;
  architecture.hidden = {kHidden, kHidden};
  architecture.output = 1;
  architecture.biases = 2;
  return architecture;
}

// The first layer's weight [32] and bias [32], uniform in +-1, before the network's own parameters.
Doubles first_parameters() {
  Random random(0);
  Doubles all(2 * kHidden);
  for (double& value : all) value = random.uniform(-1.0, 1.0);
  const auto rest =
      initial_parameters(architecture(), {.seed = 0, .initialiser = Initialiser::pytorch});
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

// x = tanh(w bit + b), [T, B, 32].
Doubles embed(const Doubles& bits, const Doubles& parameters) {
  Doubles x;
  for (const double bit : bits) {
    for (std::size_t u = 0; u < kHidden; ++u) {
      x.push_back(std::tanh(parameters[u] * bit + parameters[kHidden + u]));
    }
  }
  return x;
}

// The gradient of all parameters: the first layer's, then the network's.
Doubles gradient_of(const Doubles& bits, const Doubles& x, const InputGradient& d) {
  Doubles all(2 * kHidden, 0.0);
  for (std::size_t row = 0; row < bits.size(); ++row) {
    for (std::size_t u = 0; u < kHidden; ++u) {
      const double tanh_a = x[row * kHidden + u];
      const double d_a = d.x[row * kHidden + u] * (1.0 - tanh_a * tanh_a);
      all[u] += d_a * bits[row];
      all[kHidden + u] += d_a;
    }
  }
  all.insert(all.end(), d.parameters.begin(), d.parameters.end());
  return all;
}

struct Learned {
  double running_loss;
  std::size_t steps;
};

Learned learn(const Side& side) {
  Random random(1);
  const auto machine = side.machine(architecture());
  OptimizerRecipe recipe;
  recipe.kind = OptimizerRecipe::Kind::adam;
  const auto stepper = side.stepper(recipe);
  Doubles parameters = first_parameters();
  Learned now{1.0, 0};
  while (now.running_loss >= kGoal && now.steps < kMost) {
    const Bits data = draw(random);
    Sequences sequences;
    sequences.steps = kBits;
    sequences.batch = kBatch;
    sequences.x = embed(data.bits, parameters);
    machine->set_parameters({parameters.begin() + 2 * kHidden, parameters.end()});
    OutputGradient d;
    const double loss = last_step_error(sequences, machine->forward(sequences), data.ones, d);
    stepper->step(parameters, gradient_of(data.bits, sequences.x, machine->backward(d)));
    now.running_loss = 0.99 * now.running_loss + 0.01 * loss;
    ++now.steps;
  }
  return now;
}

TEST(PublishedVectorsTest, PyTorchBitSumIsLearned) {
  SLUICE_NEEDS_VECTORS("pytorch_lstm");
  const nlohmann::json file = read_json(folder("pytorch_lstm") + "/train_bit_sum.json");
  Fields fields(file, "train_bit_sum.json");
  for (const char* part : {"5 steps x 16 sequences", "Linear(1,32)->tanh->LSTM(32,32,2 layers)",
                           "Linear(32,1)", "MSE", "Adam lr 1e-2"}) {
    fields.says("task", part);
  }
  for (const char* part : {"0.99 old + 0.01 new, start 1", "< 1e-2 within 1500 steps"}) {
    fields.says("success", part);
  }
  const auto name = fields.get<std::string>("name");
  fields.finish();
  const Learned reference = learn(kReference), engine = learn(kEngine);
  report({"pytorch_lstm",
          name + ", steps " + std::to_string(reference.steps) + ", " + std::to_string(engine.steps),
          reference.running_loss, engine.running_loss, kGoal, kGoal});
}

}  // namespace
}  // namespace sluice::vectors
