// A bare network's way into its file and back: each option of the architecture, by its field in the
// description and by its tensors. Forecasting models are model_file_test's business.
#include "formats/architecture_json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "engine/run.hpp"
#include "formats/error_message.hpp"
#include "formats/model_file.hpp"
#include "formats/safetensors.hpp"
#include "model/option_names.hpp"
#include "reference/activation.hpp"

namespace sluice::formats {
namespace {

using engine::Network;
using nlohmann::json;

struct Variant {
  std::string name;
  Architecture architecture;
};

Architecture two_layers() { return {.input = 3, .hidden = {5, 5}, .output = 2}; }

Variant variant(const std::string& name, const std::function<void(Architecture&)>& change) {
  Variant made{name, two_layers()};
  change(made.architecture);
  return made;
}

// Each field alone, with a value that the test vectors feel; then many together.
std::vector<Variant> variants() {
  std::vector<Variant> all = {
      variant("plain", [](Architecture&) {}),
      variant("layers of two sizes",
              [](Architecture& architecture) {
                architecture.hidden = {5, 7};
              }),
      variant("no head", [](Architecture& architecture) { architecture.output = 0; }),
      variant("no biases", [](Architecture& architecture) { architecture.biases = 0; }),
      variant("two biases", [](Architecture& architecture) { architecture.biases = 2; }),
      variant("rnn", [](Architecture& architecture) { architecture.cell.kind = CellKind::rnn; }),
      variant("peephole", [](Architecture& architecture) { architecture.cell.peephole = true; }),
      variant("input from forget",
              [](Architecture& architecture) {
                architecture.cell.coupling = Coupling::input_from_forget;
              }),
      variant("forget from input",
              [](Architecture& architecture) {
                architecture.cell.coupling = Coupling::forget_from_input;
              }),
      variant("layer norm, Ba",
              [](Architecture& architecture) { architecture.cell.layer_norm = LayerNorm::ba; }),
      variant("layer norm, TensorFlow Lite",
              [](Architecture& architecture) { architecture.cell.layer_norm = LayerNorm::tflite; }),
      variant("projection", [](Architecture& architecture) { architecture.cell.projection = 3; }),
      variant("projection with a bias",
              [](Architecture& architecture) {
                architecture.cell.projection = 3;
                architecture.cell.projection_bias = true;
              }),
      variant("gate clip", [](Architecture& architecture) { architecture.cell.gate_clip = 0.1; }),
      variant("cell clip",
              [](Architecture& architecture) { architecture.cell.cell_clip = 1.0 / 7.0; }),
      variant("projection clip",
              [](Architecture& architecture) {
                architecture.cell.projection = 3;
                architecture.cell.projection_clip = 0.03;
              }),
      variant("zoneout of c",
              [](Architecture& architecture) { architecture.cell.zoneout_c = 0.3; }),
      variant("zoneout of h",
              [](Architecture& architecture) { architecture.cell.zoneout_h = 0.1; }),
      variant("recurrent dropout",
              [](Architecture& architecture) { architecture.cell.recurrent_dropout = 0.2; }),
      variant("variational dropout",
              [](Architecture& architecture) { architecture.cell.variational_dropout = 0.7; }),
      variant("drop connect",
              [](Architecture& architecture) { architecture.cell.drop_connect = 1.0 / 3.0; }),
      variant("reverse",
              [](Architecture& architecture) { architecture.direction = Direction::reverse; }),
      variant("residual", [](Architecture& architecture) { architecture.residual = true; }),
      variant("learned state",
              [](Architecture& architecture) { architecture.learned_state = true; }),
      variant("rnn with a learned state",
              [](Architecture& architecture) {
                architecture.cell.kind = CellKind::rnn;
                architecture.learned_state = true;
              }),
  };
  for (const auto& merge : Names<Merge>::table) {
    all.push_back(
        variant("both directions, " + std::string(merge.first), [&](Architecture& architecture) {
          architecture.direction = Direction::both;
          architecture.merge = merge.second;
        }));
  }
  for (const auto& row : Names<Activation>::table) {
    ActivationFunction function = default_parameters(row.second);
    if (function.alpha > 0.0) function.alpha = 0.1;  // no float and no short binary fraction
    if (function.beta > 0.0) function.beta = 1.0 / 3.0;
    all.push_back(variant("activations " + std::string(row.first), [&](Architecture& architecture) {
      architecture.activations[0] = {
          {Activation::hard_sigmoid, 0.2, 0.5}, function, {Activation::softsign}};
    }));
  }
  all.push_back(variant("other activations in reverse", [](Architecture& architecture) {
    architecture.direction = Direction::both;
    architecture.activations[1].cell = {Activation::scaled_tanh, 1.7, 0.6};
  }));
  all.push_back(variant("many together", [](Architecture& architecture) {
    architecture.hidden = {7, 7};
    architecture.biases = 2;
    architecture.cell = {.peephole = true,
                         .coupling = Coupling::input_from_forget,
                         .layer_norm = LayerNorm::ba,
                         .projection = 3,
                         .projection_bias = true,
                         .gate_clip = 1.5,
                         .cell_clip = 0.7,
                         .projection_clip = 0.4,
                         .zoneout_c = 0.2,
                         .zoneout_h = 0.1};
    architecture.activations[1].candidate = {Activation::softsign};
    architecture.direction = Direction::both;
    architecture.merge = Merge::mean;
    architecture.learned_state = true;
  }));
  all.push_back(variant("others together", [](Architecture& architecture) {
    architecture.output = 0;
    architecture.cell = {
        .peephole = true, .coupling = Coupling::forget_from_input, .layer_norm = LayerNorm::tflite};
    architecture.direction = Direction::both;
    architecture.merge = Merge::sum;
    architecture.learned_state = true;
  }));
  return all;
}

// Every parameter its own number, gains and states too.
Network drawn(const Architecture& architecture) {
  Network network(architecture);
  Random random(71);
  std::vector<float> parameters(network.count());
  for (float& value : parameters) value = static_cast<float>(0.6 * random.normal());
  network.set_parameters(parameters);
  return network;
}

std::vector<float> floats(const Network& network) {
  return {network.parameters().begin(), network.parameters().end()};
}

// Without waiting for the disk, as save_model does: hundreds of these are written.
void write_plainly(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class BareModel : public testing::Test {
 protected:
  std::string saved(const Architecture& architecture, const std::string& state = "unknown") const {
    save_model(path_, drawn(architecture), state);
    return read_file(path_);
  }

  std::string refusal(const SafeTensors& file) const {
    write_plainly(path_, serialize_safetensors(file));
    return error_message(ErrorCode::model, [&] { load_model(path_); });
  }

  // What the file says with its description changed.
  std::string edited(const std::string& bytes, const std::function<void(json&)>& edit) const {
    SafeTensors file = parse_safetensors(bytes, "m");
    json description = json::parse(file.metadata.at("sluice"));
    edit(description);
    file.metadata["sluice"] = description.dump();
    return refusal(file);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "m.safetensors";
};

TEST_F(BareModel, EveryOptionComesBackToTheBitWithItsTestVectors) {
  std::size_t tried = 0;
  for (const Variant& one : variants()) {
    const Network network = drawn(one.architecture);
    save_model(path_, network, "reset:7");
    const std::string bytes = read_file(path_);
    const LoadedWithVerification loaded = load_and_verify(path_);
    ASSERT_TRUE(loaded.model.plain) << one.name;
    EXPECT_FALSE(loaded.model.forecast) << one.name;
    EXPECT_EQ(loaded.model.state, "reset:7");
    EXPECT_EQ(loaded.model.written_by.rfind("sluice ", 0), 0u);
    EXPECT_EQ(loaded.model.plain->architecture(), one.architecture) << one.name;
    EXPECT_EQ(floats(*loaded.model.plain), floats(network)) << one.name;
    EXPECT_EQ(loaded.verification.checked, 17 * one.architecture.width()) << one.name;
    EXPECT_EQ(loaded.verification.largest_error, 0.0) << one.name;
    save_model(path_, *loaded.model.plain, "reset:7");
    EXPECT_EQ(read_file(path_), bytes) << one.name;

    const SafeTensors file = parse_safetensors(bytes, "m");
    const std::vector<float> x = file.at("test.x", "m").as_floats();
    State state;
    EXPECT_EQ(engine::run(network, {.x = x, .batch = 1, .steps = 17}, state),
              file.at("test.y", "m").as_floats())
        << one.name;
    ++tried;
  }
  std::printf("%zu architectures\n", tried);
}

// A field that got lost on the way would be missed by tensors that do not fit or by test vectors.
TEST_F(BareModel, NoOptionCanBeTakenOutUnnoticed) {
  const std::set<std::string> only_in_training = {"recurrent_dropout", "variational_dropout",
                                                  "drop_connect"};
  std::size_t tried = 0;
  for (const Variant& one : variants()) {
    const std::string bytes = saved(one.architecture);
    const json all = json::parse(parse_safetensors(bytes, "m").metadata.at("sluice"));
    const json& architecture = all.at("architecture");
    for (const auto& field : architecture.items()) {
      if (field.key() == "cell") continue;
      const std::string text =
          edited(bytes, [&](json& out) { out["architecture"].erase(field.key()); });
      EXPECT_TRUE(has(text, "m.safetensors")) << one.name << ", " << field.key() << ": " << text;
      ++tried;
    }
    const json cell = architecture.value("cell", json::object());
    for (const auto& field : cell.items()) {
      if (only_in_training.count(field.key()) != 0) continue;
      const std::string text =
          edited(bytes, [&](json& out) { out["architecture"]["cell"].erase(field.key()); });
      EXPECT_TRUE(has(text, "m.safetensors")) << one.name << ", " << field.key() << ": " << text;
      ++tried;
    }
  }
  EXPECT_GT(tried, 200u);
}

TEST_F(BareModel, WhatIsPlainIsLeftOut) {
  EXPECT_EQ(to_json(two_layers()),
            json::parse(R"({"input": 3, "hidden": [5, 5], "output": 2, "biases": 1})"));
  Architecture architecture = two_layers();
  architecture.cell.zoneout_c = 0.1;
  architecture.direction = Direction::reverse;
  EXPECT_EQ(to_json(architecture),
            json::parse(R"({"input": 3, "hidden": [5, 5], "output": 2, "biases": 1,
                                         "cell": {"zoneout_c": 0.1}, "direction": "reverse"})"));
}

TEST_F(BareModel, ATensorThatIsMissingOrUnknownOrOfAnotherShapeIsNamed) {
  for (const Variant& one : variants()) {
    if (!has(one.name, "together")) continue;
    const SafeTensors file = parse_safetensors(saved(one.architecture), "m");
    for (std::size_t t = 0; t < file.tensors.size(); ++t) {
      const std::string name = file.tensors[t].name;
      if (name.rfind("test.", 0) == 0) continue;
      SafeTensors copy = file;
      copy.tensors.erase(copy.tensors.begin() + static_cast<std::ptrdiff_t>(t));
      EXPECT_TRUE(has(refusal(copy), "'" + name + "'")) << name;
      copy = file;
      copy.tensors[t].name += "_";
      EXPECT_TRUE(has(refusal(copy), "'" + name)) << name;
      copy = file;
      copy.tensors[t].shape.push_back(1);
      const std::string text = refusal(copy);
      EXPECT_TRUE(has(text, "'" + name + "'") && has(text, "wrong shape")) << name << text;
    }
    SafeTensors copy = file;
    copy.tensors.push_back(
        Tensor::from_floats("peephole_l2", {3}, std::vector<float>{1.0f, 2.0f, 3.0f}));
    EXPECT_TRUE(has(refusal(copy), "'peephole_l2'"));
  }
}

TEST_F(BareModel, TheTensorsOfAnOptionAreNeeded) {
  const std::string bytes = saved(two_layers());
  const auto with = [&](const char* field, const json& value) {
    return edited(bytes, [&](json& all) { all["architecture"]["cell"][field] = value; });
  };
  EXPECT_TRUE(has(with("peephole", true), "'peephole_l0'"));
  EXPECT_TRUE(has(with("layer_norm", "ba"), "'norm_ih_l0'"));
  EXPECT_TRUE(has(with("layer_norm", "tflite"), "'norm_gates_l0'"));
  EXPECT_TRUE(has(with("projection", 5), "'weight_hr_l0'"));
  EXPECT_TRUE(has(with("coupling", "input-from-forget"), "'weight_ih_l0'"));
  EXPECT_TRUE(has(with("kind", "rnn"), "'weight_ih_l0'"));
  EXPECT_TRUE(has(edited(bytes, [](json& all) { all["architecture"]["direction"] = "both"; }),
                  "'weight_ih_l0_reverse'"));
  EXPECT_TRUE(has(edited(bytes, [](json& all) { all["architecture"]["learned_state"] = true; }),
                  "'initial_h_l0'"));
}

struct Edit {
  const char* place;
  json value;
  const char* says;
};

TEST_F(BareModel, AFieldThatIsUnknownOrDoesNotFitIsNamed) {
  Architecture architecture = two_layers();
  architecture.cell.zoneout_c = 0.1;
  architecture.activations[0].candidate = {Activation::elu, 0.5, 0.0};
  const std::string bytes = saved(architecture);
  const std::vector<Edit> edits = {
      {"/architecture/peephole", true, "architecture.peephole"},
      {"/architecture/cell/peepole", true, "architecture.cell.peepole"},
      {"/architecture/cell/peephole", 1, "cell.peephole"},
      {"/architecture/cell/peephole", "yes", "cell.peephole"},
      {"/architecture/cell/peephole", nullptr, "cell.peephole"},
      {"/architecture/cell/projection", 2.5, "cell.projection"},
      {"/architecture/cell/projection", -1, "cell.projection"},
      {"/architecture/cell/projection", 6, "larger than the hidden size"},
      {"/architecture/cell/projection_bias", true, "without a projection"},
      {"/architecture/cell/projection_clip", 1.0, "without a projection"},
      {"/architecture/cell/gate_clip", "3", "cell.gate_clip"},
      {"/architecture/cell/gate_clip", -3.0, "gate_clip"},
      {"/architecture/cell/zoneout_h", 1.0, "zoneout_h"},
      {"/architecture/cell/drop_connect", 1.5, "drop_connect"},
      {"/architecture/cell/coupling", "both", "input-from-forget"},
      {"/architecture/cell/layer_norm", "batch", "none, ba, tflite"},
      {"/architecture/cell/kind", "gru", "lstm, rnn"},
      {"/architecture/cell", json::array({true}), "architecture.cell"},
      {"/architecture/cell", nullptr, "architecture.cell"},
      {"/architecture/activations/candidate/name", "swish", "scaled-tanh"},
      {"/architecture/activations/candidate/alpha", "half", "candidate.alpha"},
      {"/architecture/activations/candidate/gamma", 1.0, "candidate.gamma"},
      {"/architecture/activations/output", 1.0, "activations.output"},
      // Terabytes, by the description alone: the tensors must have these sizes first.
      {"/architecture/hidden", {5, 1048576}, "'weight_ih_l1'"},
      {"/architecture/direction", "backward", "forward, reverse, both"},
      {"/architecture/merge", "append", "concat, sum, mean, product"},
      {"/architecture/residual", 1, "architecture.residual"},
      {"/architecture/learned_state", "true", "architecture.learned_state"},
      {"/architecture", nullptr, "architecture"},
      {"/forecast", json::object(), "forecast"},
      {"/state", "often", "state policy"},
      {"/state", "Carried", "state policy"},
      {"/state", "reset", "state policy"},
      {"/state", "reset:", "state policy"},
      {"/state", "reset:0", "state policy"},
      {"/state", "reset:-4", "state policy"},
      {"/state", "reset: 4", "state policy"},
      {"/state", "reset:4 ", "state policy"},
      {"/state", "reset:1000001", "state policy"},
      {"/state", 4, "state"},
  };
  for (const Edit& edit : edits) {
    const std::string text =
        edited(bytes, [&](json& all) { all[json::json_pointer(edit.place)] = edit.value; });
    EXPECT_TRUE(has(text, "m.safetensors") && has(text, edit.says))
        << edit.place << " = " << edit.value << ": " << text;
  }
  for (const char* field : {"name", "alpha", "beta"}) {
    const std::string text = edited(
        bytes, [&](json& all) { all["architecture"]["activations"]["candidate"].erase(field); });
    EXPECT_TRUE(has(text, field)) << text;
  }
  for (const char* field : {"gate", "candidate", "cell"}) {
    const std::string text =
        edited(bytes, [&](json& all) { all["architecture"]["activations"].erase(field); });
    EXPECT_TRUE(has(text, field)) << text;
  }
}

TEST_F(BareModel, OptionsThatDoNotGoTogetherAreTheFilesFault) {
  Architecture architecture = two_layers();
  architecture.cell.kind = CellKind::rnn;
  const std::string bytes = saved(architecture);
  for (const auto& field :
       std::vector<std::pair<std::string, json>>{{"peephole", true},
                                                 {"coupling", "forget-from-input"},
                                                 {"layer_norm", "ba"},
                                                 {"projection", 3},
                                                 {"cell_clip", 1.0},
                                                 {"zoneout_c", 0.5},
                                                 {"recurrent_dropout", 0.5}}) {
    const std::string text =
        edited(bytes, [&](json& all) { all["architecture"]["cell"][field.first] = field.second; });
    EXPECT_TRUE(has(text, "m.safetensors") && has(text, "RNN")) << field.first << text;
  }
  architecture = {.input = 3, .hidden = {5, 7}};
  EXPECT_TRUE(
      has(edited(saved(architecture), [](json& all) { all["architecture"]["residual"] = true; }),
          "residual"));
}

TEST_F(BareModel, EveryStatePolicyComesBackAndNoOtherIsWritten) {
  for (const char* state : {"unknown", "carried", "reset:1", "reset:1000000"}) {
    saved(two_layers(), state);
    EXPECT_EQ(load_model(path_).state, state);
  }
  std::filesystem::remove(path_);
  for (const char* state : {"", "often", "reset", "reset:", "reset:0", "reset:-1", "reset:+1",
                            "reset:1x", "reset:1000001", "reset:99999999999999999999"}) {
    EXPECT_THROW(saved(two_layers(), state), Error) << state;
  }
  EXPECT_EQ(folder_.count(), 0u);
}

TEST_F(BareModel, TestVectorsThatItDoesNotReproduceAreRefused) {
  const SafeTensors file = parse_safetensors(saved(variants().back().architecture), "m");
  for (const Tensor& tensor : file.tensors) {
    SafeTensors copy = file;
    for (Tensor& other : copy.tensors) {
      if (other.name == tensor.name)
        other.bytes.back() = static_cast<char>(other.bytes.back() ^ 0x43);
    }
    EXPECT_TRUE(has(refusal(copy), "test vectors")) << tensor.name;
  }
  SafeTensors copy = file;
  copy.tensors.erase(std::remove_if(copy.tensors.begin(), copy.tensors.end(),
                                    [](const Tensor& tensor) { return tensor.name == "test.y"; }),
                     copy.tensors.end());
  EXPECT_TRUE(has(refusal(copy), "'test.y'"));
}

}  // namespace
}  // namespace sluice::formats
