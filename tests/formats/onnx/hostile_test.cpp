// Models that were made to break their reader: cut at each byte, each bit flipped, pieces moved,
// sizes that overflow, files that hold the most for each byte. Each gives an Error or a model that
// runs; none crashes, hangs, or takes much memory.
#include <gtest/gtest.h>

#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "formats/allocation_peak.hpp"
#include "formats/onnx/cases.hpp"
#include "formats/onnx/made_model.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

// A small file may compute 16 MiB of constants, or their like when it runs, a few at a time.
constexpr std::size_t kAllowance = std::size_t{256} << 20;

enum class Outcome { refused, loaded, ran };

/// Loads it and runs it, and tries to make a native model of it where that is asked for. A refusal
/// is an Error that names the file.
Outcome read_model(const std::string& bytes, const Tensors& inputs, bool native = false) {
  Outcome outcome = Outcome::refused;
  try {
    const OnnxModel model = OnnxModel::parse(bytes, "m.onnx");
    outcome = Outcome::loaded;
    if (native) model.native();
    model.run(inputs);
    outcome = Outcome::ran;
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    EXPECT_EQ(std::string(error.what()).rfind("m.onnx", 0), 0u) << error.what();
  }
  return outcome;
}

struct Victim {
  std::string bytes;
  Tensors inputs;
};

Victim lstm_victim() {
  MadeModel made = lstm_model({"B", "sequence_lens", "initial_h", "initial_c", "P"});
  NodeProto& node = *made.graph().mutable_node(0);
  set(node, "hidden_size", std::int64_t{2});
  set(node, "clip", 3.0f);
  set(node, "activations", std::vector<std::string>{"Sigmoid", "ScaledTanh", "Elu"});
  const Tensor state = random_floats({1, 2, 2}, 5);
  const Value lengths(DType::i32, {2}, std::vector<std::int32_t>{5, 3});
  return {made.bytes(),
          {{"X", random_floats({5, 2, 3}, 4)},
           {"sequence_lens", lengths.to_tensor("")},
           {"initial_h", state},
           {"initial_c", state}}};
}

// One of the graphs that an exporter wrote, with all the glue.
Victim exported_victim(const std::string& name) {
  const nlohmann::json file = read_json(SLUICE_SOURCE_DIR "/tests/formats/onnx/exports.json");
  for (const auto& one : file.at("cases")) {
    if (one.at("name") == name) {
      return {from_hex(one.at("model")), tensors_from(one.at("inputs"))};
    }
  }
  throw std::runtime_error("no case " + name);
}

// Operators with sizes in constants, which a flip makes huge.
Victim sizes_victim() {
  MadeModel made;
  made.input("x");
  made.integers("shape", {2, 3});
  made.integers("wide", {4, 2, 3});
  made.integers("starts", {0});
  made.integers("ends", {3});
  made.integers("steps", {2});
  made.integers("axes", {1});
  made.integers("sizes", {2});
  made.node("ConstantOfShape", {"shape"}, {"zeros"});
  made.node("Expand", {"zeros", "wide"}, {"expanded"});
  made.node("Slice", {"expanded", "starts", "ends", "axes", "steps"}, {"sliced"});
  made.node("Tile", {"x", "shape"}, {"tiled"});
  made.node("Reshape", {"x", "shape"}, {"reshaped"});
  made.node("Gather", {"x", "axes"}, {"gathered"});
  made.node("Split", {"x", "sizes"}, {"part"});
  set(made.node("Concat", {"x", "reshaped"}, {"joined"}), "axis", std::int64_t{-2});
  for (const char* name : {"sliced", "tiled", "gathered", "part", "joined"}) made.output(name);
  return {made.bytes(), {{"x", random_floats({2, 3}, 1)}}};
}

std::vector<Victim> victims() {
  return {lstm_victim(), sizes_victim(),
          exported_victim("PyTorch no biases, no head, opset 20, exporter 2, any sizes"),
          exported_victim("tf2onnx every step, opset 9")};
}

TEST(HostileOnnx, TheCounterSeesAnAllocation) {
  EXPECT_GE(peak_of([] { std::vector<char>(1'000'000, 'x'); }), 1'000'000u);
}

