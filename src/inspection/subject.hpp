// What is inspected: a network, the rows that it reads, and what its outputs are good for.
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

/// A cycle of the calendar: where each row stands in it.
struct Cycle {
  std::string name;           ///< "hour of day"
  std::vector<double> phase;  ///< [rows] 0 .. 1
};

/// A forecast laid beside the rows that it is about, in the units of the data; NaN where not known.
struct ShownForecast {
  std::string target;
  std::vector<double> observed, point, low, high;  ///< [rows], one step ahead
  double low_level = 0.0, high_level = 0.0;        ///< Quantile levels.
};

struct Subject {
  std::string title;        ///< "sunspots.safetensors on sunspots.csv"
  std::string description;  ///< "LSTM, 1 layer of 64 units, carried state"
  const engine::Network* network = nullptr;
  std::size_t window = 0;  ///< Rows of a window that ends at each row; 0: the state is carried.
  std::size_t rows = 0;
  std::vector<float> x;                      ///< [rows, I]
  std::vector<std::string> inputs, outputs;  ///< What each is called.
  std::vector<std::string> labels;           ///< [rows] times; empty: rows are numbered.
  std::vector<Cycle> cycles;
  std::vector<ShownForecast> forecast;  ///< Of the first target, or none.
  std::size_t main_output = 0;          ///< The one whose gradient is followed.

  /// The task's error of outputs [count, O] from the rows first .. first + count - 1, and what it
  /// is called: "MAE of sunspots". Empty: there is no task.
  std::function<double(std::size_t first, std::span<const float> y)> error;
  std::string error_name;
  Range judged;              ///< Rows that the error is told on: held out from training.
  bool judged_seen = false;  ///< There are none of those: the model was trained on them.

  std::size_t width() const { return network->architecture().width(); }
  std::span<const float> row(std::size_t r) const {
    const std::size_t inputs_of_row = network->architecture().input;
    return std::span(x).subspan(r * inputs_of_row, inputs_of_row);
  }
  /// What the network has read when it answers for the last one of some rows: those rows, or the
  /// last one's window.
  Range read_for(const Range& shown) const;
};

/// The state from which a window, or the first row, is read.
State first_state(const Subject& subject);
/// The state that the network is in before it reads a row, on its way to the answer from the row
/// `answered`: that says which window. Of networks that read from the end, row 0 alone has one.
State state_before(const Subject& subject, std::size_t row, std::size_t answered);

/// y [count, O] from each of the rows, as `network` in the model's place answers: from `before`,
/// the state before the first row, or each from its window.
std::vector<float> answers(const Subject& subject, const engine::Network& network,
                           const Range& rows, const State& before);

}  // namespace sluice::inspection
