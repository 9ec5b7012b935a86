// PyTorch's own trainings in double precision on a real series: the loss of each of 50 steps and
// the weights at the end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "sluice/error.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/parameters.hpp"
#include "vectors/table.hpp"
#include "vectors/trainer.hpp"

namespace sluice::vectors {
namespace {

// Passengers of international airlines, thousands a month, January 1949 to December 1960 (Box and
// Jenkins 1976, series G).
constexpr double kPassengers[] = {
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118,   // 1949
    115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,   // 1950
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,   // 1951
    171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,   // 1952
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201,   // 1953
    204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,   // 1954
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278,   // 1955
    284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,   // 1956
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,   // 1957
    340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,   // 1958
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405,   // 1959
    417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432};  // 1960

constexpr std::size_t kWindow = 12, kWindows = 96, kSteps = 50;

// What a float gradient is off by, as a share of the largest value of its tensor (gold_test.cpp
// measures 3e-7). Adam and RMSprop divide a small value by its own size, which enlarges that
// without a bound known beforehand: so what it does to the 50 steps is measured on the reference.
constexpr double kFloatError = 5e-7;

struct Tolerances {
  double reference, engine;
};

// The first 96 windows of 12 values, scaled to 0..1, and the value behind each.
struct Windows {
  Sequences sequences;
  Doubles targets;
};

Windows windows() {
  const auto [low, high] = std::minmax_element(std::begin(kPassengers), std::end(kPassengers));
  const auto scaled = [&low = *low, &high = *high](std::size_t at) {
    return (kPassengers[at] - low) / (high - low);
  };
  Windows made;
  made.sequences.steps = kWindow;
  made.sequences.batch = kWindows;
  for (std::size_t t = 0; t < kWindow; ++t) {
    for (std::size_t b = 0; b < kWindows; ++b) made.sequences.x.push_back(scaled(b + t));
  }
  for (std::size_t b = 0; b < kWindows; ++b) made.targets.push_back(scaled(b + kWindow));
  return made;
}

struct Trajectory {
  std::string name;
  Architecture architecture;
  OptimizerRecipe recipe;
  Doubles first, last;    // flat parameters
  Doubles losses, norms;  // of each step; norms before clipping, or empty
};

Doubles parameters_of(const Architecture& architecture, Fields tensors) {
  Parameters parameters(architecture, tensors.where());
  for (const Parameter& one : parameters.list()) {
    const bool head = one.name.rfind("head.", 0) == 0;
    parameters.set(one.name,
                   tensors.array(head ? "linear." + one.name.substr(5) : "lstm." + one.name));
  }
  tensors.finish();
  return parameters.take();
}

Trajectory read_trajectory(Fields& fields) {
  for (const char* part :
       {"min-max scaled to [0,1] over all 144 values", "windows of 12", "first 96 windows",
        "LSTM(1,6) last step -> Linear(6,1)", "MSE", "50 steps"}) {
    fields.says("recipe", part);
  }
  Trajectory made;
  made.name = fields.get<std::string>("name");
  made.architecture.input = 1;
  made.architecture.hidden = {6};
  made.architecture.output = 1;
  made.architecture.biases = 2;
  made.recipe =
      parse_optimizer(fields.get<std::string>("optimiser"), fields.where() + ".optimiser");
  for (const char* key : {"clip", "clip_norm", "max_norm", "clip_grad_norm"}) {
    made.recipe.clip = fields.get_or<double>(key, made.recipe.clip);
  }
  made.first = parameters_of(made.architecture, fields.object("init"));
  made.last = parameters_of(made.architecture, fields.object("final"));
  made.losses = fields.array("losses").data;
  if (fields.has("grad_norms_before_clip")) {
    made.norms = fields.array("grad_norms_before_clip").data;
    if (made.recipe.clip == 0.0) refuse(fields.where(), "norms before a clip that is not named");
  }
  fields.finish();
  return made;
}

// Calls visit with where each tensor begins and ends in the flat parameters.
template <class Visit>
void each_tensor(const Architecture& architecture, Visit visit) {
  for (const Parameter& one : parameter_list(architecture)) {
    visit(static_cast<std::ptrdiff_t>(one.offset),
          static_cast<std::ptrdiff_t>(one.offset + one.count));
  }
}

// Moves each value by up to `share` of its tensor's largest.
void disturb(const Architecture& architecture, double share, Random& random, Doubles& gradient) {
  if (share == 0.0) return;
  each_tensor(architecture, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    const auto larger = [](double a, double b) { return std::abs(a) < std::abs(b); };
    const double largest =
        std::abs(*std::max_element(gradient.begin() + from, gradient.begin() + to, larger));
    std::for_each(gradient.begin() + from, gradient.begin() + to,
                  [&](double& d) { d += share * largest * random.uniform(-1.0, 1.0); });
  });
}

double trajectory_error(const Trajectory& gold, const Side& side, double disturbance) {
  Random random(0);
  const Windows data = windows();
  const auto machine = side.machine(gold.architecture);
  const auto stepper = side.stepper(gold.recipe);
  Doubles parameters = gold.first, losses, norms;
  for (std::size_t step = 0; step < kSteps; ++step) {
    machine->set_parameters(parameters);
    const Outcome outcome = machine->forward(data.sequences);
    OutputGradient d;
    losses.push_back(last_step_error(data.sequences, outcome, data.targets, d));
    Doubles gradient = machine->backward(d).parameters;
    disturb(gold.architecture, disturbance, random, gradient);
    if (!gold.norms.empty()) norms.push_back(norm(gradient));
    stepper->step(parameters, gradient);
  }
  double largest =
      std::max({relative_error(losses, gold.losses), relative_error(norms, gold.norms)});
  each_tensor(gold.architecture, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    largest = std::max(largest, relative_error({parameters.begin() + from, parameters.begin() + to},
                                               {gold.last.begin() + from, gold.last.begin() + to}));
  });
  return largest;
}

Tolerances tolerances(const Trajectory& gold) {
  const double sensitivity = trajectory_error(gold, kReference, kFloatError);
  // Rounding a double is 1e-9 of rounding a float.
  Tolerances made{1e-9 + 1e-8 * sensitivity, 2e-6 + 10.0 * sensitivity};
  // PyTorch clips to limit / (norm + 1e-6), the engine to limit / norm.
  for (const double norm : gold.norms) made.engine = std::max(made.engine, 1e-6 / norm);
  return made;
}

TEST(PublishedVectorsTest, PyTorchTrajectories) {
  SLUICE_NEEDS_VECTORS("torch_gold");
  for (const std::string& path : json_files("torch_gold")) {
    const nlohmann::json file = read_json(path);
    if (!file.contains("optimiser")) continue;  // gold_test.cpp
    try {
      Fields fields(file, path);
      const Trajectory gold = read_trajectory(fields);
      const char* note = engine_has(gold.recipe) ? "" : " (steps in doubles)";
      const Tolerances allowed = tolerances(gold);
      report({"torch_gold", gold.name + note, trajectory_error(gold, kReference, 0.0),
              trajectory_error(gold, kEngine, 0.0), allowed.reference, allowed.engine});
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace
}  // namespace sluice::vectors
