#include "cli/inspect_experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/columns.hpp"
#include "cli/standard_output.hpp"
#include "inspection/changed_run.hpp"

namespace sluice::cli {
namespace {

using inspection::Experiment;
using inspection::Range;
using inspection::Setting;
using inspection::Trace;

std::string text_of(const std::vector<Setting>& settings) {
  std::string text;
  for (const Setting& setting : settings) text += (text.empty() ? "" : "; ") + setting.text;
  return text;
}

void print_experiment(const TracedRun& run, const Experiment& experiment,
                      const reference::Forward& untouched) {
  const inspection::Subject& subject = run.subject;
  const Range& rows = run.rows;
  say("\n--set {}\n", experiment.text);
  std::vector<std::vector<std::string>> table = {
      {"output", "largest change", "at step", "mean change"}};
  const std::size_t width = subject.width();
  for (std::size_t k = 0; k < std::min<std::size_t>(width, 8); ++k) {
    double largest = 0.0, sum = 0.0;
    std::size_t at = rows.first;
    for (std::size_t t = 0; t < rows.count(); ++t) {
      const double change =
          std::abs(static_cast<double>(experiment.y[t * width + k]) -
                   static_cast<double>(static_cast<float>(untouched.y[t * width + k])));
      sum += change;
      if (change <= largest) continue;
      largest = change;
      at = rows.first + t;
    }
    table.push_back({subject.outputs[k], figure(largest), std::to_string(at),
                     figure(sum / static_cast<double>(rows.count()))});
  }
  say("{}", columns(table));
  if (width > 8) say("  ({} more outputs)\n", width - 8);
  if (experiment.before && *experiment.before > 0.0) {
    say("  {} over these rows: {} before, {} after ({:+.2f} %)\n", subject.error_name,
        figure(*experiment.before), figure(*experiment.after),
        100.0 * (*experiment.after / *experiment.before - 1.0));
  }
}

}  // namespace

std::vector<Setting> parse_settings(const std::vector<std::string>& texts, const Architecture& arch,
                                    const Range& rows) {
  std::vector<Setting> settings;
  settings.reserve(texts.size());
  for (const std::string& text : texts)
    settings.push_back(inspection::parse_setting(text, arch, rows));
  return settings;
}

Experiment run_experiment(const TracedRun& run, const std::vector<Setting>& settings) {
  const inspection::Subject& subject = run.subject;
  const inspection::ReferenceRun reference = inspection::reference_run(subject, run.rows);
  const reference::Forward untouched = reference.forward();
  const reference::Forward changed = run_changed(reference, untouched, settings);
  Experiment experiment{
      .text = text_of(settings),
      .trace = Trace(run.arch(), {.layers = {}, .units = {}, .steps = run.rows, .direction = {}},
                     run.rows.first),
      .y = {changed.y.begin(), changed.y.end()},
      .before = {},
      .after = {}};
  experiment.trace.take(changed, reference.network);
  if (subject.error && subject.window == 0) {
    const std::vector<float> plain(untouched.y.begin(), untouched.y.end());
    experiment.before = subject.error(run.rows.first, plain);
    experiment.after = subject.error(run.rows.first, experiment.y);
  }
  print_experiment(run, experiment, untouched);
  return experiment;
}

}  // namespace sluice::cli
