// TensorFlow.js's trainings (keras_recipe.hpp), run by the reference and by the engine.
#include <gtest/gtest.h>

#include <algorithm>

#include "formats/gate_order.hpp"
#include "sluice/error.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/keras_recipe.hpp"
#include "vectors/table.hpp"
#include "vectors/trainer.hpp"

namespace sluice::vectors {
namespace {

using formats::GateOrder;

// Half a digit of a loss with 4 decimals; the other literals have 6 to 8.
double tolerance_of(bool stateful) { return stateful ? 5e-5 : 1e-5; }

class Training {
 public:
  Training(const KerasRecipe& recipe, const Side& side)
      : recipe_(recipe),
        list_(parameter_list(recipe.architecture)),
        machine_(side.machine(recipe.architecture)),
        parameters_(recipe.parameters),
        embedding_(recipe.embedding) {
    OptimizerRecipe sgd;
    sgd.rate = recipe.rate;
    stepper_ = side.stepper(sgd);
    embedding_stepper_ = side.stepper(sgd);
  }

  /// The mean loss of each epoch.
  Doubles train() {
    Doubles losses;
    for (std::size_t epoch = 0; epoch < recipe_.epochs; ++epoch) {
      double sum = 0.0;
      const std::size_t batches = recipe_.targets.size() / recipe_.batch;
      for (std::size_t batch = 0; batch < batches; ++batch) sum += step(batch);
      losses.push_back(sum / static_cast<double>(batches));
    }
    return losses;
  }

  /// In Keras's layout.
  Doubles tensor(Role role) const {
    const Architecture& architecture = recipe_.architecture;
    for (const Parameter& one : list_) {
      if (one.role != role) continue;
      const auto from = parameters_.begin() + static_cast<std::ptrdiff_t>(one.offset);
      Doubles ours(from, from + static_cast<std::ptrdiff_t>(one.count));
      if (role == Role::head_weight || role == Role::head_bias) return ours;
      return formats::gates_from_ours(
          GateOrder::keras, ours,
          {architecture.hidden[0], one.count / (4 * architecture.hidden[0]), architecture.cell});
    }
    return {};
  }

 private:
  double step(std::size_t batch) {
    const Sequences sequences = batch_of(batch);
    const auto first = recipe_.targets.begin() + static_cast<std::ptrdiff_t>(batch * recipe_.batch);
    const Doubles targets(first, first + static_cast<std::ptrdiff_t>(recipe_.batch));
    machine_->set_parameters(parameters_);
    const Outcome outcome = machine_->forward(sequences);
    if (recipe_.stateful) last_ = outcome;
    OutputGradient d;
    const double loss = last_step_error(sequences, outcome, targets, d);
    InputGradient gradient = machine_->backward(d);
    if (!recipe_.dense_bias) gradient.parameters.back() = 0.0;  // the head's bias stands last
    stepper_->step(parameters_, gradient.parameters);
    learn_embedding(gradient.x);
    return loss;
  }

  Sequences batch_of(std::size_t batch) const {
    const std::size_t steps = recipe_.x.shape[1], inputs = recipe_.x.shape[2];
    Sequences made;
    made.steps = steps;
    made.batch = recipe_.batch;
    made.first_h = last_.h;
    made.first_c = last_.c;
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t b = 0; b < recipe_.batch; ++b) {
        const std::size_t at = (batch * recipe_.batch + b) * steps + t;
        const double* row = recipe_.x.data.data() + at * inputs;
        if (!recipe_.tokens.data.empty()) {
          row = embedding_.data.data() + word(at) * inputs;
          made.mask.push_back(word(at) != 0 ? 1 : 0);
        }
        made.x.insert(made.x.end(), row, row + inputs);
      }
    }
    return made;
  }

  std::size_t word(std::size_t at) const {
    return static_cast<std::size_t>(recipe_.tokens.data[at]);
  }

  void learn_embedding(const Doubles& d_x) {
    if (recipe_.tokens.data.empty()) return;
    const std::size_t steps = recipe_.x.shape[1], inputs = recipe_.x.shape[2];
    Doubles d(embedding_.data.size(), 0.0);
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t b = 0; b < recipe_.batch; ++b) {
        for (std::size_t j = 0; j < inputs; ++j) {
          d[word(b * steps + t) * inputs + j] += d_x[(t * recipe_.batch + b) * inputs + j];
        }
      }
    }
    embedding_stepper_->step(embedding_.data, d);
  }

  const KerasRecipe& recipe_;
  std::vector<Parameter> list_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Stepper> stepper_, embedding_stepper_;
  Doubles parameters_;
  Array embedding_;
  Outcome last_;
};

struct Wanted {
  std::string key;
  Doubles values;
};

