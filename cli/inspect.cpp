// sluice inspect: the gates and states of a model over the rows of a file, on the terminal, in a
// trace file and in a report.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/inspect_experiment.hpp"
#include "cli/inspect_options.hpp"
#include "cli/inspect_subject.hpp"
#include "cli/inspect_tables.hpp"
#include "cli/inspect_trace.hpp"
#include "cli/inspect_watch.hpp"
#include "cli/output_path.hpp"
#include "cli/progress_line.hpp"
#include "cli/standard_output.hpp"
#include "core/file.hpp"
#include "inspection/forecast_subject.hpp"
#include "inspection/page.hpp"
#include "inspection/report.hpp"
#include "inspection/rnn_beside.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using inspection::Setting;
using inspection::Subject;
using inspection::Where;

constexpr std::size_t kMostBack = 200, kMemorySteps = 256;
constexpr double kAblationSeconds = 10.0;

std::size_t cores() { return std::clamp(std::thread::hardware_concurrency(), 1u, 8u); }

// Progress of the ablation: one line that rewrites itself on a terminal; silent elsewhere.
class Counter {
 public:
  void show(std::size_t done, std::size_t all) {
    if (!terminal_) return;
    note("\r  ablating units and gates: {} of {} ", done, all);
    shown_ = true;
  }
  ~Counter() {
    if (shown_)
      std::fputs("\r                                                            \r", stderr);
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) != 0, shown_ = false;
};

void check(const InspectOptions& options, const Where& where, bool forecasts) {
  if (options.step && !where.steps.holds(*options.step)) {
    throw Error(ErrorCode::usage,
                {.where = "--step",
                 .what = "not among the selected rows",
                 .expected = fmt::format("{} to {}", where.steps.first, where.steps.last - 1),
                 .got = std::to_string(*options.step),
                 .hint = "select rows with --select 'steps A:B'"});
  }
  if (!options.compare.empty() && !forecasts) {
    throw Error(ErrorCode::usage, {.where = "--compare",
                                   .what = "the training task of a bare network is unknown",
                                   .expected = "a forecasting model"});
  }
}

class Inspection {
 public:
  Inspection(const InspectOptions& options, const Inspected& inspected, const TracedRun& run,
             const std::vector<Setting>& settings)
      : options_(options),
        inspected_(inspected),
        run_(run),
        subject_(run.subject),
        settings_(settings) {}

  void inspect() {
    if (!options_.trace.empty()) write_chosen_trace(run_, options_.trace);
    if (options_.step) print_steps(run_, *options_.step);
    if (!settings_.empty()) experiment_ = run_experiment(run_, settings_);
    const bool figures =
        !options_.report.empty() || (options_.trace.empty() && !options_.step && settings_.empty());
    if (!figures && options_.compare.empty()) return;
    if (figures) find_figures();
    follow_gradient();
    if (!options_.report.empty()) write_report();
  }

 private:
  void find_figures() {
    units_ = inspection::unit_figures(subject_, run_.trace);
    memories_ = inspection::memories(subject_, run_.rows, kMemorySteps);
    ThreadPool pool(cores());
    const inspection::Range judged = inspection::rows_to_ablate(subject_, kAblationSeconds);
    Counter counter;
    ablation_ =
        inspection::ablate(subject_, run_.trace, judged, pool,
                           [&](std::size_t done, std::size_t all) { counter.show(done, all); });
    print_figures(subject_, {units_, memories_, *ablation_});
  }

  void follow_gradient() {
    if (run_.arch().direction != Direction::forward) {
      say("\nNo gradient flow: the network has reverse layers, so gradients flow in both "
          "directions.\n");
      return;
    }
    const std::size_t row = options_.step.value_or(run_.rows.last - 1);
    const std::size_t back =
        inspection::steps_back(subject_, row, std::min(kMostBack, row - run_.rows.first));
    flow_ = inspection::gradient_flow(subject_, subject_.main_output, row, back);
    const CellOptions& cell = run_.arch().cell;
    if (!options_.report.empty() && cell.zoneout_c == 0.0 && cell.zoneout_h == 0.0)
      attribution_ = inspection::attribute(subject_, subject_.main_output, row, back);
    if (!options_.compare.empty()) train_rnn(row, back);
    print_flow(subject_, *flow_, rnn_flow_ ? &*rnn_flow_ : nullptr);
  }

  void train_rnn(std::size_t row, std::size_t back) {
    say("\nTraining a simple RNN of the same size on the same data\n");
    ProgressLine line;
    rnn_.emplace(inspection::rnn_beside(*inspected_.model->forecast, *inspected_.table, cores(),
                                        [&](const forecasting::Progress& at) { line.show(at); }));
    line.end();
    const Subject other = inspection::forecast_subject(*rnn_, *inspected_.table);
    rnn_flow_.emplace(inspection::RnnFlow{
        .description = fmt::format("simple tanh RNN of {} units, trained on the same data",
                                   rnn_->network->architecture().hidden.front()),
        .flow = inspection::gradient_flow(other, other.main_output, row, back)});
  }

  void write_report() {
    const std::string page = inspection::report_page(
        subject_.title, inspection::report_json({.subject = subject_,
                                                 .trace = run_.trace,
                                                 .y = run_.y,
                                                 .units = units_,
                                                 .memories = memories_,
                                                 .ablation = ablation_,
                                                 .flow = flow_,
                                                 .rnn = std::move(rnn_flow_),
                                                 .attribution = std::move(attribution_),
                                                 .experiment = std::move(experiment_)}));
    write_file_atomically(options_.report, page);
    say("\nWrote the report to {} ({:.1f} MB): open it in a browser.\n", options_.report,
        static_cast<double>(page.size()) / 1e6);
  }

  const InspectOptions& options_;
  const Inspected& inspected_;
  const TracedRun& run_;
  const Subject& subject_;
  const std::vector<Setting>& settings_;
  std::vector<inspection::UnitFigures> units_;
  std::vector<inspection::Memory> memories_;
  std::optional<inspection::Ablation> ablation_;
  std::optional<inspection::GradientFlow> flow_;
  std::optional<forecasting::ForecastModel> rnn_;
  std::optional<inspection::RnnFlow> rnn_flow_;
  std::optional<inspection::Attribution> attribution_;
  std::optional<inspection::Experiment> experiment_;
};

}  // namespace

void run_inspect(const InspectOptions& options) {
  check_outputs({options.report, options.trace}, {options.model, options.data});
  if (options.watch) return watch(options.model, options.data, options.select);
  const Inspected inspected = read_inspected(options.model, options.data, options.input);
  const Subject& subject = inspected.subject;
  const Where where = chosen_places(subject, options);
  const std::vector<Setting> settings =
      parse_settings(options.set, subject.network->architecture(), where.steps);
  check(options, where, inspected.model->forecast.has_value());
  const TracedRun run = run_traced(subject, where);
  print_subject(run);
  Inspection(options, inspected, run, settings).inspect();
}

}  // namespace sluice::cli
