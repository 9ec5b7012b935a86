// PyTorch's own gradients in double precision: of every parameter, x, h0 and c0, and their flow
// back through time; by the reference and by the engine.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sluice/error.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/machine.hpp"
#include "vectors/plain_optimizer.hpp"
#include "vectors/table.hpp"

namespace sluice::vectors {
namespace {

// Both sides are doubles, added up in another order.
constexpr double kReferenceTolerance = 1e-12;
// Floats: 24 bits, sums of some hundred terms, relative to the largest value of an array.
constexpr double kEngineTolerance = 1e-5;
// One float error a step, relative to each norm alone, over 100 steps.
constexpr double kFlowTolerance = 1e-4;

struct Gold {
  Case run;
  InputGradient d;  // h and c empty where the source started from zeros without asking
  double loss = 0.0;
};

// [B, T, ..] as [T, B, ..] where the source has the batch first.
Array time_first(Array array, bool batch_first) {
  if (!batch_first) return array;
  array.data = swap_first_two(array.data, array.shape.at(0), array.shape.at(1));
  std::swap(array.shape[0], array.shape[1]);
  return array;
}

void check_config(Fields config, const Architecture& architecture) {
  const auto same = [&](const char* key, std::size_t ours) {
    if (config.get_or<std::size_t>(key, ours) != ours) {
      refuse(config.where(), key, std::to_string(ours));
    }
  };
  same("input_size", architecture.input);
  same("hidden_size", architecture.hidden[0]);
  same("num_layers", architecture.layers());
  same("proj_size", architecture.cell.projection);
  same("bias", architecture.biases > 0 ? 1 : 0);
  same("bidirectional", architecture.directions() - 1);
  same("dropout", 0);
  config.has("batch_first");
  config.finish();
}

Gold read_gold(Fields& fields) {
  Gold gold;
  Case& run = gold.run;
  run.name = fields.get<std::string>("name");
  run.architecture = pytorch_architecture(fields.object("params"));
  run.parameters = pytorch_parameters(run.architecture, fields.object("params"));
  check_config(fields.object("config"), run.architecture);
  const bool batch_first = fields.object("config").get_or<bool>("batch_first", false);
  const Array x = time_first(fields.array("x"), batch_first);
  run.steps = x.shape.at(0);
  run.batch = x.shape.at(1);
  expect_shape(x, {run.steps, run.batch, run.architecture.input}, fields.where() + ".x");
  run.x = x.data;
  if (fields.has("lengths")) {
    for (const double length : fields.array("lengths").data) {
      run.lengths.push_back(static_cast<std::size_t>(length));
    }
  }
  if (fields.has("h0")) run.first_h = fields.array("h0").data;
  if (fields.has("c0")) run.first_c = fields.array("c0").data;
  fields.says("layout", "i,f,g,o");
  fields.get<std::string>("loss");  // what the loss is: its value below says whether ours is that
  gold.loss = fields.get<double>("loss_value");
  const Array y = time_first(fields.array("y"), batch_first);  // perhaps only the longest's steps
  const std::size_t count = y.data.size();
  run.expected.push_back({"y", y.data, [count](const Outcome& outcome) {
                            return Doubles(outcome.y.begin(),
                                           outcome.y.begin() + static_cast<std::ptrdiff_t>(count));
                          }});
  run.expected.push_back(
      {"h_n", fields.array("h_n").data, [](const Outcome& outcome) { return outcome.h; }});
  run.expected.push_back(
      {"c_n", fields.array("c_n").data, [](const Outcome& outcome) { return outcome.c; }});
  gold.d.x = time_first(fields.array("grad_x"), batch_first).data;
  if (fields.has("grad_h0")) gold.d.h = fields.array("grad_h0").data;
  if (fields.has("grad_c0")) gold.d.c = fields.array("grad_c0").data;
  gold.d.parameters = pytorch_parameters(run.architecture, fields.object("grad_params"));
  fields.finish();
  return gold;
}

// 0.5 sum y^2 + sum_k c_n[k] (k + 1) / n, k the flat index of c_n.
double loss_of(const Outcome& outcome, OutputGradient& d) {
  double loss = 0.0;
  for (const double y : outcome.y) loss += 0.5 * y * y;
  d.y = outcome.y;
  const auto n = static_cast<double>(outcome.c.size());
  for (std::size_t k = 0; k < outcome.c.size(); ++k) {
    d.c.push_back(static_cast<double>(k + 1) / n);
    loss += outcome.c[k] * d.c.back();
  }
  return loss;
}

double gold_error(const Gold& gold, Machine& machine) {
  machine.set_parameters(gold.run.parameters);
  const Outcome outcome = machine.forward(gold.run);
  OutputGradient d;
  double largest = std::abs(loss_of(outcome, d) / gold.loss - 1.0);
  const auto compare = [&largest](const Doubles& got, const Doubles& expected) {
    largest = std::max(largest, relative_error(got, expected));
  };
  for (const Expected& expected : gold.run.expected)
    compare(expected.read(outcome), expected.values);
  const InputGradient got = machine.backward(d);
  compare(got.x, gold.d.x);
  if (!gold.d.h.empty()) compare(got.h, gold.d.h);
  if (!gold.d.c.empty()) compare(got.c, gold.d.c);
  for (const Parameter& one : parameter_list(gold.run.architecture)) {
    const auto part = [&one](const Doubles& all) {
      const auto from = all.begin() + static_cast<std::ptrdiff_t>(one.offset);
      return Doubles(from, from + static_cast<std::ptrdiff_t>(one.count));
    };
    compare(part(got.parameters), part(gold.d.parameters));
  }
  return largest;
}

// An LSTMCell's parameters under the names of an LSTM of one layer.
nlohmann::json as_layer(const nlohmann::json& cell) {
  nlohmann::json layer = nlohmann::json::object();
  for (const auto& item : cell.items()) layer[item.key() + "_l0"] = item.value();
  return layer;
}

struct Norms {
  Doubles h, c;
};

// |dL/dh_t| and |dL/dc_t| of L = sum(h_T), t = 1..T: of h_t and c_t as the variables of the steps
// behind them. c_t reaches L by c_{t+1}, which a run from (h_t, c_t) tells, and by h_t = o
// tanh(c_t).
Norms flow(const Case& whole, Machine& machine) {
  machine.set_parameters(whole.parameters);
  const std::size_t hidden = whole.architecture.hidden[0], input = whole.architecture.input;
  Norms norms;
  Sequences rest;
  rest.batch = 1;
  rest.first_h.assign(hidden, 0.0);
  rest.first_c.assign(hidden, 0.0);
  for (std::size_t t = 0; t < whole.steps; ++t) {
    const auto next = whole.x.begin() + static_cast<std::ptrdiff_t>(t * input);
    rest.steps = 1;
    rest.x.assign(next, next + static_cast<std::ptrdiff_t>(input));
    const Outcome at = machine.forward(rest);
    rest.first_h = at.h;
    rest.first_c = at.c;
    InputGradient d{{}, {}, Doubles(hidden, 1.0), Doubles(hidden, 0.0)};
    rest.steps = whole.steps - t - 1;
    if (rest.steps > 0) {
      rest.x.assign(next + static_cast<std::ptrdiff_t>(input), whole.x.end());
      machine.forward(rest);
      d = machine.backward({Doubles(rest.steps * hidden, 0.0), Doubles(hidden, 1.0), {}});
    }
    for (std::size_t u = 0; u < hidden; ++u) {
      const double tanh_c = std::tanh(at.c[u]);
      d.c[u] += d.h[u] * at.h[u] / tanh_c * (1.0 - tanh_c * tanh_c);
    }
    norms.h.push_back(norm(d.h));
    norms.c.push_back(norm(d.c));
  }
  return norms;
}

// Each norm by itself: they fall over many powers of ten.
double flow_error(const Norms& got, const Norms& expected) {
  double largest = 0.0;
  for (std::size_t t = 0; t < expected.h.size(); ++t) {
    largest = std::max({largest, std::abs(got.h.at(t) / expected.h[t] - 1.0),
                        std::abs(got.c.at(t) / expected.c[t] - 1.0)});
  }
  return largest;
}

void check_flow(Fields& fields) {
  const nlohmann::json layer = as_layer(fields.at("params"));
  Case whole;
  whole.architecture = pytorch_architecture({layer, fields.where()});
  whole.parameters = pytorch_parameters(whole.architecture, {layer, fields.where()});
  const Array x = fields.array("x");
  whole.steps = x.shape.at(0);
  expect_shape(x, {whole.steps, 1, whole.architecture.input}, fields.where() + ".x");
  whole.x = x.data;
  fields.says("source", "loss = sum(h_T)");
  fields.says("layout", "PyTorch");
  const Norms expected{fields.array("norm_dL_dh_t").data, fields.array("norm_dL_dc_t").data};
  const auto name = fields.get<std::string>("name");
  fields.finish();
  ASSERT_EQ(expected.h.size(), whole.steps);
  ASSERT_EQ(expected.c.size(), whole.steps);
  report({"torch_gold", name,
          flow_error(flow(whole, *reference_machine(whole.architecture)), expected),
          flow_error(flow(whole, *engine_machine(whole.architecture)), expected), 1e-9,
          kFlowTolerance});
}

void check_gold(Fields& fields) {
  const Gold gold = read_gold(fields);
  report({"torch_gold", gold.run.name, gold_error(gold, *reference_machine(gold.run.architecture)),
          gold_error(gold, *engine_machine(gold.run.architecture)), kReferenceTolerance,
          kEngineTolerance});
}

TEST(PublishedVectorsTest, PyTorchGradients) {
  SLUICE_NEEDS_VECTORS("torch_gold");
  for (const std::string& path : json_files("torch_gold")) {
    const nlohmann::json file = read_json(path);
    if (file.contains("optimiser")) continue;  // trajectory_test.cpp
    try {
      Fields fields(file, path);
      if (file.contains("norm_dL_dh_t")) {
        check_flow(fields);
      } else {
        check_gold(fields);
      }
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace
}  // namespace sluice::vectors
