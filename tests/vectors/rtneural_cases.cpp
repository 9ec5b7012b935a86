// RTNeural's models over one series: dense and LSTM layers. The layers around the LSTM are run here
// with plain loops.
#include <cmath>

#include "formats/gate_order.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/parameters.hpp"

namespace sluice::vectors {
namespace {

using formats::GateOrder;

struct Dense {
  std::size_t in, out;
  Doubles weight;  // [out, in]
  Doubles bias;    // [out]
  bool tanh = false;

  Doubles run(const Doubles& rows) const {
    Doubles all;
    for (std::size_t at = 0; at + in <= rows.size(); at += in) {
      for (std::size_t k = 0; k < out; ++k) {
        double sum = bias[k];
        for (std::size_t j = 0; j < in; ++j) sum += weight[k * in + j] * rows[at + j];
        all.push_back(tanh ? std::tanh(sum) : sum);
      }
    }
    return all;
  }
};

Dense keras_dense(const nlohmann::json& weights, const std::string& activation,
                  const std::string& where) {
  const Array kernel = parse_array(weights.at(0), where), bias = parse_array(weights.at(1), where);
  if (kernel.shape.size() != 2) refuse(where, "a kernel that is no matrix");
  expect_shape(bias, {kernel.shape[1]}, where);
  if (activation != "tanh" && !activation.empty()) refuse(where, "activation", "tanh", activation);
  return {kernel.shape[0], kernel.shape[1],
          swap_first_two(kernel.data, kernel.shape[0], kernel.shape[1]), bias.data,
          activation == "tanh"};
}

void read_lstm(const nlohmann::json& weights, std::size_t units, const std::string& where,
               Case& made) {
  Architecture& architecture = made.architecture;
  if (weights.size() != 3) refuse(where, "weights", "kernel, recurrent kernel and bias");
  const Array kernel = parse_array(weights[0], where), recurrent = parse_array(weights[1], where),
              bias = parse_array(weights[2], where);
  if (kernel.shape.size() != 2) refuse(where, "a kernel that is no matrix");
  architecture.input = kernel.shape[0];
  architecture.hidden = {units};
  expect_shape(kernel, {architecture.input, 4 * units}, where + ", kernel");
  expect_shape(recurrent, {units, 4 * units}, where + ", recurrent kernel");
  expect_shape(bias, {4 * units}, where + ", bias");
  Parameters parameters(architecture, where);
  const auto ours = [&](const Array& theirs, std::size_t columns) {
    return formats::gates_to_ours(GateOrder::keras, theirs.data,
                                  {units, columns, architecture.cell});
  };
  parameters.set(Role::weight_ih, 0, 0, ours(kernel, architecture.input));
  parameters.set(Role::weight_hh, 0, 0, ours(recurrent, units));
  parameters.set(Role::bias_ih, 0, 0, ours(bias, 1));
  made.parameters = parameters.take();
}

struct Model {
  Case made;
  std::vector<Dense> before, after;
};

Model layer_list(Fields& fields) {
  Model model;
  bool seen = false;
  fields.at("in_shape");
  for (const char* key : {"samplerate", "author", "esr"}) fields.has(key);
  for (const auto& item : fields.at("layers")) {
    Fields layer(item, fields.where() + ".layers");
    const auto type = layer.get<std::string>("type");
    const auto activation = layer.get<std::string>("activation");
    const auto units = layer.at("shape").back().get<std::size_t>();
    const std::string where = layer.where() + ", " + type;
    if (type == "lstm" && !seen) {
      if (activation != "tanh" && !activation.empty())
        refuse(where, "activation", "tanh", activation);
      read_lstm(layer.at("weights"), units, where, model.made);
      seen = true;
    } else if (type == "dense" || type == "time-distributed-dense") {
      Dense dense = keras_dense(layer.at("weights"), activation, where);
      if (dense.out != units)
        refuse(where, "units", std::to_string(units), std::to_string(dense.out));
      (seen ? model.after : model.before).push_back(std::move(dense));
    } else {
      refuse(where, "a layer", "dense ones and one lstm", type);
    }
    layer.finish();
  }
  if (!seen) refuse(fields.where(), "no lstm");
  return model;
}

// A PyTorch state dictionary: LSTMs of some layers each, one behind the other, and a Linear.
Model state_dictionary(Fields& fields, const nlohmann::json& file) {
  nlohmann::json tensors = nlohmann::json::object();
  std::size_t first = 0;
  for (const char* module : {"lstm.", "lstm2."}) {
    std::size_t layers = 0;
    for (const auto& item : file.items()) {
      if (item.key().rfind(module, 0) != 0) continue;
      fields.at(item.key());
      const std::size_t l = item.key().rfind("_l") + 2;
      const std::size_t layer = std::stoul(item.key().substr(l));
      const std::string name = item.key().substr(std::string(module).size());
      tensors[name.substr(0, name.rfind("_l") + 2) + std::to_string(first + layer)] = item.value();
      layers = std::max(layers, layer + 1);
    }
    first += layers;
  }
  Model model;
  model.made.architecture = pytorch_architecture({tensors, fields.where()});
  model.made.parameters = pytorch_parameters(model.made.architecture, {tensors, fields.where()});
  const Array weight = fields.array("dense.weight"), bias = fields.array("dense.bias");
  expect_shape(bias, {weight.shape.at(0)}, fields.where() + ".dense");
  model.after.push_back({weight.shape.at(1), weight.shape[0], weight.data, bias.data});
  return model;
}

// Every dense layer's width must be the next one's.
void check_widths(const Model& model, const std::string& where) {
  std::size_t width = 1;
  const auto pass = [&](std::size_t in, std::size_t out) {
    if (in != width) refuse(where, "inputs of a layer", std::to_string(width), std::to_string(in));
    width = out;
  };
  for (const Dense& dense : model.before) pass(dense.in, dense.out);
  pass(model.made.architecture.input, model.made.architecture.width());
  for (const Dense& dense : model.after) pass(dense.in, dense.out);
}

}  // namespace

Case rtneural_case(const std::string& path) {
  const nlohmann::json file = read_json(path);
  Fields fields(file, path);
  Model model = file.contains("layers") ? layer_list(fields) : state_dictionary(fields, file);
  check_widths(model, path);
  fields.finish();
  const std::string series = path.substr(0, path.size() - std::string(".json").size());
  Case& made = model.made;
  made.name = stem(path);
  made.x = read_numbers(series + "_x_python.csv");
  made.steps = made.x.size();
  made.batch = 1;
  for (const Dense& dense : model.before) made.x = dense.run(made.x);
  made.expected.push_back(
      {"y", read_numbers(series + "_y_python.csv"), [after = model.after](const Outcome& outcome) {
         Doubles rows = outcome.y;
         for (const Dense& dense : after) rows = dense.run(rows);
         return rows;
       }});
  made.tolerance = made.reference_tolerance = 1e-6;
  return made;
}

}  // namespace sluice::vectors
