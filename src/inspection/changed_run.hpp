// Runs in double precision over the same rows, untouched or with signals changed: an experiment
// beside its control. The reference runs them, so that every option of the cell can be changed.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "inspection/setting.hpp"
#include "inspection/subject.hpp"
#include "reference/lstm.hpp"

namespace sluice::inspection {

/// The rows that a run reads: from the state before the first one.
struct ReferenceRun {
  reference::Network network;
  reference::Input input;  ///< One sequence.
  reference::State first;
  std::size_t first_row = 0;

  reference::Forward forward() const { return reference::forward(network, input, first); }
};

/// On the way to the answer from the last of the rows.
ReferenceRun reference_run(const Subject& subject, const Range& rows);

/// Applies settings while a run goes on; `untouched` is the run without them, for =mean. The steps
/// of the settings are rows of the data. Must outlive the run.
class Changes {
 public:
  Changes(const ReferenceRun& run, const reference::Forward& untouched,
          std::span<const Setting> settings);

  void operator()(const reference::ChangedAt& at, std::span<double> values);

 private:
  struct Memory {  // of one assignment in one direction of a layer: what =hold and =mean put in
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

/// The run with the settings.
reference::Forward run_changed(const ReferenceRun& run, const reference::Forward& untouched,
                               std::span<const Setting> settings);

}  // namespace sluice::inspection
