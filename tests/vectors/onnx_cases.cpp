// ONNX LSTM nodes as JSON: attributes, inputs, outputs. Gates i, o, f, c; peepholes i, o, f.
#include <algorithm>
#include <array>
#include <cctype>

#include "formats/gate_order.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/parameters.hpp"

namespace sluice::vectors {
namespace {

using formats::GateOrder;

struct Named {
  const char* name;
  Activation kind;
  bool has_alpha, has_beta;
  double alpha, beta;  // where the attribute does not say: those of the operator of this name
};

constexpr Named kActivations[] = {
    {"sigmoid", Activation::sigmoid, false, false, 0, 0},
    {"tanh", Activation::tanh, false, false, 0, 0},
    {"relu", Activation::relu, false, false, 0, 0},
    {"affine", Activation::affine, true, true, 1, 0},
    {"leakyrelu", Activation::leaky_relu, true, false, 0.01, 0},
    {"thresholdedrelu", Activation::thresholded_relu, true, false, 1, 0},
    {"scaledtanh", Activation::scaled_tanh, true, true, 1, 1},
    {"hardsigmoid", Activation::hard_sigmoid, true, true, 0.2, 0.5},
    {"elu", Activation::elu, true, false, 1, 0},
    {"softsign", Activation::softsign, false, false, 0, 0},
    {"softplus", Activation::softplus, false, false, 0, 0},
};

const Named& named(std::string name, const std::string& where) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
  for (const Named& one : kActivations) {
    if (name == one.name) return one;
  }
  refuse(where, "an activation that is not in ONNX's table", "", name);
}

// activations f, g, h of each direction; alpha and beta are used up by those that have them.
std::array<CellActivations, 2> activations(Fields& attributes, std::size_t directions) {
  auto names = attributes.get_or<std::vector<std::string>>("activations", {});
  const auto alphas = attributes.get_or<Doubles>("activation_alpha", {});
  const auto betas = attributes.get_or<Doubles>("activation_beta", {});
  std::array<CellActivations, 2> all;
  if (names.empty()) return all;
  if (names.size() != 3 * directions) refuse(attributes.where(), "activations", "3 a direction");
  std::size_t alpha = 0, beta = 0;
  const auto next = [&](std::size_t at) {
    const Named& one = named(names[at], attributes.where());
    ActivationFunction made{one.kind, one.alpha, one.beta};
    if (one.has_alpha && alpha < alphas.size()) made.alpha = alphas[alpha++];
    if (one.has_beta && beta < betas.size()) made.beta = betas[beta++];
    return made;
  };
  for (std::size_t d = 0; d < directions; ++d) {
    all[d].gate = next(3 * d);
    all[d].candidate = next(3 * d + 1);
    all[d].cell = next(3 * d + 2);
  }
  return all;
}

Direction direction_of(Fields& attributes) {
  const auto name = attributes.get_or<std::string>("direction", "forward");
  if (name == "forward") return Direction::forward;
  if (name == "reverse") return Direction::reverse;
  if (name == "bidirectional") return Direction::both;
  refuse(attributes.where(), "direction", "forward, reverse or bidirectional", name);
}

// One direction's part of an array [D, ...].
Doubles part(const Array& array, std::size_t direction) {
  const std::size_t size = array.data.size() / array.shape[0];
  const auto from = array.data.begin() + static_cast<std::ptrdiff_t>(direction * size);
  return {from, from + static_cast<std::ptrdiff_t>(size)};
}

class Loader {
 public:
  Loader(Fields attributes, Fields inputs, Fields outputs)
      : attributes_(std::move(attributes)),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        w_(inputs_.array("W")),
        r_(inputs_.array("R")) {}

  Case load() {
    read_options();
    read_sizes();
    read_weights();
    read_sequences();
    read_outputs();
    attributes_.finish();
    inputs_.finish();
    outputs_.finish();
    return std::move(case_);
  }

 private:
  void read_options() {
    Architecture& architecture = case_.architecture;
    architecture.direction = direction_of(attributes_);
    directions_ = architecture.directions();
    architecture.activations = activations(attributes_, directions_);
    architecture.cell.gate_clip = attributes_.get_or<double>("clip", 0.0);
    if (attributes_.get_or<int>("input_forget", 0) != 0) {
      architecture.cell.coupling = Coupling::forget_from_input;
    }
    architecture.cell.peephole = inputs_.has("P");
    architecture.biases = inputs_.has("B") ? 2 : 0;
    batch_first_ = attributes_.get_or<int>("layout", 0) == 1;
  }

  void read_sizes() {
    if (r_.shape.size() != 3) refuse(inputs_.where() + ".R", "an R that has not 3 dimensions");
    hidden_ = attributes_.get_or<std::size_t>("hidden_size", r_.shape[2]);
    const Array x = inputs_.array("X");
    if (x.shape.size() != 3) refuse(inputs_.where() + ".X", "an X that has not 3 dimensions");
    case_.steps = x.shape[batch_first_ ? 1 : 0];
    case_.batch = x.shape[batch_first_ ? 0 : 1];
    case_.architecture.input = x.shape[2];
    case_.architecture.hidden = {hidden_};
    case_.x = batch_first_ ? swap_first_two(x.data, case_.batch, case_.steps) : x.data;
    expect_shape(w_, {directions_, 4 * hidden_, x.shape[2]}, inputs_.where() + ".W");
    expect_shape(r_, {directions_, 4 * hidden_, hidden_}, inputs_.where() + ".R");
  }

