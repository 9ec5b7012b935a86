// One LSTM layer of Keras, Keras.js or TensorFlow.js, perhaps in a Bidirectional: what comes out of
// the last of some calls.
#include <algorithm>
#include <array>

#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/keras_fields.hpp"

namespace sluice::vectors {
namespace {

// The names of the states: of one layer, and of the two of a Bidirectional.
const std::vector<std::string> kStateNames[2][2] = {
    {{"h", "h0", "h_fwd", "h_forward", "h1", "initial_h", "state_h"},
     {"h_bwd", "h_backward", "h2"}},
    {{"c", "c0", "c_fwd", "c_forward", "c1", "initial_c", "state_c"},
     {"c_bwd", "c_backward", "c2"}}};

// h and c of each direction, [N, H] each, from {"h", "c", ..} or from a list h, c[, h, c].
struct States {
  Doubles h, c;  // direction after direction, as in an Outcome
};

void append(Doubles& to, const Array& from, const std::vector<std::size_t>& shape,
            const std::string& where) {
  expect_shape(from, shape, where);
  to.insert(to.end(), from.data.begin(), from.data.end());
}

States states_by_name(Fields fields, std::size_t directions,
                      const std::vector<std::size_t>& shape) {
  States states;
  for (std::size_t d = 0; d < directions; ++d) {
    for (std::size_t kind = 0; kind < 2; ++kind) {
      const auto array = fields.array_of(kStateNames[kind][d]);
      if (!array) refuse(fields.where(), "a state is missing", kStateNames[kind][d].front());
      append(kind == 0 ? states.h : states.c, *array, shape, fields.where());
    }
  }
  fields.finish();
  return states;
}

States states_of(const nlohmann::json& value, std::size_t directions,
                 const std::vector<std::size_t>& shape, const std::string& where) {
  const bool stacked = value.is_object() && value.contains("data");
  if (value.is_object() && !stacked) return states_by_name({value, where}, directions, shape);
  std::vector<Array> list;
  if (!stacked && value.is_array() && !value.empty() && value.front().is_object()) {
    for (const auto& item : value) list.push_back(parse_array(item, where));
  } else {
    const Array all = parse_array(value, where);
    const std::size_t count = 2 * directions, size = all.data.size() / count;
    expect_shape(all, {count, shape[0], shape[1]}, where);
    for (std::size_t j = 0; j < count; ++j) {
      const auto from = all.data.begin() + static_cast<std::ptrdiff_t>(j * size);
      list.push_back({shape, {from, from + static_cast<std::ptrdiff_t>(size)}});
    }
  }
  if (list.size() != 2 * directions) refuse(where, "states", std::to_string(2 * directions));
  States states;
  for (std::size_t j = 0; j < list.size(); ++j) {
    append(j % 2 == 0 ? states.h : states.c, list[j], shape, where);
  }
  return states;
}

// The last output [N, width]: h, or the two directions' h merged as the layer merges.
Doubles last_output(const Architecture& architecture, std::size_t batch, const Outcome& outcome) {
  if (architecture.direction != Direction::both) return outcome.h;
  const std::size_t hidden = architecture.hidden[0];
  Doubles merged;
  for (std::size_t b = 0; b < batch; ++b) {
    const double* forward = outcome.h.data() + b * hidden;
    const double* backward = forward + batch * hidden;
    if (architecture.merge == Merge::concat) {
      merged.insert(merged.end(), forward, forward + hidden);
      merged.insert(merged.end(), backward, backward + hidden);
      continue;
    }
    for (std::size_t u = 0; u < hidden; ++u) {
      merged.push_back(architecture.merge == Merge::product ? forward[u] * backward[u]
                                                            : forward[u] + backward[u]);
      if (architecture.merge == Merge::mean) merged.back() /= 2.0;
    }
  }
  return merged;
}

class Outputs {
 public:
  Outputs(Fields& fields, Fields& config, Case& made)
      : fields_(fields),
        made_(made),
        sequences_(config.get_or<bool>("return_sequences", false)),
        zeroed_(config.get_or<bool>("zero_output_for_mask", false)) {}

  void read() {
    for (const char* key : {"expected_output", "expected", "expected_y"}) add_output(key);
    add_sum_of_units("dense_ones_expected");
    for (const char* key : {"expected_h", "expected_state_h"}) add(key, &Outcome::h);
    for (const char* key : {"expected_c", "expected_state_c"}) add(key, &Outcome::c);
    if (fields_.has("expected_states")) add_states();
    if (made_.expected.empty()) refuse(fields_.where(), "nothing is expected");
  }

