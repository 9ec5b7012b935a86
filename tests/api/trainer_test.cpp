// sluice::Trainer through the public headers alone: PyTorch's recorded steps, the losses against
// finite differences, and what a step refuses.
#include "sluice/trainer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "api/adding.hpp"
#include "api/refusal.hpp"
#include "core/random.hpp"
#include "sluice/stream.hpp"

namespace sluice {
namespace {

using Floats = std::vector<float>;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Floats normal(std::size_t count, std::uint64_t seed, double scale = 1.0) {
  Random random(seed);
  Floats values(count);
  for (float& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

// Twenty steps as PyTorch recorded them, with torch.nn.MSELoss.
void replay(const std::string& name, double relative) {
  std::ifstream file(SLUICE_SOURCE_DIR "/tests/gold/pytorch_" + name + ".json");
  const nlohmann::json gold = nlohmann::json::parse(file);
  const auto data = [&](const nlohmann::json& array) { return array.at("data").get<Floats>(); };
  const auto size = [&](const char* array, std::size_t dimension) {
    return gold.at(array).at("shape").at(dimension).get<std::size_t>();
  };
  const std::size_t hidden = size("h0", 2);
  Model model = Model::create({.input = size("x", 2),
                               .hidden = {hidden, hidden},
                               .output = size("target", 2),
                               .biases = 2});
  Floats initial;
  for (const ParameterView& tensor : model.parameters()) {
    const Floats values = data(gold.at("initial").at(std::string(tensor.name)));
    ASSERT_EQ(values.size(), tensor.values.size());
    initial.insert(initial.end(), values.begin(), values.end());
  }
  model.set_flat_parameters(initial);
  const auto& recorded = gold.at("optimizer");
  const std::string kind = recorded.at("name");
  TrainerOptions options{
      .optimizer = {.kind = kind == "sgd"    ? OptimizerKind::sgd
                            : kind == "adam" ? OptimizerKind::adam
                                             : OptimizerKind::adamw,
                    .momentum = recorded.value("momentum", 0.0),
                    .beta1 = recorded.value("beta1", 0.9),
                    .beta2 = recorded.value("beta2", 0.999),
                    .epsilon = recorded.value("eps", 1e-8),
                    .weight_decay = recorded.value("weight_decay", 0.0)},
      .schedule = {.kind = ScheduleKind::constant, .rate = recorded.at("lr"), .warm_up = 0},
      .clip = recorded.value("clip_norm", std::numeric_limits<double>::infinity())};
  Trainer trainer(std::move(model), options);
  const Floats x = data(gold.at("x")), target = data(gold.at("target"));
  const Batch batch{.x = x,
                    .batch = size("x", 1),
                    .time_first = true,
                    .targets = target,
                    .initial = {data(gold.at("h0")), data(gold.at("c0"))}};
  const auto& losses = gold.at("losses");
  ASSERT_GE(losses.size(), 20u);
  for (std::size_t update = 0; update < losses.size(); ++update) {
    const StepResult result = trainer.step(batch);
    const double wanted = losses[update].get<double>();
    ASSERT_NEAR(result.loss, wanted, relative * wanted) << update;
    if (!gold.contains("norms")) continue;
    const double norm = gold.at("norms")[update].get<double>();
    ASSERT_NEAR(result.gradient_norm, norm, relative * norm) << update;
  }
  for (const ParameterView& tensor : trainer.model().parameters()) {
    const Floats wanted = data(gold.at("final").at(std::string(tensor.name)));
    float scale = 0.0f;
    for (const float value : wanted) scale = std::max(scale, std::abs(value));
    for (std::size_t j = 0; j < wanted.size(); ++j)
      ASSERT_NEAR(tensor.values[j], wanted[j], relative * scale) << tensor.name << ", " << j;
  }
}

TEST(Trainer, TwentyStepsOfSgdArePyTorchs) { replay("sgd", 1e-5); }
TEST(Trainer, TwentyStepsOfAdamArePyTorchs) { replay("adam", 1e-4); }
TEST(Trainer, TwentyStepsOfAdamWWithClippingArePyTorchs) { replay("adamw_clip", 1e-4); }

// A small problem of sequences of unequal lengths, some steps masked, some targets missing.
struct Problem {
  static constexpr std::size_t kBatch = 5, kSteps = 7, kInputs = 3, kOutputs = 4;
  Floats x = normal(kBatch * kSteps * kInputs, 1);
  Floats targets = normal(kBatch * kSteps * kOutputs, 2);
  std::vector<std::int32_t> labels = std::vector<std::int32_t>(kBatch * kSteps);
  Floats weights = Floats(kBatch * kSteps);
  std::vector<std::size_t> lengths = {7, 3, 0, 6, 7};
  std::vector<std::uint8_t> mask = std::vector<std::uint8_t>(kBatch * kSteps, 1);

  Problem() {
    for (std::size_t n = 0; n < labels.size(); ++n) {
      labels[n] = static_cast<std::int32_t>(n * 3 % kOutputs);
      weights[n] = 0.25f + static_cast<float>(n % 4);
    }
    labels[3] = labels[30] = -1;
    targets[5] = targets[9] = kNan;
    mask[2] = mask[24] = 0;
  }
  Batch batch(bool with_labels) const {
    Batch batch{.x = x, .batch = kBatch, .weights = weights, .lengths = lengths, .mask = mask};
    if (with_labels) {
      batch.labels = labels;
    } else {
      batch.targets = targets;
    }
    return batch;
  }
};

// One step of plain SGD at rate 1 moves the parameters by the gradient.
void expect_slopes(const Loss& loss, const Batch& batch, const OwnLoss& own = nullptr) {
  const Model model =
      Model::create({.input = Problem::kInputs, .hidden = {6}, .output = Problem::kOutputs}, 11);
  const TrainerOptions options{
      .loss = loss,
      .own_loss = own,
      .optimizer = {.kind = OptimizerKind::sgd},
      .schedule = {.kind = ScheduleKind::constant, .rate = 1.0, .warm_up = 0},
      .clip = std::numeric_limits<double>::infinity()};
  Trainer trainer(model, options);
  const StepResult result = trainer.step(batch);
  Floats values(model.flat_parameters().begin(), model.flat_parameters().end());
  const auto loss_with = [&](std::size_t j, float change) {
    Floats changed = values;
    changed[j] += change;
    Model other = model;
    other.set_flat_parameters(changed);
    return Trainer(std::move(other), options).loss(batch);
  };
  EXPECT_NEAR(result.loss, Trainer(model, options).loss(batch), 1e-6 * result.loss);
  double norm = 0.0;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const double slope = values[j] - trainer.model().flat_parameters()[j];
    norm += slope * slope;
    if (j % 7 != 0 && j + 4 < values.size()) continue;
    constexpr float kStep = 3e-3f;
    const double expected = (loss_with(j, kStep) - loss_with(j, -kStep)) / (2.0 * kStep);
    EXPECT_NEAR(slope, expected, 2e-4 * (1.0 + std::abs(expected))) << j;
  }
  EXPECT_NEAR(std::sqrt(norm), result.gradient_norm, 1e-4 * result.gradient_norm);
  EXPECT_GT(result.gradient_norm, 1e-3);
}

TEST(Trainer, ReadsNothingPastASequencesEnd) {
  Problem problem;
  const auto trainer = [](const Loss& loss) {
    return Trainer(
        Model::create({.input = Problem::kInputs, .hidden = {6}, .output = Problem::kOutputs}),
        {.loss = loss});
  };
  const double values = trainer({}).step(problem.batch(false)).loss;
  const double classes = trainer({.kind = LossKind::cross_entropy}).step(problem.batch(true)).loss;
  for (std::size_t b = 0; b < Problem::kBatch; ++b) {
    for (std::size_t t = problem.lengths[b]; t < Problem::kSteps; ++t) {
      const std::size_t row = b * Problem::kSteps + t;
      problem.labels[row] = 255;
      problem.weights[row] = kNan;
      problem.x[row * Problem::kInputs] = kNan;
      problem.targets[row * Problem::kOutputs] = kNan;
    }
  }
  EXPECT_EQ(trainer({}).step(problem.batch(false)).loss, values);
  EXPECT_EQ(trainer({.kind = LossKind::cross_entropy}).step(problem.batch(true)).loss, classes);
}

TEST(Trainer, EveryLossGoesDownItsSlope) {
  const Problem problem;
  const Batch values = problem.batch(false), classes = problem.batch(true);
  expect_slopes({.kind = LossKind::squared}, values);
  expect_slopes({.kind = LossKind::huber, .delta = 0.7f}, values);
  expect_slopes({.kind = LossKind::cross_entropy}, classes);
  expect_slopes({.kind = LossKind::cross_entropy,
                 .class_weights = {0.5f, 2.0f, 1.0f, 0.0f},
                 .label_smoothing = 0.2f},
                classes);
  Batch last = problem.batch(false);
  last.judged = JudgedSteps::last;
  const Floats targets = normal(Problem::kBatch * Problem::kOutputs, 5), weights(5, 2.0f);
  last.targets = targets;
  last.weights = weights;
  expect_slopes({.kind = LossKind::squared}, last);
}

// Targets far from every output: no difference crosses a kink.
TEST(Trainer, LossesThatHaveKinksGoDownTheirSlope) {
  const Problem problem;
  Batch batch = problem.batch(false);
  const auto far = [](std::size_t count, std::uint64_t seed) {
    Floats targets = normal(count, seed);
    for (float& target : targets) target += target < 0.0f ? -4.0f : 4.0f;
    targets[7] = kNan;
    return targets;
  };
  const Floats wide = far(Problem::kBatch * Problem::kSteps * Problem::kOutputs, 6);
  batch.targets = wide;
  expect_slopes({.kind = LossKind::absolute}, batch);
  const Floats narrow = far(Problem::kBatch * Problem::kSteps * 2, 7);
  batch.targets = narrow;
  expect_slopes({.kind = LossKind::quantile, .levels = {0.2f, 0.7f}}, batch);
}

// Against a mean written out here, of what the model runs.
TEST(Trainer, TheLossIsTheWeightedMeanOverTheRowsThatAreJudged) {
  const Problem problem;
  const Model model =
      Model::create({.input = Problem::kInputs, .hidden = {6}, .output = Problem::kOutputs}, 11);
  const Floats y = model.run(
      problem.x, {.batch = Problem::kBatch, .lengths = problem.lengths, .mask = problem.mask});
  const Floats last = normal(Problem::kBatch * Problem::kOutputs, 5);
  const Floats last_weights = {0.5f, 2.0f, 3.0f, 1.0f, 0.25f};
  for (const bool every : {true, false}) {
    double sum = 0.0, total = 0.0;
    for (std::size_t b = 0; b < Problem::kBatch; ++b) {
      for (std::size_t t = 0; t < problem.lengths[b]; ++t) {
        const std::size_t row = b * Problem::kSteps + t, judged = every ? row : b;
        if (every ? problem.mask[row] == 0 : t + 1 != problem.lengths[b]) continue;
        for (std::size_t k = 0; k < Problem::kOutputs; ++k) {
          const double target = every ? problem.targets[row * Problem::kOutputs + k]
                                      : last[b * Problem::kOutputs + k];
          if (std::isnan(target)) continue;
          const double weight = every ? problem.weights[judged] : last_weights[judged];
          const double error = y[row * Problem::kOutputs + k] - target;
          sum += weight * error * error;
          total += weight;
        }
      }
    }
    Batch batch = problem.batch(false);
    if (!every) {
      batch.judged = JudgedSteps::last;
      batch.targets = last;
      batch.weights = last_weights;
    }
    EXPECT_NEAR(Trainer(model).loss(batch), sum / total, 1e-6) << every;
    EXPECT_NEAR(Trainer(model).step(batch).loss, sum / total, 1e-6) << every;
  }
}

TEST(Trainer, OwnLossSeesASequenceAtATime) {
  Batch batch = Problem().batch(false);
  const Problem problem;
  batch = problem.batch(false);
  batch.targets = {};
  batch.weights = {};
  // The squared sum of a sequence's outputs over time: no sum over rows.
  const OwnLoss own = [](const OwnLossCall& call) {
    double sum = 0.0;
    for (const float value : call.y) sum += value;
    for (float& d : call.d_y) d = static_cast<float>(sum);
    return 0.5 * sum * sum;
  };
  expect_slopes({}, batch, own);
}

// As torch.nn.CrossEntropyLoss(weight=[0.5, 2, 1], label_smoothing=0.2) gives it for the logits
// [0.3, -0.2, 1.1] and the class 1, and for [1, 0, 0] and the class 0.
TEST(Trainer, CrossEntropyIsPyTorchs) {
  const Loss loss{.kind = LossKind::cross_entropy,
                  .class_weights = {0.5f, 2.0f, 1.0f},
                  .label_smoothing = 0.2f};
  const double logits[2][3] = {{0.3, -0.2, 1.1}, {1.0, 0.0, 0.0}};
  const double weights[3] = {0.5, 2.0, 1.0};
  const std::int32_t labels[] = {1, 0};
  double sum = 0.0, total = 0.0;
  for (std::size_t n = 0; n < 2; ++n) {
    double scale = 0.0;
    for (const double logit : logits[n]) scale += std::exp(logit);
    for (std::size_t j = 0; j < 3; ++j) {
      const double share = 0.2 / 3.0 + (static_cast<std::int32_t>(j) == labels[n] ? 0.8 : 0.0);
      sum -= weights[j] * share * (logits[n][j] - std::log(scale));
    }
    total += weights[labels[n]];
  }
  // The head's bias gives the logits: everything else is 0.
  Model model = Model::create({.input = 1, .hidden = {1}, .output = 3});
  Floats zeros(model.parameter_count(), 0.0f);
  for (std::size_t j = 0; j < 3; ++j)
    zeros[zeros.size() - 3 + j] = static_cast<float>(logits[0][j]);
  model.set_flat_parameters(zeros);
  const Floats x(1, 1.0f);
  const Batch one{.x = x, .batch = 1, .labels = std::span(labels).first(1)};
  const double first = Trainer(model, {.loss = loss}).loss(one);
  for (std::size_t j = 0; j < 3; ++j)
    zeros[zeros.size() - 3 + j] = static_cast<float>(logits[1][j]);
  model.set_flat_parameters(zeros);
  const Batch two{.x = x, .batch = 1, .labels = std::span(labels).last(1)};
  const double second = Trainer(model, {.loss = loss}).loss(two);
  EXPECT_NEAR((2.0 * first + 0.5 * second) / total, sum / total, 1e-6);
}

TEST(Trainer, AccumulatedBatchesAreOneLargerBatch) {
  const Floats x = normal(8 * 5 * 2, 3), targets = normal(8 * 5, 4);
  const Model model = Model::create({.input = 2, .hidden = {9}, .output = 1});
  Trainer whole(model), halves(model, {.accumulate = 2});
  const StepResult once = whole.step({.x = x, .batch = 8, .targets = targets});
  const Batch first{
      .x = std::span(x).first(40), .batch = 4, .targets = std::span(targets).first(20)};
  const Batch second{
      .x = std::span(x).last(40), .batch = 4, .targets = std::span(targets).last(20)};
  EXPECT_FALSE(halves.step(first).updated);
  const StepResult twice = halves.step(second);
  EXPECT_TRUE(twice.updated);
  EXPECT_EQ(halves.steps(), 1u);
  EXPECT_NEAR(twice.gradient_norm, once.gradient_norm, 1e-5 * once.gradient_norm);
  for (std::size_t j = 0; j < model.parameter_count(); ++j) {
    EXPECT_NEAR(halves.model().flat_parameters()[j], whole.model().flat_parameters()[j], 2e-5) << j;
  }
}

TEST(Trainer, CarriesOnFromTheBatchBefore) {
  const Floats x = normal(3 * 10 * 2, 3), targets = normal(3 * 10, 4);
  const Model model = Model::create({.input = 2, .hidden = {9, 7}, .output = 1});
  // Nothing is learned at rate 0, so that the states of two halves are those of the whole.
  TrainerOptions still;
  still.schedule.rate = 0.0;
  Trainer trainer(model, still);
  const auto half = [&](const Floats& all, std::size_t width, std::size_t which) {
    Floats part;
    for (std::size_t b = 0; b < 3; ++b) {
      const auto from = all.begin() + static_cast<std::ptrdiff_t>((b * 10 + which * 5) * width);
      part.insert(part.end(), from, from + static_cast<std::ptrdiff_t>(5 * width));
    }
    return part;
  };
  const Floats x_1 = half(x, 2, 0), x_2 = half(x, 2, 1), t_1 = half(targets, 1, 0),
               t_2 = half(targets, 1, 1);
  const double first = trainer.step({.x = x_1, .batch = 3, .targets = t_1}).loss;
  const double second = trainer.step({.x = x_2, .batch = 3, .targets = t_2, .carry_on = true}).loss;
  EXPECT_NEAR((first + second) / 2.0, trainer.loss({.x = x, .batch = 3, .targets = targets}), 1e-6);
  EXPECT_TRUE(says(refusal([&] {
                     trainer.step({.x = std::span(x_1).first(20),
                                   .batch = 2,
                                   .targets = std::span(t_1).first(10),
                                   .carry_on = true});
                   }),
                   "carry_on"));
}

TEST(Trainer, ADivergedStepChangesNothing) {
  Floats x = normal(4 * 5 * 2, 3);
  const Floats targets = normal(4 * 5, 4);
  const Model model = Model::create({.input = 2, .hidden = {9}, .output = 1});
  Trainer trainer(model);
  x[7] = kNan;
  const std::string message =
      refusal([&] { trainer.step({.x = x, .batch = 4, .targets = targets}); });
  EXPECT_TRUE(says(message, "not finite"));
  const auto now = trainer.model().flat_parameters(), before = model.flat_parameters();
  EXPECT_TRUE(std::equal(now.begin(), now.end(), before.begin()));
  EXPECT_EQ(trainer.steps(), 0u);
  x[7] = 0.5f;
  EXPECT_TRUE(trainer.step({.x = x, .batch = 4, .targets = targets}).updated);
}

TEST(Trainer, RefusesWhatDoesNotFit) {
  const Problem problem;
  const Model model =
      Model::create({.input = Problem::kInputs, .hidden = {6}, .output = Problem::kOutputs});
  Trainer values(model), classes(model, {.loss = {.kind = LossKind::cross_entropy}});
  const auto with = [&](auto change, bool labels = false) {
    Batch batch = problem.batch(labels);
    change(batch);
    return refusal([&] { (labels ? classes : values).step(batch); });
  };
  EXPECT_TRUE(says(with([](Batch& b) { b.batch = 0; }), "no sequences"));
  EXPECT_TRUE(says(with([](Batch& b) { b.x = b.x.first(7); }), "batch, x"));
  EXPECT_TRUE(says(with([](Batch& b) { b.targets = b.targets.first(7); }), "batch, targets"));
  EXPECT_TRUE(says(with([](Batch& b) { b.weights = b.weights.first(7); }), "batch, weights"));
  const Floats negative(Problem::kBatch * Problem::kSteps, -1.0f);
  EXPECT_TRUE(says(with([&](Batch& b) { b.weights = negative; }), "weights[0]"));
  EXPECT_TRUE(says(with([](Batch& b) { b.lengths = b.lengths.first(2); }), "batch, lengths"));
  EXPECT_TRUE(says(with([](Batch& b) { b.mask = b.mask.first(2); }), "batch, mask"));
  EXPECT_TRUE(says(with([](Batch& b) { b.initial.h = {1.0f}; }), "batch, initial"));
  EXPECT_TRUE(says(with([&](Batch& b) { b.labels = problem.labels; }), "only cross-entropy"));
  EXPECT_TRUE(says(with([](Batch& b) { b.labels = {}; }, true), "batch, labels"));
  const std::vector<std::int32_t> high(Problem::kBatch * Problem::kSteps, 4);
  EXPECT_TRUE(says(with([&](Batch& b) { b.labels = high; }, true), "no such class"));
  const std::size_t long_ones[] = {7, 3, 8, 6, 7};
  EXPECT_TRUE(says(with([&](Batch& b) { b.lengths = long_ones; }), "longer than"));

  const Batch batch = problem.batch(false);
  EXPECT_TRUE(says(with([](Batch& b) { b.batch = std::size_t{1} << 63; }), "batch, x"));
  EXPECT_TRUE(says(refusal([&] {
                     Batch carried = problem.batch(false);
                     carried.carry_on = true;
                     (void)values.loss(carried);
                   }),
                   "carry_on"));
  Trainer plateau(model, {.schedule = {.kind = ScheduleKind::plateau}});
  EXPECT_TRUE(says(refusal([&] { plateau.step(problem.batch(false)); }), "schedule.kind"));
  const Model reverse = Model::create({.input = 3, .hidden = {6}, .direction = Direction::both});
  EXPECT_TRUE(says(refusal([&] { Trainer(reverse, {.recompute = true}); }), "recompute"));
  EXPECT_TRUE(says(refusal([&] { Trainer(reverse, {.bptt = 3}); }), "bptt"));
  Trainer cosine(model, {.schedule = {.kind = ScheduleKind::cosine}});
  EXPECT_TRUE(says(refusal([&] { cosine.step(batch); }), "schedule.steps"));
  EXPECT_TRUE(says(refusal([&] { Trainer(model, {.clip = 0.0}); }), "clip"));
  EXPECT_TRUE(says(refusal([&] { Trainer(model, {.accumulate = 0}); }), "accumulate"));
  EXPECT_TRUE(
      says(refusal([&] { Trainer(model, {.loss = {.kind = LossKind::quantile}}); }), "levels"));
  EXPECT_TRUE(says(refusal([&] { Trainer(model, {.optimizer = {.beta1 = 1.0}}); }), "beta1"));
  EXPECT_TRUE(says(refusal([&] { values.fit(problem.batch(false), {.epochs = 0}); }), "epochs"));
}

// For the thread sanitizer: a copy of a model shares nothing with the one that is trained.
TEST(Trainer, TrainsWhileAnotherThreadRunsACopy) {
  const Adding data(40, 16, 8);
  Trainer trainer(Model::create({.input = 2, .hidden = {16}, .output = 1}));
  trainer.step(data.batch());
  const Model copy = trainer.model();
  const Floats expected = copy.run(data.x, {.batch = data.count});
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) EXPECT_EQ(copy.run(data.x, {.batch = data.count}), expected);
  });
  for (int n = 0; n < 20; ++n) trainer.step(data.batch());
  done = true;
  other.join();
  EXPECT_NE(trainer.model().run(data.x, {.batch = data.count}), expected);
}

TEST(Trainer, AStreamKeepsTheWeightsThatItWasMadeWith) {
  const Adding data(40, 16, 8);
  Trainer trainer(Model::create({.input = 2, .hidden = {16}, .output = 1}));
  Stream stream(trainer.model());
  Floats first(1), second(1);
  ASSERT_EQ(stream.push(std::span(data.x).first(2), first), Status::ok);
  trainer.step(data.batch());
  stream.reset();
  ASSERT_EQ(stream.push(std::span(data.x).first(2), second), Status::ok);
  EXPECT_EQ(first, second);
  Stream later(trainer.model());
  ASSERT_EQ(later.push(std::span(data.x).first(2), second), Status::ok);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace sluice
