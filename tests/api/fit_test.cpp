// What Trainer::fit promises: best weights, early stopping, carried chunks, classes, callbacks,
// schedules, the same bits for any number of threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "api/adding.hpp"
#include "api/refusal.hpp"
#include "core/random.hpp"
#include "sluice/stream.hpp"
#include "sluice/trainer.hpp"

namespace sluice {
namespace {

using Floats = std::vector<float>;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Fit, LearnsAndKeepsTheBestWeightsOnValidation) {
  const Adding data(120, 20, 1), validation(40, 20, 2);
  Trainer trainer(Model::create({.input = 2, .hidden = {16}, .output = 1}),
                  {.schedule = {.kind = ScheduleKind::cosine, .rate = 1e-2, .warm_up = 5}});
  const Batch held_out = validation.batch();
  const double before = trainer.loss(held_out);
  std::vector<double> seen;
  const FitResult result = trainer.fit(data.batch(),
                                       {.epochs = 12,
                                        .batch = 16,
                                        .progress =
                                            [&](const FitProgress& progress) {
                                              EXPECT_EQ(progress.epoch, seen.size() + 1);
                                              seen.push_back(progress.validation);
                                              return true;
                                            }},
                                       &held_out);
  ASSERT_EQ(seen.size(), result.epochs);
  EXPECT_LT(result.validation, 0.3 * before);
  EXPECT_EQ(result.validation, *std::min_element(seen.begin(), seen.end()));
  EXPECT_EQ(seen[result.best_epoch - 1], result.validation);
  EXPECT_EQ(trainer.loss(held_out), result.validation);
}

TEST(Fit, StopsWhenValidationGetsNoBetterAndWhenTold) {
  const Adding data(30, 12, 3);
  Adding noise(30, 12, 4);
  for (float& target : noise.targets) target = -target;  // the better the fit, the worse
  const Batch held_out = noise.batch();
  const TrainerOptions options{
      .schedule = {.kind = ScheduleKind::constant, .rate = 1e-2, .warm_up = 0}};
  Trainer trainer(Model::create({.input = 2, .hidden = {8}, .output = 1}), options);
  const FitResult result =
      trainer.fit(data.batch(), {.epochs = 60, .batch = 8, .patience = 3}, &held_out);
  EXPECT_EQ(result.end, FitEnd::no_longer_better);
  EXPECT_EQ(result.epochs, result.best_epoch + 3);
  EXPECT_EQ(trainer.loss(held_out), result.validation) << "not the weights of the best epoch";
  Trainer other(Model::create({.input = 2, .hidden = {8}, .output = 1}), options);
  const FitResult told = other.fit(
      data.batch(),
      {.epochs = 60, .progress = [](const FitProgress& progress) { return progress.epoch < 4; }});
  EXPECT_EQ(told.end, FitEnd::stopped_by_caller);
  EXPECT_EQ(told.epochs, 4u);
  EXPECT_TRUE(std::isnan(told.validation));
}

TEST(Fit, GivesTheSameBitsForAnyNumberOfThreadsAndAgain) {
  const Adding data(60, 24, 5);
  Architecture architecture{.input = 2, .hidden = {24}, .output = 1, .dropout = 0.1};
  architecture.cell.recurrent_dropout = 0.1;
  architecture.cell.drop_connect = 0.1;
  const auto fitted = [&](std::size_t threads, std::uint64_t seed, std::size_t bptt) {
    Trainer trainer(Model::create(architecture), {.bptt = bptt, .seed = seed, .threads = threads});
    trainer.fit(data.batch(), {.epochs = 2, .batch = 24});
    const auto values = trainer.model().flat_parameters();
    return Floats(values.begin(), values.end());
  };
  const Floats expected = fitted(1, 1, 0), chunks = fitted(1, 1, 10);
  EXPECT_EQ(fitted(2, 1, 0), expected);
  EXPECT_EQ(fitted(3, 1, 0), expected);
  EXPECT_NE(fitted(1, 2, 0), expected);
  EXPECT_NE(chunks, expected);
  EXPECT_EQ(fitted(2, 1, 10), chunks);
}

// At rate 0 the chunks of an epoch have the loss of whole sequences: their states are carried.
TEST(Fit, CarriesTheStateFromChunkToChunk) {
  const Adding data(24, 30, 9);
  TrainerOptions options{.bptt = 7};
  options.schedule.rate = 0.0;
  Trainer trainer(Model::create({.input = 2, .hidden = {8}, .output = 1}), options);
  EXPECT_NEAR(trainer.fit(data.batch(), {.epochs = 1, .batch = 5}).loss, trainer.loss(data.batch()),
              1e-6);
}

// Three batches an epoch, gathered by two: an update of two batches and one of the third.
TEST(Fit, EndsEachEpochWithAnUpdate) {
  const Adding data(24, 10, 9);
  Trainer trainer(Model::create({.input = 2, .hidden = {8}, .output = 1}), {.accumulate = 2});
  trainer.fit(data.batch(), {.epochs = 4, .batch = 8});
  EXPECT_EQ(trainer.steps(), 8u);
}

TEST(Fit, LearnsToClassifyByTheLastStep) {
  Random random(6);
  constexpr std::size_t kCount = 150, kSteps = 9;
  Floats x;
  std::vector<std::int32_t> labels;
  for (std::size_t n = 0; n < kCount; ++n) {
    // Which of three signals came first.
    labels.push_back(static_cast<std::int32_t>(random.below(3)));
    for (std::size_t t = 0; t < kSteps; ++t) {
      for (std::int32_t k = 0; k < 3; ++k)
        x.push_back(t == 0 && k == labels.back() ? 1.0f
                                                 : static_cast<float>(random.uniform(-.2, .2)));
    }
  }
  const Batch data{.x = x, .batch = kCount, .labels = labels, .judged = JudgedSteps::last};
  Trainer trainer(Model::create({.input = 3, .hidden = {12}, .output = 3}),
                  {.loss = {.kind = LossKind::cross_entropy},
                   .schedule = {.kind = ScheduleKind::constant, .rate = 1e-2, .warm_up = 0}});
  EXPECT_GT(trainer.loss(data), 0.9);
  trainer.fit(data, {.epochs = 12, .batch = 15});
  EXPECT_LT(trainer.loss(data), 0.1);
}

TEST(Fit, RefusesAValidationThatCannotBeJudged) {
  const Adding data(24, 10, 9);
  Adding none(8, 10, 3);
  none.targets.assign(none.targets.size(), kNan);
  const Batch validation = none.batch();
  Trainer trainer(Model::create({.input = 2, .hidden = {8}, .output = 1}));
  EXPECT_TRUE(says(refusal([&] { trainer.fit(data.batch(), {.epochs = 2}, &validation); }),
                   "validation: there is no loss"));
  EXPECT_TRUE(
      says(refusal([&] { trainer.fit(validation, {.epochs = 2}); }), "data: there is no loss"));
  EXPECT_TRUE(std::isnan(trainer.loss(validation)));
  Adding broken(8, 10, 3);
  broken.x[5] = kNan;
  const Batch other = broken.batch();
  EXPECT_TRUE(says(refusal([&] { trainer.fit(data.batch(), {.epochs = 2}, &other); }),
                   "validation: there is no loss"));
}

// What the callback makes of the model keeps the weights of that moment, and nothing else does.
TEST(Fit, StreamsOfTheCallbackKeepTheirWeights) {
  const Adding data(24, 10, 9);
  for (const bool peephole : {false, true}) {
    Architecture architecture{.input = 2, .hidden = {8}, .output = 1};
    architecture.cell.peephole = peephole;
    Trainer trainer(Model::create(architecture));
    std::vector<Stream> streams;
    std::vector<float> expected;
    const std::span<const float> row = std::span(data.x).first(2);
    trainer.fit(data.batch(), {.epochs = 4, .progress = [&](const FitProgress&) {
                                 streams.emplace_back(trainer.model());
                                 expected.push_back(trainer.model().run(row)[0]);
                                 return true;
                               }});
    Stream last(trainer.model());
    Floats y(1);
    for (std::size_t n = 0; n < streams.size(); ++n) {
      ASSERT_EQ(streams[n].push(row, y), Status::ok);
      EXPECT_EQ(y[0], expected[n]) << n << peephole;
    }
    ASSERT_EQ(last.push(row, y), Status::ok);
    EXPECT_EQ(y[0], trainer.model().run(row)[0]) << peephole;
    EXPECT_NE(expected.front(), expected.back());
  }
}

TEST(Fit, TellsAnOwnLossWhichDataItSees) {
  const Adding data(6, 10, 9), held_out(9, 10, 3);
  const Batch batch = data.batch(), validation = held_out.batch();
  std::atomic<std::size_t> of_data{0}, of_validation{0};
  Trainer trainer(Model::create({.input = 2, .hidden = {8}, .output = 1}),
                  {.own_loss = [&](const OwnLossCall& call) {
                    (&call.data == &validation ? of_validation : of_data)++;
                    EXPECT_LT(call.sequence, call.data.batch);
                    return static_cast<double>(call.y[0] * call.y[0]);
                  }});
  trainer.fit(batch, {.epochs = 2}, &validation);
  EXPECT_EQ(of_data, 12u);
  EXPECT_EQ(of_validation, 18u);
}

// A cosine ends at 0 with the last update, also where sequences are cut into unequal numbers of
// chunks; more sequences to a batch than there are are all of them.
TEST(Fit, ACosineFallsOverTheUpdatesThatAreMade) {
  Adding data(32, 60, 9);
  for (std::size_t n = 1; n < data.lengths.size(); ++n) data.lengths[n] = 10;
  data.lengths[0] = 60;
  const TrainerOptions options{.schedule = {.kind = ScheduleKind::cosine, .rate = 1e-2},
                               .bptt = 10};
  for (const std::size_t batch : {std::size_t{8}, std::numeric_limits<std::size_t>::max()}) {
    Trainer trainer(Model::create({.input = 2, .hidden = {8}, .output = 1}), options);
    double last = 1.0;
    trainer.fit(data.batch(), {.epochs = 6, .batch = batch, .progress = [&](const FitProgress& p) {
                                 last = p.rate;
                                 return true;
                               }});
    EXPECT_LT(last, 1e-3);
    EXPECT_GT(last, 0.0);
  }
}

}  // namespace
}  // namespace sluice
