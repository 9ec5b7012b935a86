// TensorFlow Lite's LSTM goldens: a tensor per gate, projection, peepholes, layer norm, CIFG.
#include <array>

#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/parameters.hpp"

namespace sluice::vectors {
namespace {

constexpr std::array kGates = {"input", "forget", "cell", "output"};  // i, f, g, o

class Loader {
 public:
  Loader(Fields config, Fields tensors)
      : config_(std::move(config)), tensors_(std::move(tensors)) {}

  Case load() {
    read_options();
    read_weights();
    config_.finish();
    tensors_.finish();
    return std::move(case_);
  }

 private:
  void read_options() {
    Architecture& architecture = case_.architecture;
    architecture.input = config_.get<std::size_t>("n_input");
    hidden_ = config_.get<std::size_t>("n_cell");
    const auto output = config_.get<std::size_t>("n_output");
    case_.batch = config_.get<std::size_t>("n_batch");
    architecture.hidden = {hidden_};
    if (config_.get<bool>("use_cifg")) architecture.cell.coupling = Coupling::input_from_forget;
    architecture.cell.peephole = config_.get<bool>("use_peephole");
    if (config_.get<bool>("use_projection_weights")) architecture.cell.projection = output;
    architecture.cell.projection_bias =
        config_.get_or<bool>("use_projection_bias", has("projection_bias"));
    if (config_.get<bool>("is_layer_norm")) architecture.cell.layer_norm = LayerNorm::tflite;
    architecture.cell.cell_clip = config_.get_or<double>("cell_clip", 0.0);
    architecture.cell.projection_clip = config_.get_or<double>("proj_clip", 0.0);
    if (architecture.state(0) != output)
      refuse(config_.where(), "n_output without a projection", "n_cell");
  }

  void read_weights() {
    const CellOptions& cell = case_.architecture.cell;
    Parameters parameters(case_.architecture, tensors_.where());
    const auto gates = [&](const char* prefix, const char* suffix) {
      Doubles all;
      for (std::size_t gate = 0; gate < kGates.size(); ++gate) {
        append(std::string(prefix) + kGates[gate] + suffix, cell.has_gate(gate), all);
      }
      return all;
    };
    parameters.set(Role::weight_ih, 0, 0, gates("input_to_", "_weights"));
    parameters.set(Role::weight_hh, 0, 0, gates("recurrent_to_", "_weights"));
    parameters.set(Role::bias_ih, 0, 0, gates("", "_gate_bias"));
    if (cell.layer_norm != LayerNorm::none) {
      parameters.set(Role::norm_gates, 0, 0, gates("", "_layer_norm_coefficients"));
    }
    if (cell.projection > 0) parameters.set(Role::weight_hr, 0, 0, values("projection_weights"));
    if (cell.projection_bias) parameters.set(Role::bias_hr, 0, 0, values("projection_bias"));
    if (cell.peephole) {
      Doubles all;
      append("cell_to_input_weights", cell.has_input_gate(), all);
      append("cell_to_forget_weights", true, all);
      append("cell_to_output_weights", true, all);
      parameters.set(Role::peephole, 0, 0, all);
    }
    case_.parameters = parameters.take();
  }

  bool has(const std::string& name) {
    return tensors_.has(name) && !tensors_.array(name).data.empty();
  }
  Doubles values(const std::string& name) { return tensors_.array(name).data; }

  // A coupled cell may bring the tensors of its missing gate: TensorFlow Lite does not read them.
  void append(const std::string& name, bool wanted, Doubles& all) {
    if (!wanted) {
      tensors_.has(name);
      return;
    }
    const Doubles more = values(name);
    all.insert(all.end(), more.begin(), more.end());
  }

  Fields config_, tensors_;
  std::size_t hidden_ = 0;
  Case case_;
};

// [T, N, width], whatever the order in the file.
Array time_first(Fields& fields, const char* key, std::size_t batch) {
  Array array = fields.array(key);
  const std::string order = fields.at(key).value("order", "[T,N");
  if (array.shape.size() != 3) refuse(fields.where() + "." + key, "not 3 dimensions");
  if (order.rfind("[N,T", 0) == 0) {
    array.data = swap_first_two(array.data, array.shape[0], array.shape[1]);
    std::swap(array.shape[0], array.shape[1]);
  } else if (order.rfind("[T,N", 0) != 0) {
    refuse(fields.where() + "." + key, "an order of dimensions", "[T,N,..] or [N,T,..]", order);
  }
  expect_shape(array, {array.shape[0], batch, array.shape[2]}, fields.where() + "." + key);
  return array;
}

}  // namespace

Case tflite_case(const std::string& path) {
  const nlohmann::json file = read_json(path);
  Fields fields(file, path);
  fields.says("layout", "TFLite");
  Case made = Loader(fields.object("config"), fields.object("tensors")).load();
  made.name = fields.get<std::string>("name");
  const Array x = time_first(fields, "input", made.batch);
  const Array y = time_first(fields, "expected_output", made.batch);
  made.steps = x.shape[0];
  expect_shape(x, {made.steps, made.batch, made.architecture.input}, path + ".input");
  expect_shape(y, {made.steps, made.batch, made.architecture.state(0)}, path + ".expected_output");
  made.x = x.data;
  made.expected.push_back({"output", y.data, [](const Outcome& outcome) { return outcome.y; }});
  made.tolerance = made.reference_tolerance = 1e-5;
  fields.finish();
  return made;
}

}  // namespace sluice::vectors
