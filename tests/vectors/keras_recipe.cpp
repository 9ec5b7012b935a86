#include "vectors/keras_recipe.hpp"

#include <algorithm>
#include <cstdlib>

#include "vectors/keras_fields.hpp"

namespace sluice::vectors {
namespace {

Array filled(std::vector<std::size_t> shape, double value) {
  std::size_t count = 1;
  for (const std::size_t size : shape) count *= size;
  return {std::move(shape), Doubles(count, value)};
}

// What the test's source says, as the fields that a file may give itself.
struct Upstream {
  std::size_t units, batch, steps, inputs, epochs;
  bool stateful, words, dense_bias;
  double weight, bias, rate;  // of both kernels; bias < 0: none
  Doubles targets;
};

Upstream upstream(const std::string& name) {
  if (name.find("stateful") != std::string::npos) {
    return {5, 4, 3, 2, 1, true, false, false, 1.0, 1.0, 0.01, {1, 2, 3, 4, 5, 6, 7, 8}};
  }
  if (name.find("mask") != std::string::npos) {
    return {3, 4, 6, 4, 4, false, true, true, 1.0, 0.0, 0.01, {1, 2, 3, 4}};
  }
  return {1, 5, 3, 4, 2, false, false, false, 0.0, -1.0, 1.0, {1, 1, 1, 1, 1}};
}

Array array_or(Fields& fields, const std::vector<std::string>& names, const Array& otherwise) {
  const auto found = fields.array_of(names);
  return found ? *found : otherwise;
}

// The number, that under "lr", or the first one in a text such as "SGD lr 0.01".
double rate_of(Fields& fields, const std::string& key, double otherwise) {
  if (!fields.has(key)) return otherwise;
  const nlohmann::json& value = fields.at(key);
  if (value.is_number()) return value.get<double>();
  if (value.is_object()) return value.value("lr", value.value("learning_rate", otherwise));
  const auto text = value.get<std::string>();
  const std::size_t digit = text.find_first_of("0123456789");
  return digit == std::string::npos ? otherwise : std::strtod(text.c_str() + digit, nullptr);
}

// Four rows of words: 0, 1, 2 and 3 words, then zeros.
Array upstream_words() {
  Array words = filled({4, 6}, 0.0);
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t t = 0; t < row; ++t) words.data[row * 6 + t] = static_cast<double>(t + 1);
  }
  return words;
}

void read_words(Fields& fields, const Upstream& from, KerasRecipe& made) {
  if (!from.words) return;
  made.tokens = array_or(fields, {"tokens", "xs", "x_tokens"},
                         fields.has("x") && fields.array("x").shape.size() == 2 ? fields.array("x")
                                                                                : upstream_words());
  made.embedding = array_or(fields, {"embedding", "embeddings", "embedding_weights"},
                            filled({10, from.inputs}, 1.0));
  made.x.shape = {made.tokens.shape.at(0), made.tokens.shape.at(1), from.inputs};
  if (!fields.has("mask")) return;
  const Array mask = fields.array("mask");
  expect_shape(mask, made.tokens.shape, fields.where() + ".mask");
  for (std::size_t j = 0; j < mask.data.size(); ++j) {
    if ((mask.data[j] != 0.0) != (made.tokens.data[j] != 0.0)) refuse(fields.where(), "mask");
  }
}

// The weights that the file gives, or the constants of the source, under Keras's names.
nlohmann::json weights_of(Fields& fields, const Upstream& from) {
  const auto json = [](const Array& array) {
    return nlohmann::json{{"shape", array.shape}, {"data", array.data}};
  };
  nlohmann::json made;
  made["layout"] = "Keras layout";
  made["kernel"] =
      json(array_or(fields, {"kernel"}, filled({from.inputs, 4 * from.units}, from.weight)));
  made["recurrent_kernel"] = json(
      array_or(fields, {"recurrent_kernel"}, filled({from.units, 4 * from.units}, from.weight)));
  if (from.bias < 0.0) {
    fields.has("bias");
    return made;
  }
  Array bias = filled({4 * from.units}, from.bias);
  // Unit forget bias: of the blocks i, f, c, o the second starts at 1.
  std::fill_n(bias.data.begin() + static_cast<std::ptrdiff_t>(from.units), from.units, 1.0);
  made["bias"] = json(array_or(fields, {"bias"}, bias));
  return made;
}

void read_config(Fields& fields, const Upstream& from, KerasRecipe& made) {
  nlohmann::json config = fields.has("config") ? fields.at("config") : nlohmann::json::object();
  config.emplace("units", from.units);
  config.emplace("recurrent_activation", "hard_sigmoid");
  Fields reader(config, fields.where() + ".config");
  made.architecture = keras_architecture(reader, KerasVersion::two);
  made.architecture.output = 1;
  for (const char* key : {"use_bias", "stateful", "return_sequences", "embedding", "dense"}) {
    reader.has(key);
  }
  for (Fields* at : {&fields, &reader}) {
    for (const char* key : {"learning_rate", "lr", "optimizer", "optimiser"}) {
      made.rate = rate_of(*at, key, made.rate);
    }
    made.batch = at->get_or<std::size_t>("batch_size", made.batch);
    for (const char* key :
         {"loss", "model", "recipe", "task", "shuffle", "dense", "initializers",
          "kernel_initializer", "recurrent_initializer", "bias_initializer", "epochs",
          "burn_in_epochs", "steps", "name", "calls", "dense_units", "dense_use_bias"}) {
      at->has(key);
    }
  }
  reader.finish();
}

}  // namespace

KerasRecipe keras_recipe(const std::string& name, Fields& fields) {
  const Upstream from = upstream(name);
  KerasRecipe made;
  made.stateful = from.stateful;
  made.dense_bias = from.dense_bias;
  made.batch = from.batch;
  made.epochs = from.epochs;
  made.rate = from.rate;
  read_config(fields, from, made);
  read_words(fields, from, made);
  if (!from.words) {
    made.x =
        array_or(fields, {"x", "xs"}, filled({from.targets.size(), from.steps, from.inputs}, 1.0));
  }
  const Array targets =
      array_or(fields, {"y", "ys", "target", "targets"}, {{from.targets.size()}, from.targets});
  made.targets = targets.data;
  if (made.targets.size() != made.x.shape.at(0))
    refuse(fields.where(), "targets that do not fit x");
  Doubles head = array_or(fields, {"dense_kernel"}, filled({from.units, 1}, 1.0)).data;
  const Array bias = array_or(fields, {"dense_bias"}, filled({1}, 0.0));
  head.insert(head.end(), bias.data.begin(), bias.data.end());
  const nlohmann::json weights = weights_of(fields, from);
  Fields keras(weights, fields.where());
  made.parameters = keras_parameters(made.architecture, keras, head);
  return made;
}

}  // namespace sluice::vectors
