// Double precision runs with and without changed signals: an experiment and its control. The
// reference implementation runs them, which supports every cell option.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "inspection/setting.hpp"
#include "inspection/subject.hpp"
#include "reference/lstm.hpp"

namespace sluice::inspection {

/// What a run needs: the network, its rows, and the state before the first one.
struct ReferenceRun {
  reference::Network network;
  reference::Input input;  ///< One sequence.
  reference::State first;
  std::size_t first_row = 0;

  reference::Forward forward() const { return reference::forward(network, input, first); }
};

/// The rows up to the answer at the last of `rows`, or its window.
ReferenceRun reference_run(const Subject& subject, const Range& rows);

/// Applies settings during a run: the callback of reference::forward(). `untouched`: the run
/// without them, for =mean. The steps of the settings are rows of the data. Must outlive the run.
class Changes {
 public:
  Changes(const ReferenceRun& run, const reference::Forward& untouched,
          std::span<const Setting> settings);

  void operator()(const reference::ChangedAt& at, std::span<double> values);

 private:
  struct Memory {  // the values that =hold or =mean assigns in one direction of a layer
    std::vector<double> values;
    bool filled = false;
  };

  void apply(const Assignment& assignment, const Range& units, Memory& memory,
             std::span<double> values);

  std::size_t directions_, first_row_;
  std::vector<Setting> settings_;
  std::vector<std::vector<Memory>>
      memory_;  // by assignment over all settings, by layer's direction
};

/// Runs with the settings applied.
reference::Forward run_changed(const ReferenceRun& run, const reference::Forward& untouched,
                               std::span<const Setting> settings);

}  // namespace sluice::inspection
