// Models of state policy "reset:T": trained on windows from the initial state, run on the last T
// rows alone; with both directions too, which must see nothing behind the row that they forecast
// from.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include "core/random.hpp"
#include "engine/run.hpp"
#include "forecasting/series.hpp"
#include "sluice/error.hpp"
#include "training/lstm_fit.hpp"
#include "training/series_cursors.hpp"

namespace sluice::forecasting {
namespace {

TEST(Windows, StartAnywhereWithinTheRowsAndAlwaysFresh) {
  constexpr std::size_t kRows = 97, kWindow = 13;
  training::SeriesCursors cursors(7, kRows, kWindow, 5, true);
  std::set<std::size_t> starts;
  for (int step = 0; step < 400; ++step) {
    for (std::size_t cursor = 0; cursor < 7; ++cursor) {
      EXPECT_LE(cursors[cursor].row + kWindow, kRows);
      EXPECT_TRUE(cursors[cursor].fresh);
      starts.insert(cursors[cursor].row);
    }
    cursors.advance();
  }
  EXPECT_EQ(starts.size(), kRows - kWindow + 1);
}

TEST(Windows, AreJudgedByTheirLastRowAlone) {
  constexpr std::size_t kRows = 16;
  engine::Network network({.input = 2, .hidden = {3}, .output = 1});
  network.set_parameters(
      initial_parameters(network.architecture(), {.seed = 3, .zero_head = true}));
  training::FitData data;
  data.inputs.assign(kRows * engine::row_stride(2), 0.3f);
  data.targets.assign(kRows, 1000.0f);
  data.targets.back() = 4.0f;
  data.offsets = {0.0f};
  data.levels = {0.5f};
  data.loss.kind = LossKind::squared;
  data.rows = kRows;
  ThreadPool pool{1};
  training::LstmFit fit(network, data,
                        {.batch = 5,
                         .chunk = kRows,
                         .windows = true,
                         .dropout = 0.0,
                         .clip = 1.0,
                         .seed = 7,
                         .optimizer = {.kind = OptimizerKind::sgd}},
                        pool);
  EXPECT_DOUBLE_EQ(fit.step(0.1), 8.0);  // 4^2 / 2
}

class WindowModel : public testing::Test {
 protected:
  static constexpr std::size_t kRows = 150, kWindow = 11;

  explicit WindowModel(Direction direction = Direction::both) {
    model.features.targets.resize(1);
    model.horizon = 1;
    model.quantiles = {0.5};
    model.window = kWindow;
    Architecture architecture{.input = model.network_inputs(), .hidden = {5}, .output = 1};
    architecture.direction = direction;
    model.network.emplace(architecture);
    model.network->set_parameters(initial_parameters(architecture, {.seed = 3}));
    stride = engine::row_stride(architecture.input);
    inputs.resize(kRows * stride);
    Random random(9);
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t j = 0; j < architecture.input; ++j)
        inputs[row * stride + j] = static_cast<float>(random.normal());
    }
  }

  ForecastModel model;
  FloatVector inputs;
  std::size_t stride = 0;
};

TEST_F(WindowModel, RunsEachRowsOwnWindowToTheBit) {
  const std::vector<float> all = network_outputs(model, inputs, 0, 3, kRows);
  const std::size_t width = model.network->architecture().input;
  for (const std::size_t row : {3u, 9u, 10u, 11u, 66u, 67u, 149u}) {
    const std::size_t length = std::min<std::size_t>(kWindow, row + 1);
    std::vector<float> x;
    for (std::size_t t = row + 1 - length; t <= row; ++t)
      x.insert(x.end(), inputs.begin() + static_cast<std::ptrdiff_t>(t * stride),
               inputs.begin() + static_cast<std::ptrdiff_t>(t * stride + width));
    State state;
    const std::vector<float> y =
        engine::run(*model.network, {.x = x, .batch = 1, .steps = length}, state);
    EXPECT_EQ(all[row - 3], y.back()) << row;
  }
}

