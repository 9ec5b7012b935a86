// PyTorch's tensors by their names, and the literals of PyTorch's and candle's tests.
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/parameters.hpp"

namespace sluice::vectors {

Architecture pytorch_architecture(Fields tensors) {
  Architecture architecture;
  const auto layer = [](const char* name, std::size_t at) { return name + std::to_string(at); };
  for (std::size_t at = 0; tensors.has(layer("weight_ih_l", at)); ++at) {
    const Array w = tensors.array(layer("weight_ih_l", at));
    if (w.shape.size() != 2) refuse(tensors.where(), "a weight_ih that is no matrix");
    if (at == 0) architecture.input = w.shape[1];
    architecture.hidden.push_back(w.shape[0] / 4);
  }
  if (architecture.hidden.empty()) refuse(tensors.where(), "no LSTM", "weight_ih_l0");
  if (tensors.has("weight_ih_l0_reverse")) architecture.direction = Direction::both;
  if (tensors.has("weight_hr_l0"))
    architecture.cell.projection = tensors.array("weight_hr_l0").shape[0];
  architecture.biases = tensors.has("bias_ih_l0") ? 2 : 0;
  return architecture;
}

Doubles pytorch_parameters(const Architecture& architecture, Fields tensors) {
  Parameters parameters(architecture, tensors.where());
  for (const Parameter& one : parameters.list()) {
    if (one.role == Role::head_weight || one.role == Role::head_bias) continue;
    parameters.set(one.name, tensors.array(one.name));
  }
  tensors.finish();
  return parameters.take();
}

namespace {

void add_literals(Fields& fields, Case& made) {
  const std::size_t hidden = made.architecture.hidden[0];
  const auto add = [&](const char* key, std::vector<std::size_t> shape, Doubles Outcome::*which) {
    if (!fields.has(key)) return;
    const Array array = fields.array(key);
    // Some sources keep the dimension of one layer.
    if (array.shape.size() > shape.size()) shape.insert(shape.begin(), 1);
    expect_shape(array, shape, fields.where() + "." + key);
    made.expected.push_back(
        {key, array.data, [which](const Outcome& outcome) { return outcome.*which; }});
  };
  add("expected_output", {made.steps, made.batch, hidden}, &Outcome::y);
  add("expected_h", {made.batch, hidden}, &Outcome::h);
  add("expected_c", {made.batch, hidden}, &Outcome::c);
  if (made.expected.empty()) refuse(fields.where(), "nothing is expected");
}

}  // namespace

Case pytorch_case(const std::string& path) {
  const nlohmann::json file = read_json(path);
  nlohmann::json tensors = nlohmann::json::object();
  Fields fields(file, path);
  for (const auto& item : file.items()) {
    const bool tensor = item.key().rfind("weight_", 0) == 0 || item.key().rfind("bias_", 0) == 0;
    if (tensor && fields.has(item.key())) tensors[item.key()] = item.value();
  }
  fields.says("layout", "PyTorch");
  fields.says("layout", "i,f,g,o");
  Case made;
  made.name = fields.get<std::string>("name");
  made.architecture = pytorch_architecture({tensors, path});
  made.parameters = pytorch_parameters(made.architecture, {tensors, path});
  const Array x = fields.array("x");
  if (x.shape.size() != 3) refuse(path + ".x", "an x that has not 3 dimensions");
  made.steps = x.shape[0];
  made.batch = x.shape[1];
  expect_shape(x, {made.steps, made.batch, made.architecture.input}, path + ".x");
  made.x = x.data;
  add_literals(fields, made);
  made.tolerance = made.reference_tolerance = 1e-4;  // literals of 4 decimals
  fields.finish();
  return made;
}

}  // namespace sluice::vectors
