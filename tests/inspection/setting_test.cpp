// The words of --select and --set: what they mean, and what is refused with the grammar.
#include "inspection/setting.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

using reference::Signal;

const Architecture kTwoLayers{.input = 1, .hidden = {8, 4}, .output = 1};
constexpr Range kRows{0, 500};

TEST(Where, UnitsHoldTheirLastAndStepsDoNot) {
  const Where where = parse_where("layer 0, units 3-7, steps 100:200", kTwoLayers, kRows);
  EXPECT_TRUE(where.layers.holds(0));
  EXPECT_FALSE(where.layers.holds(1));
  EXPECT_TRUE(where.units.holds(3) && where.units.holds(7));
  EXPECT_FALSE(where.units.holds(2) || where.units.holds(8));
  EXPECT_TRUE(where.steps.holds(100) && where.steps.holds(199));
  EXPECT_FALSE(where.steps.holds(99) || where.steps.holds(200));
}

TEST(Where, TakesSinglePlacesOpenEndsAndAnyOrder) {
  const Where where = parse_where(" step 7 ,unit 0,  layers 0-1 ", kTwoLayers, kRows);
  EXPECT_TRUE(where.steps.holds(7));
  EXPECT_FALSE(where.steps.holds(6) || where.steps.holds(8));
  EXPECT_TRUE(where.layers.holds(1));
  EXPECT_EQ(parse_where("steps 40:", kTwoLayers, kRows).steps.last, 500u);
  EXPECT_EQ(parse_where("steps :40", kTwoLayers, kRows).steps.first, 0u);
  EXPECT_TRUE(parse_where("units 1-2", kTwoLayers, kRows).steps.holds(499));
}

TEST(Where, KnowsTheDirectionsThatThereAre) {
  const Architecture both{.input = 1, .hidden = {8}, .output = 1, .direction = Direction::both};
  const Where reverse = parse_where("reverse", both, kRows);
  EXPECT_TRUE(reverse.holds(0, 1, 0));
  EXPECT_FALSE(reverse.holds(0, 0, 0));
  EXPECT_TRUE(parse_where("forward", kTwoLayers, kRows).holds(0, 0, 0));
  EXPECT_THROW(parse_where("reverse", kTwoLayers, kRows), Error);
}

std::string refusal(const std::string& text, bool setting) {
  try {
    setting ? void(parse_setting(text, kTwoLayers, kRows))
            : void(parse_where(text, kTwoLayers, kRows));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  return "";
}

TEST(Where, RefusesNonsenseAndWhatTheNetworkHasNot) {
  for (const char* text :
       {"", "layer", "layer 2", "layers 1-2", "unit 8", "units 5-3", "steps 5:2", "steps 5:5",
        "steps 0:501", "step 500", "gate f", "units 3:7", "steps 3-7", "units -1", "units 1-",
        "layer 0, layer 1", "forward, forward", "unit 1.5", "layer 0,"}) {
    const std::string said = refusal(text, false);
    EXPECT_NE(said.find("for example: layer 0, units 3-7, steps 100:200"), std::string::npos)
        << "'" << text << "': " << said;
  }
}

TEST(Setting, ReadsEveryKindOfAssignment) {
  const Setting made =
      parse_setting("f=1, i*=0.5,g += -2 ,o=hold,h=mean @ unit 2", kTwoLayers, kRows);
  ASSERT_EQ(made.assignments.size(), 5u);
  using Kind = Assignment::Kind;
  const Signal signals[] = {Signal::f, Signal::i, Signal::g, Signal::o, Signal::h};
  const Kind kinds[] = {Kind::replace, Kind::scale, Kind::add, Kind::hold, Kind::mean};
  const double values[] = {1.0, 0.5, -2.0, 0.0, 0.0};
  for (std::size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(made.assignments[n].signal, signals[n]);
    EXPECT_EQ(made.assignments[n].kind, kinds[n]);
    EXPECT_EQ(made.assignments[n].value, values[n]);
  }
  EXPECT_TRUE(made.where.units.holds(2) && !made.where.units.holds(3));
  EXPECT_TRUE(parse_setting("c=0", kTwoLayers, kRows).where.steps.holds(499));
}

TEST(Setting, RefusesNonsenseWithTheGrammarAndAnExample) {
  for (const char* text : {"", "f", "=1", "q=1", "f=", "f=x", "f=1e999", "f-=1", "f=1,f=0", "f=1,",
                           "f==1", "tanh_c=1", "f*=hold", "f=nan"}) {
    const std::string said = refusal(text, true);
    EXPECT_NE(said.find("f=1,i=0 @ layer 0, units 3-7, steps 100:200"), std::string::npos)
        << "'" << text << "': " << said;
    EXPECT_NE(said.find("units A-B"), std::string::npos) << said;
  }
  EXPECT_NE(refusal("f=1 @ layer 9", true), "");
  EXPECT_NE(refusal("f=1 @", true), "");
  Architecture rnn = kTwoLayers;
  rnn.cell.kind = CellKind::rnn;
  EXPECT_THROW(parse_setting("f=1", rnn, kRows), Error);
  EXPECT_NO_THROW(parse_setting("h=1", rnn, kRows));
}

}  // namespace
}  // namespace sluice::inspection
