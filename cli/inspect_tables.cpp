#include "cli/inspect_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cli/columns.hpp"
#include "cli/seven_steps.hpp"
#include "cli/standard_output.hpp"

namespace sluice::cli {
namespace {

using inspection::Range;
using inspection::Trace;

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:+.2f}", *value) : "-";
}

std::string remembers(const std::vector<inspection::Memory>& memories,
                      const inspection::UnitFigures& unit) {
  for (const inspection::Memory& memory : memories) {
    if (memory.layer != unit.layer || memory.unit != unit.unit) continue;
    const bool all = memory.remembers == memory.steps.back();
    return fmt::format("{}{}", all ? ">= " : "", memory.remembers);
  }
  return "-";
}

// The ten units whose removal changes the error (without a task: the outputs) most.
void print_units(const UnitTables& tables) {
  constexpr std::size_t kShown = 10;
  std::vector<std::size_t> order(tables.units.size());
  for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
  const auto worth = [&](std::size_t n) {
    return std::abs(tables.ablation.units[n].change.value_or(0.0));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
  say("\nThe units with the largest effect when removed\n");
  std::vector<std::vector<std::string>> table = {
      {"unit", "change %", "f > 0.9", "i < 0.1", "half-life", "remembers", "goes with", "r"}};
  for (std::size_t n = 0; n < std::min(kShown, order.size()); ++n) {
    const inspection::UnitFigures& unit = tables.units[order[n]];
    const inspection::Correlation* with = inspection::strongest(unit.inputs);
    const auto share = [](const std::optional<inspection::Saturation>& saturation, bool high) {
      return saturation
                 ? fmt::format("{:.0f} %", 100.0 * (high ? saturation->high : saturation->low))
                 : "-";
    };
    table.push_back({fmt::format("layer {}{} unit {}", unit.layer,
                                 unit.direction == 1 ? " reverse" : "", unit.unit),
                     percent(tables.ablation.units[order[n]].change), share(unit.f, true),
                     share(unit.i, false), unit.half_life ? figure(*unit.half_life) : "-",
                     remembers(tables.memories, unit), with ? with->name : "-",
                     with ? fmt::format("{:+.2f}", with->r) : "-"});
  }
  say("{}", columns(table));
}

}  // namespace

void print_subject(const TracedRun& run) {
  const inspection::Subject& subject = run.subject;
  const Range& rows = run.rows;
  say("{}\n  {}\n  rows {} to {}", subject.title, subject.description, rows.first, rows.last - 1);
  if (!subject.labels.empty())
    say(", {} to {}", subject.labels[rows.first], subject.labels[rows.last - 1]);
  say("{}\n", subject.window > 0 ? " (the window of the last row)" : "");
}

void print_steps(const TracedRun& run, std::size_t step) {
  const std::string label =
      run.subject.labels.empty() ? "" : fmt::format(" ({})", run.subject.labels[step]);
  // Four units per layer where --select names none.
  const bool named = run.where.units.last != Range{}.last;
  for (const Trace::Part& part : run.trace.parts()) {
    if (!run.where.holds(part.layer, part.direction, step)) continue;
    const std::size_t last = std::min(run.where.units.last, part.units.last);
    const std::size_t end = named ? last : std::min<std::size_t>(4, last);
    for (std::size_t unit = run.where.units.first; unit < end; ++unit) {
      say("\n{}, unit {}, step {}{}\n", run.trace.name(part), unit, step, label);
      say("{}", seven_steps(part, unit, step - run.rows.first, run.c_before(part, step, unit)));
    }
    if (end < last) {
      say("  ({} more units: select them with --select 'units A-B')\n", last - end);
    }
  }
  const float* y = run.y.data() + (step - run.rows.first) * run.subject.width();
  say("\n  S8  linear output layer         y       {:9.4f}  {}\n", y[run.subject.main_output],
      run.subject.outputs[run.subject.main_output]);
}

void print_figures(const inspection::Subject& subject, const UnitTables& tables) {
  say("\nEach gate held at its mean\n");
  std::vector<std::vector<std::string>> gates = {{"gate", "mean", "change %"}};
  for (const inspection::Ablated& gate : tables.ablation.gates) {
    gates.push_back({fmt::format("layer {}{} {}", gate.layer, gate.direction == 1 ? " reverse" : "",
                                 inspection::kSignalNames[gate.gate]),
                     figure(gate.held_at), percent(gate.change)});
  }
  say("{}", columns(gates));
  print_units(tables);
  const Range& rows = tables.ablation.rows;
  if (tables.ablation.error) {
    say("  change: of the {}, {} over rows {} to {}{}\n", subject.error_name,
        figure(*tables.ablation.error), rows.first, rows.last - 1,
        subject.judged_seen ? ", which the model was trained on" : "");
  } else {
    say("  change: of the outputs over rows {} to {}, in percent of their spread\n", rows.first,
        rows.last - 1);
  }
  const auto count = [&](auto is) {
    return std::count_if(tables.units.begin(), tables.units.end(), is);
  };
  say("  of {} units {} are dead, {} duplicate another\n", tables.units.size(),
      count([](const auto& u) { return u.dead; }),
      count([](const auto& u) { return u.duplicate.has_value(); }));
}

void print_flow(const inspection::Subject& subject, const inspection::GradientFlow& flow,
                const inspection::RnnFlow* rnn) {
  say("\nGradient flow from '{}' at step {}\n", subject.outputs[flow.output], flow.row);
  std::vector<std::vector<std::string>> table = {{"steps back"}};
  for (std::size_t layer = 0; layer < flow.layers.size(); ++layer) {
    table[0].push_back(fmt::format("layer {} |dL/dh|", layer));
    table[0].push_back("|dL/dc|");
  }
  if (rnn) table[0].push_back("simple RNN |dL/dh|");
  for (std::size_t k = 0; k <= flow.back;
       k = k < flow.back ? std::min(k == 0 ? 1 : 2 * k, flow.back) : k + 1) {
    std::vector<std::string>& line = table.emplace_back(1, std::to_string(k));
    for (const inspection::LayerFlow& layer : flow.layers) {
      line.push_back(fmt::format("{:.2e}", layer.d_h[k]));
      line.push_back(fmt::format("{:.2e}", layer.d_c[k]));
    }
    if (rnn) line.push_back(fmt::format("{:.2e}", rnn->flow.layers.back().d_h[k]));
  }
  say("{}", columns(table));
  if (flow.layers.back().d_h.front() == 0.0)
    say("  The output does not depend on the LSTM: its head's weights are zero.\n");
}

}  // namespace sluice::cli