// All fields that begin with "expected", those of an object one by one.
std::vector<Wanted> wanted_of(const nlohmann::json& file, Fields& fields) {
  std::vector<Wanted> all;
  const auto add = [&](const std::string& key, const nlohmann::json& value) {
    if (value.is_number()) {
      all.push_back({key, {value.get<double>()}});
    } else {
      all.push_back({key, parse_array(value, fields.where() + "." + key).data});
    }
  };
  for (const auto& item : file.items()) {
    const nlohmann::json& value = item.value();
    if (item.key().rfind("expected", 0) != 0 || value.is_null()) continue;
    fields.has(item.key());
    if (value.is_array() && !value.empty() && value.front().is_object()) {
      // As get_weights() of the layers, one behind the other.
      const char* const names[] = {".kernel", ".recurrent_kernel", ".dense"};
      if (value.size() != std::size(names)) refuse(fields.where(), item.key(), "3 weights");
      for (std::size_t j = 0; j < std::size(names); ++j) add(item.key() + names[j], value[j]);
    } else if (value.is_object() && !value.contains("data")) {
      for (const auto& inner : value.items()) add(item.key() + "." + inner.key(), inner.value());
    } else {
      add(item.key(), value);
    }
  }
  if (all.empty()) refuse(fields.where(), "nothing is expected");
  return all;
}

// What the training made of what the key names.
Doubles made_of(const std::string& key, std::size_t count, const Training& training,
                const Doubles& losses) {
  const auto has = [&key](const char* part) { return key.find(part) != std::string::npos; };
  if (has("loss") || has("history")) {  // of the last epochs: those before were to warm up
    if (count > losses.size()) return {};
    return {losses.end() - static_cast<std::ptrdiff_t>(count), losses.end()};
  }
  if (has("dense") && has("bias")) return training.tensor(Role::head_bias);
  if (has("dense")) return training.tensor(Role::head_weight);
  if (has("recurrent")) return training.tensor(Role::weight_hh);
  if (has("kernel")) return training.tensor(Role::weight_ih);
  if (has("bias")) return training.tensor(Role::bias_ih);
  refuse(key, "an expected value that is not understood", "losses, kernels or biases");
}

double training_error(const KerasRecipe& recipe, const std::vector<Wanted>& wanted,
                      const Side& side) {
  Training training(recipe, side);
  const Doubles losses = training.train();
  double largest = 0.0;
  for (const Wanted& one : wanted) {
    const Doubles got = made_of(one.key, one.values.size(), training, losses);
    largest = std::max(largest, largest_error(got, one.values));
  }
  return largest;
}

// The file with what stands in a group of weights among its own fields.
nlohmann::json without_groups(nlohmann::json file) {
  for (const char* group : {"init", "initial", "initial_weights", "weights"}) {
    if (!file.contains(group) || !file.at(group).is_object()) continue;
    const nlohmann::json inner = file.at(group);
    file.erase(group);
    for (const auto& item : inner.items()) file.emplace(item.key(), item.value());
  }
  if (!file.contains("dense") || !file.at("dense").is_object()) return file;
  const nlohmann::json dense = file.at("dense");
  file.erase("dense");
  for (const auto& item : dense.items()) file.emplace("dense_" + item.key(), item.value());
  return file;
}

void check_training(const std::string& path) {
  const nlohmann::json file = without_groups(read_json(path));
  Fields fields(file, path);
  fields.says("layout", "i,f,c,o");
  const auto name = fields.get<std::string>("name");
  const std::vector<Wanted> wanted = wanted_of(file, fields);
  const KerasRecipe recipe = keras_recipe(stem(path), fields);
  fields.finish();
  report({"tfjs_lstm", name, training_error(recipe, wanted, kReference),
          training_error(recipe, wanted, kEngine), tolerance_of(recipe.stateful),
          tolerance_of(recipe.stateful)});
}

TEST(PublishedVectorsTest, TensorFlowJsTrainings) {
  SLUICE_NEEDS_VECTORS("tfjs_lstm");
  for (const std::string& path : json_files("tfjs_lstm")) {
    if (!is_keras_training(path)) continue;
    try {
      check_training(path);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

// The three recipes with the values of the source itself, whether the files are there or not.
TEST(PublishedVectorsTest, TensorFlowJsTrainingsFromTheirSource) {
  struct Source {
    const char* name;
    std::vector<Wanted> wanted;
  };
  const std::vector<Source> sources = {
      {"BPTT, source",
       {{"recurrent", {0.02831176, 0.01934617, 0.00025817, 0.05784169}}, {"dense", {1.4559253}}}},
      {"stateful BPTT, source", {{"loss", {5.8377}}}},
      {"BPTT with mask, source", {{"loss", {0.503677, 0.492173}}}}};
  const nlohmann::json nothing = nlohmann::json::object();
  for (const Source& source : sources) {
    Fields fields(nothing, source.name);
    const KerasRecipe recipe = keras_recipe(source.name, fields);
    report({"tfjs_lstm", source.name, training_error(recipe, source.wanted, kReference),
            training_error(recipe, source.wanted, kEngine), tolerance_of(recipe.stateful),
            tolerance_of(recipe.stateful)});
  }
}

}  // namespace
}  // namespace sluice::vectors