// What ends on a whole field may still be a model, one without its last words.
TEST(HostileOnnx, AFileCutAnywhereIsRefusedOrGivesTheSame) {
  for (const Victim& victim : victims()) {
    const Tensors expected = OnnxModel::parse(victim.bytes, "m.onnx").run(victim.inputs);
    std::size_t accepted = 0;
    for (std::size_t size = 0; size < victim.bytes.size(); ++size) {
      const std::string cut = victim.bytes.substr(0, size);
      if (read_model(cut, victim.inputs) != Outcome::ran) continue;
      ++accepted;
      const Tensors outputs = OnnxModel::parse(cut, "m.onnx").run(victim.inputs);
      for (const auto& output : outputs) {
        EXPECT_EQ(output.second.bytes, expected.at(output.first).bytes) << size;
      }
    }
    EXPECT_LE(accepted, 1u);
  }
}

TEST(HostileOnnx, EachBitFlippedGivesAnErrorOrAModelInLittleMemory) {
  std::size_t refused = 0, flips = 0, most = 0;
  for (const Victim& victim : victims()) {
    for (std::size_t place = 0; place < victim.bytes.size(); ++place) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped = victim.bytes;
        flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
        const std::size_t peak = peak_of([&] {
          if (read_model(flipped, victim.inputs) != Outcome::ran) ++refused;
        });
        most = std::max(most, peak);
        ASSERT_LT(peak, kAllowance) << place << " bit " << bit;
        ++flips;
      }
    }
  }
  std::printf("%zu flips, %zu refused, at most %zu kB\n", flips, refused, most / 1000);
  EXPECT_GT(refused, flips / 4);
}

TEST(HostileOnnx, ManyFlipsAndMovedPiecesNeverCrash) {
  const std::vector<Victim> all = victims();
  Random random(31);
  for (int trial = 0; trial < 6'000; ++trial) {
    const Victim& victim = all[random.below(all.size())];
    std::string bytes = victim.bytes;
    for (std::size_t flips = 1 + random.below(4); flips > 0; --flips) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    if (trial % 3 == 1) {
      const std::size_t from = random.below(bytes.size());
      bytes.insert(random.below(bytes.size()), bytes.substr(from, random.below(40)));
    }
    if (trial % 3 == 0) bytes.erase(random.below(bytes.size()), random.below(20));
    ASSERT_LT(peak_of([&] { read_model(bytes, victim.inputs, true); }), kAllowance) << trial;
  }
}

