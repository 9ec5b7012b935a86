#include "inspection/changed_run.hpp"

#include <algorithm>
#include <array>

#include "inspection/reference_network.hpp"

namespace sluice::inspection {
namespace {

using reference::Signal;

const std::vector<double>& signal_of(const reference::LayerTrace& trace, Signal signal) {
  const std::array all = {&trace.f, &trace.g, &trace.i, &trace.c, &trace.o, &trace.h};
  return *all[static_cast<std::size_t>(signal)];
}

std::vector<double> means(const std::vector<double>& rows, std::size_t width) {
  std::vector<double> sums(width, 0.0);
  for (std::size_t n = 0; n < rows.size(); ++n) sums[n % width] += rows[n];
  for (double& sum : sums) sum *= static_cast<double>(width) / static_cast<double>(rows.size());
  return sums;
}

}  // namespace

ReferenceRun reference_run(const Subject& subject, const Range& rows) {
  const engine::Network& network = *subject.network;
  ReferenceRun run{
      .network = inspection::reference_network(network.architecture(), network.parameters()),
      .input = {},
      .first = {},
      .first_row = rows.first};
  run.input.steps = rows.count();
  run.input.batch = 1;
  for (std::size_t row = rows.first; row < rows.last; ++row) {
    for (const float value : subject.row(row)) run.input.x.push_back(static_cast<double>(value));
  }
  const State state = state_before(subject, rows.first, rows.last - 1);
  run.first = {{state.h.begin(), state.h.end()}, {state.c.begin(), state.c.end()}};
  return run;
}

Changes::Changes(const ReferenceRun& run, const reference::Forward& untouched,
                 std::span<const Setting> settings)
    : directions_(run.network.directions()),
      first_row_(run.first_row),
      settings_(settings.begin(), settings.end()) {
  for (const Setting& setting : settings_) {
    for (const Assignment& assignment : setting.assignments) {
      std::vector<Memory>& by_layer = memory_.emplace_back(run.network.layers.size());
      for (std::size_t n = 0; n < by_layer.size(); ++n) {
        const reference::LayerWeights& w = run.network.layers[n];
        const std::size_t width = assignment.signal == Signal::h ? w.state : w.hidden;
        by_layer[n].values.assign(width, 0.0);
        if (assignment.kind == Assignment::Kind::mean) {
          by_layer[n] = {means(signal_of(untouched.trace[n], assignment.signal), width), true};
        }
      }
    }
  }
}

void Changes::operator()(const reference::ChangedAt& at, std::span<double> values) {
  std::size_t number = 0;
  for (const Setting& setting : settings_) {
    for (const Assignment& assignment : setting.assignments) {
      Memory& memory = memory_[number++][at.layer];
      if (assignment.signal != at.signal) continue;
      const bool here =
          setting.where.holds(at.layer / directions_, at.layer % directions_, first_row_ + at.step);
      if (here) {
        apply(assignment, setting.where.units, memory, values);
      } else if (assignment.kind == Assignment::Kind::hold) {
        memory.values.assign(values.begin(), values.end());
        memory.filled = true;
      }
    }
  }
}

void Changes::apply(const Assignment& assignment, const Range& units, Memory& memory,
                    std::span<double> values) {
  if (!memory.filled && assignment.kind == Assignment::Kind::hold) {
    memory.values.assign(values.begin(), values.end());
    memory.filled = true;
  }
  for (std::size_t u = units.first; u < std::min(units.last, values.size()); ++u) {
    switch (assignment.kind) {
      case Assignment::Kind::replace:
        values[u] = assignment.value;
        break;
      case Assignment::Kind::scale:
        values[u] *= assignment.value;
        break;
      case Assignment::Kind::add:
        values[u] += assignment.value;
        break;
      case Assignment::Kind::hold:
      case Assignment::Kind::mean:
        values[u] = memory.values[u];
        break;
    }
  }
}

reference::Forward run_changed(const ReferenceRun& run, const reference::Forward& untouched,
                               std::span<const Setting> settings) {
  Changes changes(run, untouched, settings);
  reference::Input input = run.input;
  input.change = [&changes](const reference::ChangedAt& at, std::span<double> values) {
    changes(at, values);
  };
  return reference::forward(run.network, input, run.first);
}

}  // namespace sluice::inspection
