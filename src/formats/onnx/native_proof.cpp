// Runs a graph and its candidate stack on the same random input and compares them.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/random.hpp"
#include "engine/run.hpp"
#include "formats/onnx/native_parts.hpp"
#include "formats/onnx/strided.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

constexpr double kTolerance = 1e-5;  // relative to the largest output, at least 1
constexpr std::size_t kMaxProof = std::size_t{1} << 22;  // elements of x

// Sizes to try if the graph leaves them open.
struct Trial {
  bool time_first;
  std::size_t batch, steps;
  std::uint64_t seed;
};

struct Inputs {
  std::map<std::string, Value> values;
  std::size_t batch, steps;  // as declared by the graph
};

Value random_value(const Shape& shape, Random& random) {
  std::vector<float> all(count_of(shape));
  for (float& element : all) element = static_cast<float>(random.uniform(-1.0, 1.0));
  return {DType::f32, shape, std::move(all)};
}

std::vector<Dimension> dimensions_of(const Program& program, const std::string& name) {
  for (const Declared& input : program.graph().inputs) {
    if (input.name == name && input.shape) return *input.shape;
  }
  return std::vector<Dimension>(3);
}

Shape x_shape(const Program& program, const Structure& structure, std::size_t input,
              const Trial& trial) {
  const std::vector<Dimension> declared = dimensions_of(program, structure.input);
  if (declared.size() != 3) {
    throw NotNative{"its input '" + structure.input + "' does not have three dimensions"};
  }
  Shape shape = {trial.batch, trial.steps, input};
  if (trial.time_first) std::swap(shape[0], shape[1]);
  for (std::size_t i = 0; i < 3; ++i) shape[i] = declared[i].size.value_or(shape[i]);
  const auto count = element_count(shape, DType::f64);
  if (!count || *count == 0 || *count > kMaxProof) {
    throw NotNative{"its input has " + formats::to_string(shape) +
                    " elements, too many or too few to be tried"};
  }
  return shape;
}

// The open dimension of a state is the batch.
Inputs random_inputs(const Program& program, const Structure& structure,
                     const Architecture& architecture, const Trial& trial) {
  Random random(trial.seed);
  const Shape shape = x_shape(program, structure, architecture.input, trial);
  Inputs inputs{{}, shape[trial.time_first ? 1 : 0], shape[trial.time_first ? 0 : 1]};
  inputs.values.emplace(structure.input, random_value(shape, random));
  for (const std::string& name : structure.states) {
    Shape state;
    for (const Dimension& dimension : dimensions_of(program, name)) {
      state.push_back(dimension.size.value_or(inputs.batch));
    }
    const auto count = element_count(state, DType::f64);
    if (!count || *count > kMaxProof) throw NotNative{"its input '" + name + "' is too large"};
    inputs.values.emplace(name, random_value(state, random));
  }
  return inputs;
}

// The graph's outputs, and the initial states of its LSTM nodes.
struct Seen {
  std::map<std::string, Value> values;
  State state;
};

const std::string& input_name(const Program& program, std::size_t node, std::size_t place) {
  static const std::string none;
  const std::vector<std::string>& inputs = program.graph().nodes[node].inputs;
  return place < inputs.size() ? inputs[place] : none;
}

// Appends a layer's initial state [D, B, H], or zeros.
void add_state(const Program& program, std::size_t node, std::size_t place, std::size_t batch,
               const Seen& seen, std::vector<float>& to) {
  const PreparedLstm& lstm = *program.lstm(node);
  const std::size_t directions = lstm.attributes.directions();
  const std::size_t hidden = lstm.layer->architecture.hidden[0];
  const std::string& name = input_name(program, node, place);
  if (name.empty()) {
    to.resize(to.size() + directions * batch * hidden, 0.0f);
    return;
  }
  Value state = seen.values.at(name);
  if (lstm.attributes.batch_first) {
    const Strides own = strides_of(state.shape());
    state = take(state, {directions, batch, hidden}, {own[1], own[0], own[2]});
  }
  to.insert(to.end(), state.as<float>().begin(), state.as<float>().end());
}

void check_lengths(const Program& program, std::size_t node, std::size_t steps, const Seen& seen) {
  const std::string& name = input_name(program, node, 4);
  if (name.empty()) return;
  for (const std::int32_t length : seen.values.at(name).as<std::int32_t>()) {
    if (static_cast<std::size_t>(length) != steps) {
      throw NotNative{"its sequence_lens are shorter than the sequence"};
    }
  }
}

Seen run_graph(const Program& program, const Structure& structure, const Inputs& inputs) {
  std::vector<std::string> wanted;
  for (const Declared& output : program.graph().outputs) wanted.push_back(output.name);
  for (const std::size_t node : structure.lstms) {
    for (const std::size_t place : {4, 5, 6}) {
      const std::string& name = input_name(program, node, place);
      if (!name.empty()) wanted.push_back(name);
    }
  }
  Seen seen{program.run(inputs.values, wanted), {}};
  for (const std::size_t node : structure.lstms) {
    check_lengths(program, node, inputs.steps, seen);
    add_state(program, node, 5, inputs.batch, seen, seen.state.h);
    add_state(program, node, 6, inputs.batch, seen, seen.state.c);
  }
  return seen;
}