TEST(HostileOnnx, SizesThatOverflowTakeNoMemory) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t size : {std::int64_t{1} << 32, std::int64_t{1} << 61, most, -most}) {
    for (int tensor = 0; tensor < 3; ++tensor) {
      for (int axis = 0; axis < 3; ++axis) {
        MadeModel made = lstm_model({"B"});
        auto& dims = *made.graph().mutable_initializer(tensor)->mutable_dims();
        if (axis >= dims.size()) continue;
        dims[axis] = size;
        const std::string bytes = made.bytes();
        EXPECT_LT(peak_of([&] { EXPECT_EQ(read_model(bytes, {}), Outcome::refused); }), 200'000u);
      }
    }
    MadeModel empty;  // no elements, whatever the other lengths are
    empty.integers("s", {0, size, size});
    empty.node("ConstantOfShape", {"s"}, {"y"});
    empty.output("y");
    EXPECT_LT(peak_of([&] { read_model(empty.bytes(), {}); }), 200'000u);
    MadeModel hidden = lstm_model();
    set(*hidden.graph().mutable_node(0), "hidden_size", size);
    EXPECT_LT(peak_of([&] { read_model(hidden.bytes(), {}); }), 200'000u);
  }
}

// Bytes that hold the most: empty nodes, attributes, tensors, inputs, names.
TEST(HostileOnnx, MemoryStaysAMultipleOfTheFile) {
  std::vector<MadeModel> made(5);
  for (int i = 0; i < 50'000; ++i) {
    made[0].graph().add_node();
    made[1].node("Relu", {}, {}).add_attribute();
    made[2].graph().add_initializer()->set_name(std::to_string(i));
    made[3].graph().add_input()->set_name(std::to_string(i));
    made[4].graph().add_output()->set_name(std::to_string(i));
  }
  for (MadeModel& model : made) {
    model.input("x");
    model.output("x");
    const std::string bytes = model.bytes();
    const std::size_t peak = peak_of([&] { read_model(bytes, {}); });
    std::printf("%zu bytes, %.0f for each\n", bytes.size(),
                static_cast<double>(peak) / static_cast<double>(bytes.size()));
    EXPECT_LT(peak, 1000 * bytes.size());
  }
}

// A long chain of nodes, written backwards, and one name that all read.
TEST(HostileOnnx, ManyNodesTakeTimeInProportion) {
  MadeModel made;
  made.input("x");
  constexpr int kNodes = 30'000;
  for (int i = kNodes; i > 0; --i) {
    made.node("Add", {i == 1 ? "x" : std::to_string(i - 1), "x"}, {std::to_string(i)});
  }
  made.output(std::to_string(kNodes));
  const auto outputs = made.load().run({{"x", floats({1}, {1.0f})}});
  EXPECT_EQ(outputs.begin()->second.as_floats()[0], static_cast<float>(kNodes + 1));
}

std::string number(const char* letter, int n) { return letter + std::to_string(n); }

/// The refusal of a run that takes x [1, 2] and one float.
std::string run_refusal(const MadeModel& made) {
  return error_message(ErrorCode::shape, [&] {
    made.load().run({{"x", floats({1, 2}, {1.0f, 2.0f})}});
  });
}

MadeModel with_array(std::int64_t rows) {
  MadeModel made;
  made.input("x");
  made.integers("s", {rows, 2});
  made.node("Expand", {"x", "s"}, {"e"});
  return made;
}

// 400 arrays of 16 MB, each of which is read once more at the end.
TEST(HostileOnnx, ArraysThatAreAliveTogetherHaveABudget) {
  MadeModel made = with_array(1 << 21);
  constexpr int kArrays = 400;
  for (int i = 0; i < kArrays; ++i) made.node("Add", {"e", "x"}, {number("a", i)});
  for (int i = 1; i < kArrays; ++i)
    made.node("Add", {i == 1 ? "a0" : number("b", i - 1), number("a", i)}, {number("b", i)});
  made.output(number("b", kArrays - 1));
  EXPECT_LT(made.bytes().size(), 25'000u);
  std::string text;
  EXPECT_LT(peak_of([&] { text = run_refusal(made); }), std::size_t{330} << 20);
  EXPECT_TRUE(has(text,
                  "(Add): the arrays of the run take too much memory: expected room for at "
                  "most 0 elements beside the live arrays, got [2097152, 2]"))
      << text;
  EXPECT_TRUE(has(text, "give fewer sequences or steps at a time")) << text;
}

TEST(HostileOnnx, AnUnreadArrayIsFreedAtOnce) {
  MadeModel made = with_array(1 << 18);
  for (int i = 0; i < 200; ++i) made.node("Add", {"e", "x"}, {number("a", i)});
  made.output("a7");
  EXPECT_LT(peak_of([&] {
              made.load().run({{"x", floats({1, 2}, {1.0f, 2.0f})}});
            }),
            std::size_t{20} << 20);
}

TEST(HostileOnnx, ConstantsThatAreMovedAtLoadHaveABudget) {
  MadeModel made;
  made.input("x");
  made.integers("s", {2048, 2047});
  made.node("ConstantOfShape", {"s"}, {"t0"});
  for (int i = 0; i < 40; ++i) made.node("Transpose", {number("t", i)}, {number("t", i + 1)});
  made.node("Neg", {"x"}, {"y"});
  made.output("y");
  EXPECT_LT(peak_of([&] { made.load(); }), std::size_t{40} << 20);
  EXPECT_LT(peak_of([&] {
              made.load().run({{"x", floats({1, 2}, {1.0f, 2.0f})}});
            }),
            std::size_t{120} << 20);
}

TEST(HostileOnnx, NodesThatShareTheirWeightsArePreparedWithinABudget) {
  MadeModel made;
  made.input("x");
  made.integers("w", {1, 2000, 1});
  made.integers("r", {1, 2000, 500});
  made.node("ConstantOfShape", {"w"}, {"W"});
  made.node("ConstantOfShape", {"r"}, {"R"});
  for (int i = 0; i < 60; ++i) made.node("LSTM", {"x", "W", "R"}, {"", number("h", i)});
  made.output("h0");
  EXPECT_LT(peak_of([&] {
              made.load().run({{"x", floats({1, 1, 1}, {1.0f})}});
            }),
            std::size_t{200} << 20);
}

// 60 products of 2048 x 2048 in 1.5 kB, and sums over many elements that make few.
TEST(HostileOnnx, WorkHasABudget) {
  MadeModel made;
  made.input("x");
  made.integers("s", {2048, 2048});
  made.node("ConstantOfShape", {"s"}, {"p0"});
  for (int i = 0; i < 60; ++i) made.node("MatMul", {number("p", i), "p0"}, {number("p", i + 1)});
  made.output("p60");
  EXPECT_TRUE(has(run_refusal(made),
                  "(MatMul): the run would take too long: expected at most "
                  "4.3e+09 multiply-adds or the like, for a graph of 4 numbers "
                  "and inputs of 2, got 8.6e+09 up to here"))
      << run_refusal(made);

  MadeModel sums = with_array(1 << 20);
  for (int i = 0; i < 1000; ++i) sums.node("ReduceSum", {"e"}, {number("r", i)});
  sums.output("r0");
  EXPECT_TRUE(has(run_refusal(sums), "(ReduceSum): the run would take too long"));

  MadeModel folded;
  folded.input("x");
  folded.integers("s", {2048, 2047});
  folded.node("ConstantOfShape", {"s"}, {"t0"});
  for (int i = 0; i < 1000; ++i) folded.node("ReduceSum", {"t0"}, {number("r", i)});
  folded.output("r0");
  EXPECT_TRUE(has(run_refusal(folded), "(ReduceSum): the run would take too long"));
}

// What is large because the caller gives much is no attack.
TEST(HostileOnnx, TheBudgetsFollowWhatTheCallerGives) {
  MadeModel made;
  made.input("x");
  for (int i = 0; i < 40; ++i)
    made.node("Add", {i == 0 ? "x" : number("a", i - 1), "x"}, {number("a", i)});
  made.output("a39");
  const auto y = made.load().run({{"x", floats({3, 2'000'000}, std::vector<float>(6'000'000, 1))}});
  EXPECT_EQ(y.at("a39").as_floats().back(), 41.0f);
}

TEST(HostileOnnx, AnArrayWithoutElementsHasNoVastDimensions) {
  for (const std::int64_t size : {std::int64_t{1} << 29, std::int64_t{1} << 40}) {
    MadeModel made;
    made.input("x");
    made.integers("s", {size, 0});
    made.node("ConstantOfShape", {"s"}, {"empty"});
    set(made.node("Concat", {"empty", "empty"}, {"y"}), "axis", std::int64_t{1});
    made.output("y");
    EXPECT_TRUE(has(run_refusal(made), "too large"));

    MadeModel constant;
    constant.input("x");
    constant.constant("c", floats({0}, {}));
    constant.graph().mutable_initializer(0)->add_dims(size);
    constant.output("c");
    EXPECT_TRUE(has(constant.refusal(), "its shape overflows"));

    MadeModel given;
    given.input("x");
    given.output("x");
    const OnnxModel model = given.load();
    EXPECT_THROW(model.run({{"x", floats({static_cast<std::size_t>(size), 0}, {})}}), Error);
  }
  MadeModel sum = with_array(1 << 10);  // a sum over no elements makes an array of its own
  sum.integers("none", {std::int64_t{1} << 22, 4, 0});
  sum.integers("axes", {2});
  sum.node("ConstantOfShape", {"none"}, {"empty"});
  sum.node("ReduceSum", {"empty", "axes"}, {"y"});
  sum.output("y");
  EXPECT_TRUE(has(run_refusal(sum), "too large"));
}

// Every input goes into every node: names of them would be the square of the file.
TEST(HostileOnnx, ManyInputsInManyNodesTakeTimeInProportion) {
  MadeModel made = lstm_model();
  constexpr int kMany = 3000;
  std::string sum = "Y_h";
  for (int i = 0; i < kMany; ++i) {
    made.input(number("i", i));
    const std::string next = number("n", i);
    made.node("Add", {sum, number("i", i)}, {next});
    sum = next;
  }
  for (int i = 0; i < kMany; ++i) made.node("Neg", {sum}, {number("m", i)});
  made.output(sum);
  const OnnxModel model = made.load();
  EXPECT_LT(peak_of([&] { EXPECT_FALSE(model.native().model); }), std::size_t{200} << 20);
}

TEST(HostileOnnx, NestedSubGraphsEndAtProtobufsOwnDepth) {
  MadeModel made = lstm_model();
  ::onnx::GraphProto* inner = &made.graph();
  for (int i = 0; i < 5'000; ++i) {
    AttributeProto& body = *inner->add_node()->add_attribute();
    body.set_type(AttributeProto::GRAPH);
    inner = body.mutable_g();
  }
  EXPECT_EQ(read_model(made.bytes(), {}), Outcome::refused);
}

}  // namespace
}  // namespace sluice::formats::onnx
