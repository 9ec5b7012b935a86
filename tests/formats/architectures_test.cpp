// State dictionaries of architectures that people publish, made by PyTorch (pytorch/record.py):
// each gives PyTorch's own outputs, or is refused in the words of what to say. Never another
// network.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "formats/chain_proof.hpp"
#include "formats/error_message.hpp"
#include "formats/pytorch_names.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats {
namespace {

std::string folder() { return SLUICE_SOURCE_DIR "/tests/formats/pytorch/"; }

SafeTensors dictionary(const std::string& name) {
  return read_safetensors(folder() + name + ".safetensors");
}

Sample sample(const std::string& name) {
  static const SafeTensors all = read_safetensors(folder() + "samples.safetensors");
  const Tensor &x = all.at(name + ".x", "samples"), &y = all.at(name + ".y", "samples");
  return {name + ".x.npy", name + ".y.npy", x.shape, y.shape, x.as_floats(), y.as_floats()};
}

std::string refusal(const std::string& name, const ChainRequest& request = {}) {
  return error_message(ErrorCode::model,
                       [&] { network_from_state_dict(dictionary(name), name, request); });
}

std::string unproved(const std::string& name, const ChainRequest& request = {}) {
  return error_message(ErrorCode::model,
                       [&] { proven_network(dictionary(name), name, request, sample(name)); });
}

void expect_words(const std::string& text, const std::vector<std::string>& words) {
  for (const std::string& word : words) EXPECT_TRUE(has(text, word)) << word << ": " << text;
}

struct Read {
  std::string name, chain;
};
const std::vector<Read> kRead = {
    {"fc_last", "lstm (3 -> 5) -> fc.weight [2, 5]"},
    {"linear_tutorial", "lstm (4 -> 6) -> hidden2tag.weight [3, 6]"},
    {"classifier_both", "rnn (3 -> 4, 2 layers, both directions) -> classifier.weight [5, 8]"},
    {"decoder_tied_names", "module.rnn (3 -> 5, 2 layers) -> module.decoder.weight [7, 5]"},
    {"out_proj_no_bias", "lstm (3 -> 7, projected to 2) -> out_proj.weight [3, 2]"},
    {"regressor_seq0", "encoder (2 -> 5) -> regressor.0.weight [1, 5]"},
    {"dropout_between", "lstm (3 -> 5) -> dense.weight [2, 5]"},
    {"bare", "lstm (3 -> 4, both directions)"},
    {"time_first", "lstm (3 -> 5) -> output_layer.weight [2, 5]"},
};

TEST(Architectures, WhoseNamesSayWhatTheyAreGivePyTorchsOutputs) {
  for (const Read& read : kRead) {
    const StateDictNetwork made = network_from_state_dict(dictionary(read.name), read.name);
    EXPECT_EQ(made.chain.text, read.chain);
    EXPECT_TRUE(made.chain.left_out.empty()) << read.name;
    const std::optional<Difference> found = difference(made.network, sample(read.name));
    ASSERT_TRUE(found) << read.name;
    EXPECT_TRUE(found->proved()) << read.name << ": " << found->largest;
    EXPECT_EQ(found->last_step, read.name == "fc_last") << read.name;
    EXPECT_EQ(found->time_first, read.name == "time_first") << read.name;
  }
}

struct Doubtful {
  std::string name;
  std::vector<std::string> words;  // of the refusal
  ChainRequest request;            // with which the sample proves it
  std::string chain;
};
const std::vector<Doubtful> kDoubtful = {
    {"unnamed_layer",
     {"'l2.weight'", "neither its name nor its shape", "--head l2", "--expect"},
     {},
     "l1 (3 -> 5) -> l2.weight [2, 5]"},
    {"square_fc",
     {"'fc.weight'", "neither its name nor its shape", "--head fc", "--before fc"},
     {},
     "lstm (5 -> 5) -> fc.weight [5, 5]"},
    {"square_fc_first",
     {"'fc.weight'", "neither its name nor its shape", "--expect"},
     {},
     "fc.weight [5, 5] -> lstm (5 -> 5)"},
    {"seq_with_dropout",
     {"'fc.1.weight'", "Dropout", "activation", "--activation none"},
     {},
     "lstm (3 -> 5) -> fc.1.weight [2, 5]"},
    {"embedding_tagger",
     {"embedding.weight [11, 4]", "fc.weight [3, 5]", "--before embedding", "--head fc"},
     {.head = "fc", .before = "embedding"},
     "vectors of embedding.weight [11, 4] -> lstm (4 -> 5) -> fc.weight [3, 5]"},
    {"embedding_encoder",
     {"'embedding.weight'", "by its name it belongs before", "--before embedding", "--head none"},
     {.before = "embedding"},
     "vectors of embedding.weight [9, 5] -> lstm (5 -> 5)"},
    {"word_model",
     {"encoder.weight [11, 4]", "decoder.weight [11, 5]", "--before encoder", "--head decoder"},
     {},
     "vectors of encoder.weight [11, 4] -> rnn (4 -> 5, 2 layers) -> decoder.weight [11, 5]"},
    {"input_projection",
     {"input_proj.weight [6, 3]", "--before input_proj", "--head head"},
     {},
     "input_proj.weight [6, 3] -> lstm (6 -> 5) -> head.weight [2, 5]"},
    {"fc_before_and_behind",
     {"fc1.weight [5, 3]", "fc2.weight [2, 10]", "--head fc2"},
     {.before = "fc1"},
     "fc1.weight [5, 3] -> lstm (5 -> 5, both directions) -> fc2.weight [2, 10]"},
};

TEST(Architectures, OfWhichMoreThanOneChainFitsAreRefusedAndProvedByASample) {
  for (const Doubtful& doubtful : kDoubtful) {
    expect_words(refusal(doubtful.name), doubtful.words);
    const ProvenNetwork proven = proven_network(dictionary(doubtful.name), doubtful.name,
                                                doubtful.request, sample(doubtful.name));
    EXPECT_EQ(proven.made.chain.text, doubtful.chain);
    EXPECT_TRUE(proven.difference.proved()) << doubtful.name;
  }
}

struct Hidden {
  std::string name, words;
};
// The file shows an LSTM and a linear layer; what else the model does is in its outputs alone.
TEST(Architectures, WithAnActivationAreFoundOutByASample) {
  const std::vector<Hidden> hidden = {
      {"voice_activity", "with a sigmoid behind fc.weight it would fit"},
      {"log_softmax", "with a log-softmax behind hidden2tag.weight it would fit"},
      {"tanh_between", "with a ReLU between the LSTM and linear.weight it would fit"},
      {"seq_with_relu", "with a ReLU between the LSTM and fc.1.weight it would fit"},
      {"input_relu", "another module is involved"},
  };
  for (const Hidden& each : hidden) {
    const std::string text = unproved(each.name);
    expect_words(text, {each.words, "is not " + each.name + ".y.npy", "1e-05"});
  }
  for (const char* name : {"sigmoid", "relu"}) {
    const std::string text = error_message(ErrorCode::usage, [&] {
      network_from_state_dict(dictionary("voice_activity"), "v", {.activation = name});
    });
    expect_words(text, {"no activation", "--head none", "ONNX"});
  }
}

TEST(Architectures, AreNotProvedByASampleThatTellsNothing) {
  // Of zeros and without biases both places of the square layer give zeros.
  SafeTensors file = dictionary("square_fc");
  for (Tensor& tensor : file.tensors) {
    if (has(tensor.name, "bias")) tensor.bytes.assign(tensor.bytes.size(), '\0');
  }
  Sample zeros = sample("square_fc");
  zeros.x.assign(zeros.x.size(), 0.0f);
  zeros.y.assign(zeros.y.size(), 0.0f);
  expect_words(
      error_message(ErrorCode::model, [&] { proven_network(file, "f", {}, zeros); }),
      {"does not tell them apart", "lstm (5 -> 5) -> fc.weight", "fc.weight [5, 5] -> lstm"});
}

TEST(Architectures, ThatAreNoPlainStackAreRefusedWithAWayOn) {
  expect_words(refusal("two_lstms"), {"2 of them: lstm1, lstm2", "--module lstm1", "ONNX"});
  expect_words(refusal("cell"), {"LSTMCell", "lstm", "ONNX"});
  expect_words(refusal("attention"), {"attn.weight [1, 5]", "fc.weight [2, 5]", "--head none"});
  expect_words(refusal("batch_norm"), {"'bn.", "--head none", "ONNX"});
  expect_words(refusal("gru"), {"gru.weight_hh_l0", "not the recurrent weights of an LSTM"});
  expect_words(refusal("input_projection", {.head = "head", .before = "input_proj"}),
               {"whether an activation follows", "--expect"});
}

TEST(Architectures, GiveTheirLstmAloneToWhoAsksForIt) {
  for (const char* name : {"attention", "batch_norm", "embedding_tagger", "input_relu",
                           "word_model", "voice_activity", "seq_with_relu"}) {
    const SafeTensors file = dictionary(name);
    const StateDictNetwork made = network_from_state_dict(file, name, {.head = "none"});
    EXPECT_EQ(made.network.architecture().output, 0u) << name;
    EXPECT_EQ(made.network.list().size() + made.chain.left_out.size(), file.tensors.size()) << name;
  }
  const StateDictNetwork second =
      network_from_state_dict(dictionary("two_lstms"), "t", {.module = "lstm2"});
  EXPECT_EQ(second.chain.text, "lstm2 (5 -> 4)");
  EXPECT_EQ(network_from_state_dict(dictionary("two_lstms"), "t", {.module = "lstm2", .head = "fc"})
                .chain.text,
            "lstm2 (5 -> 4) -> fc.weight [1, 4]");
}

TEST(Architectures, AreNotWhatWrongWordsSay) {
  EXPECT_TRUE(has(refusal("attention", {.head = "attn"}), "'fc.weight'"));
  EXPECT_TRUE(has(refusal("embedding_tagger", {.head = "fc"}), "'embedding.weight'"));
  EXPECT_TRUE(has(refusal("embedding_tagger", {.head = "embedding"}), "does not fit after"));
  EXPECT_TRUE(has(refusal("fc_last", {.before = "fc"}), "does not fit before"));
  for (const ChainRequest& request :
       {ChainRequest{.head = "nothing"}, ChainRequest{.before = "nothing"},
        ChainRequest{.module = "nothing"}}) {
    const std::string text = error_message(ErrorCode::usage, [&] {
      network_from_state_dict(dictionary("fc_last"), "fc_last", request);
    });
    EXPECT_TRUE(has(text, "nothing") && has(text, "fc_last")) << text;
  }
  const Sample other = sample("linear_tutorial");
  EXPECT_TRUE(has(error_message(ErrorCode::model,
                                [&] { proven_network(dictionary("fc_last"), "f", {}, other); }),
                  "other shapes"));
}

}  // namespace
}  // namespace sluice::formats