TEST_F(WindowModel, SeesNoRowBehindItsOwnAndNoneBeforeTheWindow) {
  const std::vector<float> before = network_outputs(model, inputs, 0, 0, kRows);
  constexpr std::size_t kChanged = 80;
  for (std::size_t j = 0; j < 3; ++j) inputs[kChanged * stride + j] += 5.0f;
  const std::vector<float> after = network_outputs(model, inputs, 0, 0, kRows);
  for (std::size_t row = 0; row < kRows; ++row) {
    const bool inside = row >= kChanged && row < kChanged + kWindow;
    EXPECT_EQ(before[row] != after[row], inside) << row;
  }
}

TEST(Windows, OfBothDirectionsLearnAndAreKept) {
  ForecastOptions options = small_options(2);
  options.chunk.reset();
  options.bidirectional = true;
  options.window = 12;
  options.epochs = 60;
  const data::Table table = table_of({{"y", logistic_map(400)}});
  const TrainingResult result = train_forecast(table, options);
  EXPECT_EQ(result.model.window, 12u);
  ASSERT_TRUE(result.model.network);
  EXPECT_EQ(result.model.network->architecture().direction, Direction::both);
  EXPECT_GT(result.model.alpha, 0.0) << result.model.provenance.alpha_reason;
}

// The training loss after ten steps: of whole chunks it is another, with all else the same.
TEST(Windows, AreWhatTheTrainerTrainsOn) {
  const data::Table table = table_of({{"y", wave(400, 3)}});
  const auto first_loss = [&table](ForecastOptions options) {
    double loss = 0.0;
    options.progress = [&loss](const Progress& progress) {
      if (progress.step == 10) loss = progress.loss;
    };
    train_forecast(table, options);
    return loss;
  };
  ForecastOptions chunks = small_options(2);
  ForecastOptions windows = chunks;
  windows.window = *windows.chunk;
  windows.chunk.reset();
  EXPECT_GT(first_loss(windows), 0.0);
  EXPECT_NE(first_loss(windows), first_loss(chunks));
}

TEST(Windows, OfBothDirectionsAreAsLongAsTheChunkWhereNotGiven) {
  ForecastOptions options = small_options(2);
  options.bidirectional = true;
  options.epochs = 1;
  const TrainingResult result = train_forecast(table_of({{"y", wave(400, 3)}}), options);
  EXPECT_EQ(result.model.window, 16u);
}

TEST(Windows, AndABackPropagationLengthAreNotBothTaken) {
  ForecastOptions options = small_options(2);
  options.window = 12;
  try {
    check(options);
    FAIL() << "took a window of 12 and a chunk of 16";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
  }
}

TEST(CellOptionsInTraining, TrainAndKeepTheirArchitecture) {
  ForecastOptions options = small_options(2);
  options.epochs = 2;
  options.layers = 2;
  options.cell = {.peephole = true,
                  .coupling = Coupling::input_from_forget,
                  .projection = 4,
                  .cell_clip = 3.0,
                  .zoneout_h = 0.1,
                  .recurrent_dropout = 0.1,
                  .variational_dropout = 0.1,
                  .drop_connect = 0.1};
  options.residual = options.learned_state = true;
  const data::Table table = table_of({{"y", wave(400, 3)}});
  const TrainingResult result = train_forecast(table, options);
  const Architecture& architecture = result.model.network->architecture();
  EXPECT_EQ(architecture.hidden, (std::vector<std::size_t>{24, 24}));  // three members
  EXPECT_EQ(architecture.cell.projection, 12u);
  EXPECT_TRUE(architecture.residual && architecture.learned_state && architecture.cell.peephole);
  EXPECT_FALSE(result.failure);
}

TEST(CellOptionsInTraining, LayerNormLeavesOneMember) {
  ForecastOptions options = small_options(2);
  options.epochs = 1;
  options.cell.layer_norm = LayerNorm::ba;
  const TrainingResult result = train_forecast(table_of({{"y", wave(400, 3)}}), options);
  EXPECT_EQ(result.model.provenance.members, 1u);
  EXPECT_EQ(result.model.network->architecture().hidden, (std::vector<std::size_t>{8}));
}

}  // namespace
}  // namespace sluice::forecasting