 private:
  // [N, width], or [N, T, width] in the order in which the layer made them.
  std::function<Doubles(const Outcome&)> output() const {
    const Architecture architecture = made_.architecture;
    const std::size_t steps = made_.steps, batch = made_.batch;
    if (!sequences_) {
      return [=](const Outcome& outcome) { return last_output(architecture, batch, outcome); };
    }
    const std::vector<std::uint8_t> zeroed = zeroed_ ? made_.mask : std::vector<std::uint8_t>{};
    return [=](const Outcome& outcome) {
      Doubles y = outcome.y;
      const std::size_t width = architecture.width();
      for (std::size_t row = 0; row < zeroed.size(); ++row) {
        if (zeroed[row] == 0)
          std::fill_n(y.begin() + static_cast<std::ptrdiff_t>(row * width), width, 0.0);
      }
      if (architecture.direction == Direction::reverse) y = reversed_blocks(y, steps);
      return swap_first_two(y, steps, batch);
    };
  }

  std::vector<std::size_t> output_shape(std::size_t width) const {
    if (sequences_) return {made_.batch, made_.steps, width};
    return {made_.batch, width};
  }

  void add_output(const char* key) {
    if (!fields_.has(key)) return;
    const Array array = fields_.array(key);
    std::vector<std::size_t> shape = output_shape(made_.architecture.width());
    // A source with one sequence may leave its dimension out.
    if (made_.batch == 1 && array.shape.size() + 1 == shape.size()) shape.erase(shape.begin());
    expect_shape(array, shape, fields_.where() + "." + key);
    made_.expected.push_back({key, array.data, output()});
  }

  // A Dense(1) of ones behind the layer.
  void add_sum_of_units(const char* key) {
    if (!fields_.has(key)) return;
    const Array array = fields_.array(key);
    expect_shape(array, output_shape(1), fields_.where() + "." + key);
    const std::size_t width = made_.architecture.width();
    made_.expected.push_back({key, array.data, [width, rows_of = output()](const Outcome& outcome) {
                                const Doubles rows = rows_of(outcome);
                                Doubles sums(rows.size() / width, 0.0);
                                for (std::size_t j = 0; j < rows.size(); ++j) {
                                  sums[j / width] += rows[j];
                                }
                                return sums;
                              }});
  }

  void add(const char* key, Doubles Outcome::*which) {
    if (!fields_.has(key)) return;
    const Array array = fields_.array(key);
    expect_shape(array, {made_.batch, made_.architecture.hidden[0]}, fields_.where() + "." + key);
    made_.expected.push_back(
        {key, array.data, [which](const Outcome& outcome) { return outcome.*which; }});
  }

  void add_states() {
    const States states = states_of(fields_.at("expected_states"), made_.architecture.directions(),
                                    {made_.batch, made_.architecture.hidden[0]},
                                    fields_.where() + ".expected_states");
    made_.expected.push_back({"h", states.h, [](const Outcome& outcome) { return outcome.h; }});
    made_.expected.push_back({"c", states.c, [](const Outcome& outcome) { return outcome.c; }});
  }

  Fields& fields_;
  Case& made_;
  bool sequences_, zeroed_;
};

void read_first_state(Fields& fields, Case& made) {
  const auto key = fields.first_of({"initial_state", "initial_states"});
  if (!key) return;
  const States states =
      states_of(fields.at(*key), made.architecture.directions(),
                {made.batch, made.architecture.hidden[0]}, fields.where() + "." + *key);
  made.first_h = states.h;
  made.first_c = states.c;
}

}  // namespace

bool is_keras_training(const std::string& path) {
  const std::string name = stem(path);
  for (const char* part : {"train", "Train", "TRAIN", "bptt", "BPTT"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  const nlohmann::json file = read_json(path);
  return file.contains("epochs") || file.contains("expected_loss") ||
         file.contains("expected_losses");
}

Case keras_case(const std::string& path, KerasVersion version) {
  const nlohmann::json file = read_json(path);
  Fields fields(file, path);
  Fields config = fields.object("config");
  fields.says("layout", "Keras layout");
  fields.says("layout", "i,f,c,o");
  Case made;
  made.name = fields.get<std::string>("name");
  made.architecture = keras_architecture(config, version);
  made.parameters = keras_parameters(made.architecture, fields);
  const bool bias = config.get_or<bool>("use_bias", made.architecture.biases == 1);
  if (bias != (made.architecture.biases == 1)) refuse(path, "use_bias and bias disagree");
  read_keras_input(fields, config, made);
  read_first_state(fields, made);
  made.calls = fields.get_or<std::size_t>("calls", 1);
  if (made.calls > 1 && !config.get_or<bool>("stateful", false)) {
    refuse(path, "several calls of a layer that keeps no state", "stateful");
  }
  config.get_or<bool>("stateful", false);
  Outputs(fields, config, made).read();
  made.tolerance = made.reference_tolerance = 1e-5;
  config.finish();
  fields.finish();
  return made;
}

}  // namespace sluice::vectors
