// What is inspected: a network, the rows that it reads, and the task that its outputs serve.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/network.hpp"
#include "engine/run.hpp"
#include "inspection/where.hpp"

namespace sluice::inspection {

/// A calendar cycle and the phase of each row in it.
struct Cycle {
  std::string name;           ///< "hour of day"
  std::vector<double> phase;  ///< [rows] 0 .. 1
};

/// A forecast aligned with the rows that it forecasts, in the units of the data; NaN where unknown.
struct ShownForecast {
  std::string target;
  std::vector<double> observed, point, low, high;  ///< [rows], one step ahead
  double low_level = 0.0, high_level = 0.0;        ///< Quantile levels.
};

struct Subject {
  std::string title;        ///< "sunspots.safetensors on sunspots.csv"
  std::string description;  ///< "LSTM, 1 layer of 64 units, carried state"
  const engine::Network* network = nullptr;
  std::size_t window = 0;  ///< Each answer reads the last `window` rows; 0: the state is carried.
  std::size_t rows = 0;
  std::vector<float> x;                      ///< [rows, I]
  std::vector<std::string> inputs, outputs;  ///< Names.
  std::vector<std::string> labels;           ///< [rows] times; empty: rows are numbered.
  std::vector<Cycle> cycles;
  std::vector<ShownForecast> forecast;  ///< One entry, for the first target, or none.
  std::size_t main_output = 0;          ///< The output of the gradient flow.

  /// The task's error for outputs y [count, O] of the rows first .. first + count - 1. Empty: no
  /// task. `error_name`: "MAE of sunspots".
  std::function<double(std::size_t first, std::span<const float> y)> error;
  std::string error_name;
  Range judged;              ///< Rows to evaluate the error on: held out from training.
  bool judged_seen = false;  ///< No rows were held out: the model was trained on `judged`.

  std::size_t width() const { return network->architecture().width(); }
  std::span<const float> row(std::size_t r) const {
    const std::size_t inputs_of_row = network->architecture().input;
    return std::span(x).subspan(r * inputs_of_row, inputs_of_row);
  }
  /// The rows that the network reads for its answer at the last of `shown`: those rows, or the
  /// window of the last one.
  Range read_for(const Range& shown) const;
};

/// The initial state of a window, or before row 0.
State first_state(const Subject& subject);
/// The state before the network reads `row` in the run whose answer is at row `answered`, which
/// determines the window. Networks with reverse layers have a state before row 0 only.
State state_before(const Subject& subject, std::size_t row, std::size_t answered);

/// y [count, O]: the answers of `network`, which replaces the subject's own, at each of the rows.
/// Starts from `before`, the state before the first row; with windows each row reads its own.
std::vector<float> answers(const Subject& subject, const engine::Network& network,
                           const Range& rows, const State& before);

}  // namespace sluice::inspection