// Checks that with zeros for all state inputs every layer starts from zeros.
void check_zero_start(const Program& program, const Structure& structure, Inputs inputs) {
  for (const std::string& name : structure.states) {
    Value& state = inputs.values.at(name);
    state = Value(DType::f32, state.shape(), std::vector<float>(state.count(), 0.0f));
  }
  const Seen seen = run_graph(program, structure, inputs);
  for (const auto* state : {&seen.state.h, &seen.state.c}) {
    if (std::any_of(state->begin(), state->end(), [](float s) { return s != 0.0f; })) {
      throw NotNative{"it starts from constants that are not zero"};
    }
  }
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  double scale = 1.0;
  for (const float y : b) scale = std::max(scale, std::fabs(static_cast<double>(y)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <= kTolerance * scale)) {
      return false;
    }
  }
  return true;
}

// y [B, T, W] in the layouts that a graph may return: as is, time first, with an axis of directions
// (layout 0); or the last step alone.
struct Arrangement {
  bool last_only;
  std::vector<float> values;
};

std::vector<Arrangement> arrangements_of(const Value& y, const Architecture& architecture) {
  const std::size_t b = y.shape()[0], t = y.shape()[1], w = y.shape()[2];
  const std::size_t d = architecture.directions();
  const Strides own = strides_of(y.shape());
  std::vector<Arrangement> all;
  all.push_back({false, y.as<float>()});
  all.push_back({false, take(y, {t, b, w}, {own[1], own[0], 1}).as<float>()});
  if (d == 2 && architecture.output == 0) {
    const auto half = static_cast<std::ptrdiff_t>(w / 2);
    const Value split = take(y, {t, 2, b, w / 2}, {own[1], half, own[0], 1});
    all.push_back({false, split.as<float>()});
  }
  const auto last = static_cast<std::ptrdiff_t>(t - 1) * own[1];
  all.push_back({true, take(y, {b, w}, {own[0], 1}, last).as<float>()});
  return all;
}

// The output of the graph that equals the stack's, and in which arrangement.
struct Match {
  std::size_t output, arrangement;
  bool last_only;
  friend bool operator==(const Match&, const Match&) = default;
};

// y [B, T, W] of the stack, run from the initial states of the graph's layers.
Value run_stack(const engine::Network& network, const Inputs& inputs, const Value& x,
                bool time_first, State state) {
  const Strides own = strides_of(x.shape());
  const Shape shape = {inputs.batch, inputs.steps, x.shape()[2]};
  const Value batch_first = time_first ? take(x, shape, {own[1], own[0], own[2]}) : x;
  std::vector<float> y = engine::run(
      network, {.x = batch_first.as<float>(), .batch = inputs.batch, .steps = inputs.steps}, state);
  return {DType::f32, {inputs.batch, inputs.steps, network.architecture().width()}, std::move(y)};
}

std::optional<Match> match_in(const Program& program, const Structure& structure,
                              const engine::Network& network, const Trial& trial) {
  const Inputs inputs = random_inputs(program, structure, network.architecture(), trial);
  const Seen seen = run_graph(program, structure, inputs);
  check_zero_start(program, structure, inputs);
  const Value y =
      run_stack(network, inputs, inputs.values.at(structure.input), trial.time_first, seen.state);
  const std::vector<Arrangement> arrangements = arrangements_of(y, network.architecture());
  for (std::size_t a = 0; a < arrangements.size(); ++a) {
    for (std::size_t o = 0; o < program.graph().outputs.size(); ++o) {
      const Value& output = seen.values.at(program.graph().outputs[o].name);
      if (output.dtype() == DType::f32 && same(output.as<float>(), arrangements[a].values)) {
        return Match{o, a, arrangements[a].last_only};
      }
    }
  }
  return std::nullopt;
}

// The match that two trials agree on, or nullopt.
std::optional<Match> match_of(const Program& program, const Structure& structure,
                              const engine::Network& network, bool time_first) {
  try {
    const auto first = match_in(program, structure, network, {time_first, 3, 5, 17});
    if (!first || match_in(program, structure, network, {time_first, 2, 7, 19}) != first) {
      return std::nullopt;
    }
    return first;
  } catch (const Error&) {
    return std::nullopt;  // the graph takes x in the other layout, or not in these sizes
  }
}

}  // namespace

NativeModel prove(const Program& program, const Structure& structure, Stack stack) {
  engine::Network network(stack.architecture);
  network.set_parameters(stack.parameters);
  for (const bool time_first : {false, true}) {
    const auto match = match_of(program, structure, network, time_first);
    if (!match) continue;
    return {std::move(stack.architecture),
            std::move(stack.parameters),
            match->last_only,
            time_first,
            structure.input,
            program.graph().outputs[match->output].name};
  }
  throw NotNative{
      "no output is that of its LSTM layers and head, at every step or at the last one (a head "
      "that "
      "reads the last states of two directions is none)"};
}

}  // namespace sluice::formats::onnx
