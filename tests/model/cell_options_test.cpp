// Which options may not stand together, and what the refusal says.
#include "sluice/cell_options.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "sluice/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t kHidden = 7;

// The message of the refusal, or "" where there is none.
std::string refusal(const std::function<void(CellOptions&)>& change) {
  CellOptions options;
  change(options);
  try {
    check(options, kHidden);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_FALSE(error.parts().expected.empty());
    EXPECT_FALSE(error.parts().hint.empty());
    return error.what();
  }
}

bool mentions(const std::string& message, const std::string& text) {
  return message.find(text) != std::string::npos;
}

TEST(Options, DefaultsAndAllAtOnceAreGood) {
  EXPECT_EQ(refusal([](CellOptions&) {}), "");
  EXPECT_EQ(refusal([](CellOptions& c) {
              c.peephole = c.projection_bias = true;
              c.coupling = Coupling::forget_from_input;
              c.layer_norm = LayerNorm::ba;
              c.projection = kHidden;
              c.gate_clip = c.cell_clip = c.projection_clip = 3.0;
              c.zoneout_c = c.zoneout_h = c.recurrent_dropout = 0.5;
              c.variational_dropout = c.drop_connect = 0.999;
            }),
            "");
}

TEST(Options, ProjectionIsAtMostTheHiddenSize) {
  EXPECT_EQ(refusal([](CellOptions& c) { c.projection = kHidden + 1; }),
            "cell options: projection is larger than the hidden size: expected 1 to 7, got 8 "
            "(make it smaller, or the layer larger)");
}

TEST(Options, ProjectionsOwnOptionsNeedOne) {
  EXPECT_TRUE(mentions(refusal([](CellOptions& c) { c.projection_bias = true; }),
                       "projection_bias without a projection"));
  EXPECT_TRUE(mentions(refusal([](CellOptions& c) { c.projection_clip = 1.0; }),
                       "projection_clip without a projection"));
}

TEST(Options, ClipsAreFiniteAndNotNegative) {
  for (double CellOptions::*clip :
       {&CellOptions::gate_clip, &CellOptions::cell_clip, &CellOptions::projection_clip}) {
    for (const double bad : {-1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
      EXPECT_TRUE(mentions(refusal([&](CellOptions& c) {
                             c.projection = 3;
                             c.*clip = bad;
                           }),
                           "is no bound: expected a finite number"));
    }
  }
}

TEST(Options, RatesAreFromZeroToBelowOne) {
  for (double CellOptions::*rate :
       {&CellOptions::zoneout_c, &CellOptions::zoneout_h, &CellOptions::recurrent_dropout,
        &CellOptions::variational_dropout, &CellOptions::drop_connect}) {
    for (const double bad : {-0.1, 1.0, 2.0, std::nan("")}) {
      EXPECT_TRUE(mentions(refusal([&](CellOptions& c) { c.*rate = bad; }), "is no rate"));
    }
    EXPECT_EQ(refusal([&](CellOptions& c) { c.*rate = 0.0; }), "");
  }
}

TEST(Options, PlainRnnRefusesWhatNeedsGatesOrACell) {
  const auto with_rnn = [](const std::function<void(CellOptions&)>& change) {
    return refusal([&](CellOptions& c) {
      c.kind = CellKind::rnn;
      change(c);
    });
  };
  const auto refused = [&](const std::string& name,
                           const std::function<void(CellOptions&)>& change) {
    EXPECT_TRUE(mentions(with_rnn(change), name + " with the plain RNN")) << name;
  };
  refused("peephole", [](CellOptions& c) { c.peephole = true; });
  refused("coupling", [](CellOptions& c) { c.coupling = Coupling::input_from_forget; });
  refused("layer_norm", [](CellOptions& c) { c.layer_norm = LayerNorm::tflite; });
  refused("projection", [](CellOptions& c) { c.projection = 2; });
  refused("cell_clip", [](CellOptions& c) { c.cell_clip = 1.0; });
  refused("zoneout_c", [](CellOptions& c) { c.zoneout_c = 0.1; });
  refused("recurrent_dropout", [](CellOptions& c) { c.recurrent_dropout = 0.1; });
  EXPECT_EQ(with_rnn([](CellOptions& c) {
              c.gate_clip = 1.0;
              c.zoneout_h = c.variational_dropout = c.drop_connect = 0.1;
            }),
            "");
}

}  // namespace
}  // namespace sluice
