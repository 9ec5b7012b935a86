// The gates of other programs: their order by hand, and there and back.
#include "formats/gate_order.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "formats/error_message.hpp"

namespace sluice::formats {
namespace {

constexpr GateOrder kOrders[] = {GateOrder::pytorch, GateOrder::onnx, GateOrder::keras};

CellOptions coupled(Coupling coupling) {
  CellOptions cell;
  cell.coupling = coupling;
  return cell;
}

// H = 2, n = 3: the value of gate g (1 i, 2 f, 3 g, 4 o), unit u, column j is 100 g + 10 u + j.
std::vector<double> blocks_of(std::initializer_list<int> gates) {
  std::vector<double> values;
  for (const int gate : gates) {
    for (int unit = 0; unit < 2; ++unit) {
      for (int column = 0; column < 3; ++column) {
        values.push_back(100 * gate + 10 * unit + column);
      }
    }
  }
  return values;
}

TEST(GateOrderTest, OnnxHasTheOutputGateSecondAndTheCandidateLast) {
  EXPECT_EQ(gates_to_ours(GateOrder::onnx, blocks_of({1, 4, 2, 3}), {.hidden = 2, .columns = 3}),
            blocks_of({1, 2, 3, 4}));
}

TEST(GateOrderTest, PyTorchIsOurs) {
  EXPECT_EQ(gates_to_ours(GateOrder::pytorch, blocks_of({1, 2, 3, 4}), {.hidden = 2, .columns = 3}),
            blocks_of({1, 2, 3, 4}));
}

TEST(GateOrderTest, KerasIsTransposed) {
  std::vector<double> kernel;  // [n, 4H]
  for (int column = 0; column < 3; ++column) {
    for (const int gate : {1, 2, 3, 4}) {
      for (int unit = 0; unit < 2; ++unit) kernel.push_back(100 * gate + 10 * unit + column);
    }
  }
  EXPECT_EQ(gates_to_ours(GateOrder::keras, kernel, {.hidden = 2, .columns = 3}),
            blocks_of({1, 2, 3, 4}));
}

TEST(GateOrderTest, ACoupledGatesBlockIsDropped) {
  const std::vector<double> theirs = blocks_of({1, 4, 2, 3});
  EXPECT_EQ(
      gates_to_ours(GateOrder::onnx, theirs,
                    {.hidden = 2, .columns = 3, .cell = coupled(Coupling::forget_from_input)}),
      blocks_of({1, 3, 4}));
  EXPECT_EQ(
      gates_to_ours(GateOrder::onnx, theirs,
                    {.hidden = 2, .columns = 3, .cell = coupled(Coupling::input_from_forget)}),
      blocks_of({2, 3, 4}));
  EXPECT_EQ(
      gates_from_ours(
          GateOrder::onnx, blocks_of({1, 3, 4}),
          {.hidden = 2, .columns = 3, .cell = coupled(Coupling::forget_from_input)})[2 * 2 * 3],
      0.0);
}

TEST(GateOrderTest, PeepholesOfOnnxHaveTheForgetGateLast) {
  const std::vector<float> theirs = {1, 11, 4, 14, 2, 12};  // i, o, f
  const auto ours = [&](Coupling coupling) {
    return peepholes_to_ours(GateOrder::onnx, theirs, {.hidden = 2, .cell = coupled(coupling)});
  };
  EXPECT_EQ(ours(Coupling::none), (std::vector<float>{1, 11, 2, 12, 4, 14}));
  EXPECT_EQ(ours(Coupling::forget_from_input), (std::vector<float>{1, 11, 4, 14}));
  EXPECT_EQ(ours(Coupling::input_from_forget), (std::vector<float>{2, 12, 4, 14}));
}

TEST(GateOrderTest, PeepholesOfTheOthersStandAsOurs) {
  const std::vector<float> theirs = {1, 11, 2, 12, 4, 14};
  EXPECT_EQ(peepholes_to_ours(GateOrder::pytorch, theirs, {.hidden = 2}), theirs);
  EXPECT_EQ(peepholes_to_ours(GateOrder::keras, theirs, {.hidden = 2}), theirs);
}

TEST(GateOrderTest, EveryOrderComesBackAsItWas) {
  for (const GateOrder order : kOrders) {
    for (const Coupling coupling :
         {Coupling::none, Coupling::input_from_forget, Coupling::forget_from_input}) {
      const GateBlocks blocks{.hidden = 5, .columns = 7, .cell = coupled(coupling)};
      std::vector<float> ours(blocks.cell.gates() * 5 * 7);
      std::iota(ours.begin(), ours.end(), 1.0f);
      EXPECT_EQ(gates_to_ours(order, gates_from_ours(order, ours, blocks), blocks), ours);
      std::vector<float> peepholes((blocks.cell.gates() - 1) * 5);
      std::iota(peepholes.begin(), peepholes.end(), 1.0f);
      EXPECT_EQ(peepholes_to_ours(order, peepholes_from_ours(order, peepholes, blocks), blocks),
                peepholes);
    }
  }
}

TEST(GateOrderTest, AWrongNumberOfValuesIsRefused) {
  const std::string message = error_message(ErrorCode::shape, [] {
    gates_to_ours(GateOrder::onnx, std::vector<double>(23), {.hidden = 2, .columns = 3});
  });
  EXPECT_TRUE(has(message, "expected 24 values, got 23")) << message;
}

TEST(GateOrderTest, APlainRnnIsRefused) {
  CellOptions rnn;
  rnn.kind = CellKind::rnn;
  EXPECT_TRUE(has(error_message(ErrorCode::usage,
                                [&] {
                                  gates_to_ours(GateOrder::keras, std::vector<double>(2),
                                                {.hidden = 2, .cell = rnn});
                                }),
                  "plain RNN"));
}

}  // namespace
}  // namespace sluice::formats
