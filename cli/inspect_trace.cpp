#include "cli/inspect_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "cli/standard_output.hpp"
#include "formats/trace_file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using inspection::Range;
using inspection::Subject;
using inspection::Trace;
using inspection::Where;

constexpr std::size_t kMostRows = 10000;

// The outputs [rows, O] of the network over the rows, recorded by `trace`.
std::vector<float> run_into(Trace& trace, const TracedRun& run) {
  State state = run.before;
  const std::size_t inputs = run.arch().input;
  return engine::run(
      *run.subject.network,
      {.x = std::span(run.subject.x).subspan(run.rows.first * inputs, run.rows.count() * inputs),
       .batch = 1,
       .steps = run.rows.count(),
       .trace = &trace},
      state);
}

}  // namespace

Where chosen_places(const Subject& subject, const InspectOptions& options) {
  const Architecture& arch = subject.network->architecture();
  const Range all{0, subject.rows};
  Where where;
  if (!options.select.empty()) where = inspection::parse_where(options.select, arch, all);
  if (options.select.find("step") == std::string::npos)
    where.steps = {all.last - std::min(all.last, kMostRows), all.last};
  if (arch.direction != Direction::forward && where.steps.count() != all.count()) {
    throw Error(ErrorCode::usage,
                {.where = options.data,
                 .what = "a network with reverse layers must run over all rows",
                 .expected = fmt::format("at most {} rows, and no steps in --select", kMostRows),
                 .got = fmt::format("{} rows", all.count())});
  }
  // A model with windows: the window that ends at the last row, or at --step.
  if (subject.window > 0) {
    const std::size_t end =
        options.step && where.steps.holds(*options.step) ? *options.step + 1 : where.steps.last;
    where.steps = subject.read_for({where.steps.first, end});
  }
  return where;
}

TracedRun run_traced(const Subject& subject, const Where& where) {
  const Range rows = where.steps;
  TracedRun run{
      .subject = subject,
      .where = where,
      .rows = rows,
      .trace = Trace(subject.network->architecture(),
                     {.layers = {}, .units = {}, .steps = rows, .direction = {}}, rows.first)};
  run.before = inspection::state_before(subject, rows.first, rows.last - 1);
  run.y = run_into(run.trace, run);
  return run;
}

void write_chosen_trace(const TracedRun& run, const std::string& path) {
  Trace part(run.arch(), run.where, run.rows.first);
  run_into(part, run);
  formats::write_trace(path, run.subject, part, run.y);
  say("\nWrote the trace to {} ({:.1f} MB).\n", path,
      static_cast<double>(Trace::bytes(run.arch(), run.where)) / 1e6);
}

float TracedRun::c_before(const Trace::Part& part, std::size_t step, std::size_t unit) const {
  if (part.signals[inspection::kC].empty()) return 0.0f;
  const bool reverse = part.direction == 1 || arch().direction == Direction::reverse;
  const std::size_t t = step - rows.first;
  if (!reverse && t > 0) return part.at(inspection::kC, t - 1, unit);
  if (reverse && t + 1 < rows.count()) return part.at(inspection::kC, t + 1, unit);
  std::size_t at = 0;
  for (std::size_t layer = 0; layer < part.layer; ++layer)
    at += arch().directions() * arch().hidden[layer];
  return before.c[at + part.direction * arch().hidden[part.layer] + unit];
}

}  // namespace sluice::cli