  void read_weights() {
    const Architecture& architecture = case_.architecture;
    Parameters parameters(architecture, inputs_.where());
    const auto blocks = [&](std::size_t columns) {
      return formats::GateBlocks{hidden_, columns, architecture.cell};
    };
    const auto ours = [&](const Doubles& theirs, std::size_t columns) {
      return formats::gates_to_ours(GateOrder::onnx, theirs, blocks(columns));
    };
    for (std::size_t d = 0; d < directions_; ++d) {
      parameters.set(Role::weight_ih, 0, d, ours(part(w_, d), architecture.input));
      parameters.set(Role::weight_hh, 0, d, ours(part(r_, d), hidden_));
      if (inputs_.has("B")) {
        const Array b = inputs_.array("B");
        expect_shape(b, {directions_, 8 * hidden_}, inputs_.where() + ".B");
        const Doubles both = part(b, d);
        const auto middle = both.begin() + static_cast<std::ptrdiff_t>(4 * hidden_);
        parameters.set(Role::bias_ih, 0, d, ours({both.begin(), middle}, 1));
        parameters.set(Role::bias_hh, 0, d, ours({middle, both.end()}, 1));
      }
      if (inputs_.has("P")) {
        const Array p = inputs_.array("P");
        expect_shape(p, {directions_, 3 * hidden_}, inputs_.where() + ".P");
        parameters.set(Role::peephole, 0, d,
                       formats::peepholes_to_ours(GateOrder::onnx, part(p, d), blocks(1)));
      }
    }
    case_.parameters = parameters.take();
  }

  void read_sequences() {
    if (inputs_.has("sequence_lens")) {
      const Array lengths = inputs_.array("sequence_lens");
      expect_shape(lengths, {case_.batch}, inputs_.where() + ".sequence_lens");
      for (const double length : lengths.data) {
        case_.lengths.push_back(static_cast<std::size_t>(length));
      }
    }
    case_.first_h = first_state("initial_h");
    case_.first_c = first_state("initial_c");
    // Only one of the two given: the other one is zeros.
    if (case_.first_h.empty()) case_.first_h.resize(case_.first_c.size());
    if (case_.first_c.empty()) case_.first_c.resize(case_.first_h.size());
  }

  Doubles first_state(const char* name) {
    if (!inputs_.has(name)) return {};
    const Array array = inputs_.array(name);
    expect_shape(array, state_shape(), inputs_.where() + "." + name);
    return batch_first_ ? swap_first_two(array.data, case_.batch, directions_) : array.data;
  }

  std::vector<std::size_t> state_shape() const {
    if (batch_first_) return {case_.batch, directions_, hidden_};
    return {directions_, case_.batch, hidden_};
  }

  void read_outputs() {
    const std::size_t steps = case_.steps, batch = case_.batch, directions = directions_;
    const bool batch_first = batch_first_;
    if (outputs_.has("Y")) {
      const Array y = outputs_.array("Y");
      const std::vector<std::size_t> shape =
          batch_first ? std::vector<std::size_t>{batch, steps, directions, hidden_}
                      : std::vector<std::size_t>{steps, directions, batch, hidden_};
      expect_shape(y, shape, outputs_.where() + ".Y");
      case_.expected.push_back({"Y", y.data, [=](const Outcome& outcome) {  // [T, B, D H]
                                  if (batch_first) return swap_first_two(outcome.y, steps, batch);
                                  return each_step_swapped(outcome.y, steps, batch, directions);
                                }});
    }
    add_state("Y_h", &Outcome::h);
    add_state("Y_c", &Outcome::c);
    if (case_.expected.empty()) refuse(outputs_.where(), "no output", "Y, Y_h or Y_c");
  }

  void add_state(const char* name, Doubles Outcome::*which) {
    if (!outputs_.has(name)) return;
    const Array array = outputs_.array(name);
    expect_shape(array, state_shape(), outputs_.where() + "." + name);
    const std::size_t batch = case_.batch, directions = directions_;
    const bool batch_first = batch_first_;
    case_.expected.push_back({name, array.data, [=](const Outcome& outcome) {
                                return batch_first
                                           ? swap_first_two(outcome.*which, directions, batch)
                                           : outcome.*which;
                              }});
  }

  // [T, B, D H] as [T, D, B, H].
  static Doubles each_step_swapped(const Doubles& y, std::size_t steps, std::size_t batch,
                                   std::size_t directions) {
    Doubles all;
    const auto size = static_cast<std::ptrdiff_t>(steps == 0 ? 0 : y.size() / steps);
    for (std::size_t t = 0; t < steps; ++t) {
      const auto from = y.begin() + static_cast<std::ptrdiff_t>(t) * size;
      const Doubles step = swap_first_two({from, from + size}, batch, directions);
      all.insert(all.end(), step.begin(), step.end());
    }
    return all;
  }

  Fields attributes_, inputs_, outputs_;
  Array w_, r_;
  std::size_t directions_ = 1, hidden_ = 0;
  bool batch_first_ = false;
  Case case_;
};

}  // namespace

Case onnx_case(const std::string& path) {
  const nlohmann::json file = read_json(path);
  Fields fields(file, path);
  fields.says("op", "LSTM");
  fields.says("layout", "i,o,f,c");
  fields.get_or<std::string>("domain", "");
  fields.get_or<int>("opset", 0);
  fields.get_or<std::string>("expect", "");
  Case made =
      Loader(fields.object("attributes"), fields.object("inputs"), fields.object("outputs")).load();
  made.name = fields.get<std::string>("name");
  // ONNX Runtime states 1e-4 and some of its literals have 5 digits. ONNX states 1e-3 relative: we
  // ask for more.
  const bool runtime =
      fields.get_or<std::string>("source", "").find("onnxruntime") != std::string::npos;
  made.tolerance = made.reference_tolerance = runtime ? 1e-4 : 1e-6;
  fields.finish();
  return made;
}

bool onnx_case_is_bad(const std::string& path) {
  return read_json(path).value("expect", "success") != "success";
}

}  // namespace sluice::vectors
