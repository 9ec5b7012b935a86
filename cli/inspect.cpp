// sluice inspect: a model seen from inside, on the terminal, in a trace file and in a report.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "cli/inspect_subject.hpp"
#include "cli/inspect_watch.hpp"
#include "cli/output_path.hpp"
#include "cli/progress_line.hpp"
#include "cli/seven_steps.hpp"
#include "cli/standard_output.hpp"
#include "core/file.hpp"
#include "formats/trace_file.hpp"
#include "inspection/changed_run.hpp"
#include "inspection/forecast_subject.hpp"
#include "inspection/page.hpp"
#include "inspection/report.hpp"
#include "inspection/rnn_beside.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using inspection::Range;
using inspection::Setting;
using inspection::Subject;
using inspection::Trace;
using inspection::Where;

constexpr std::size_t kMostRows = 10000, kMostBack = 200, kMemorySteps = 256;
constexpr double kAblationSeconds = 10.0;

struct Options {
  std::string model, data, report, trace, select, compare;
  std::vector<std::string> set;
  std::optional<std::size_t> step;
  bool watch = false;
  TableInput input;
};

std::size_t cores() { return std::clamp(std::thread::hardware_concurrency(), 1u, 8u); }

// Rewrites itself on a terminal; nothing elsewhere.
class Counter {
 public:
  void show(std::size_t done, std::size_t all) {
    if (!terminal_) return;
    note("\r  taking out units and gates: {} of {} ", done, all);
    shown_ = true;
  }
  ~Counter() {
    if (shown_)
      std::fputs("\r                                                            \r", stderr);
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) != 0, shown_ = false;
};

class Inspection {
 public:
  explicit Inspection(const Options& options)
      : options_(options),
        inspected_(read_inspected(options.model, options.data, options.input)),
        subject_(inspected_.subject),
        of_(subject_.network->architecture()),
        where_(chosen()),
        rows_(where_.steps),
        trace_(of_, {.layers = {}, .units = {}, .steps = rows_, .direction = {}}, rows_.first) {
    for (const std::string& text : options_.set)
      settings_.push_back(inspection::parse_setting(text, of_, rows_));
    if (options_.step && !rows_.holds(*options_.step)) {
      throw Error(ErrorCode::usage,
                  {.where = "--step",
                   .what = "not among the rows that are looked at",
                   .expected = fmt::format("{} to {}", rows_.first, rows_.last - 1),
                   .got = std::to_string(*options_.step),
                   .hint = "choose the rows by --select 'steps A:B'"});
    }
    if (!options_.compare.empty() && !inspected_.model->forecast) {
      throw Error(ErrorCode::usage, {.where = "--compare",
                                     .what = "a bare network says not what it was trained for",
                                     .expected = "a forecasting model"});
    }
  }

  void run() {
    run_traced();
    if (!options_.trace.empty()) write_chosen_trace();
    if (options_.step) print_steps(*options_.step);
    if (!settings_.empty()) run_experiment();
    const bool figures =
        !options_.report.empty() || (options_.trace.empty() && !options_.step && settings_.empty());
    if (!figures && options_.compare.empty()) return;
    if (figures) find_figures();
    follow_gradient();
    if (!options_.report.empty()) write_report();
  }

 private:
  // The rows that are looked at, and of what is written or printed the layers and units.
  Where chosen() const {
    const Range all{0, subject_.rows};
    Where where;
    if (!options_.select.empty()) where = inspection::parse_where(options_.select, of_, all);
    if (options_.select.find("step") == std::string::npos)
      where.steps = {all.last - std::min(all.last, kMostRows), all.last};
    if (of_.direction != Direction::forward && where.steps.count() != all.count()) {
      throw Error(ErrorCode::usage,
                  {.where = options_.data,
                   .what = "a network that reads from the end is run over all rows or none",
                   .expected = fmt::format("at most {} rows, and no steps in --select", kMostRows),
                   .got = fmt::format("{} rows", all.count())});
    }
    // Of a model of windows: the one that ends at the last row, or at the step that was asked for.
    if (subject_.window > 0) {
      const std::size_t end = options_.step && where.steps.holds(*options_.step)
                                  ? *options_.step + 1
                                  : where.steps.last;
      where.steps = subject_.read_for({where.steps.first, end});
    }
    return where;
  }

  // What the network answers over the rows, seen by a trace.
  std::vector<float> run_into(Trace& trace) const {
    State state = before_;
    const std::size_t inputs = of_.input;
    return engine::run(
        *subject_.network,
        {.x = std::span(subject_.x).subspan(rows_.first * inputs, rows_.count() * inputs),
         .batch = 1,
         .steps = rows_.count(),
         .trace = &trace},
        state);
  }

  void run_traced() {
    before_ = inspection::state_before(subject_, rows_.first, rows_.last - 1);
    y_ = run_into(trace_);
    say("{}\n  {}\n  rows {} to {}", subject_.title, subject_.description, rows_.first,
        rows_.last - 1);
    if (!subject_.labels.empty())
      say(", {} to {}", subject_.labels[rows_.first], subject_.labels[rows_.last - 1]);
    say("{}\n", subject_.window > 0 ? " (the window that is read for the last)" : "");
  }

  void write_chosen_trace() {
    Where where = where_;
    where.steps = rows_;
    Trace part(of_, where, rows_.first);
    run_into(part);
    formats::write_trace(options_.trace, subject_, part, y_);
    say("\nWrote the trace to {} ({:.1f} MB).\n", options_.trace,
        static_cast<double>(Trace::bytes(of_, where)) / 1e6);
  }

  // What c was before a step.
  float c_before(const Trace::Part& part, std::size_t step, std::size_t unit) const {
    if (part.signals[inspection::kC].empty()) return 0.0f;
    const bool reverse = part.direction == 1 || of_.direction == Direction::reverse;
    const std::size_t t = step - rows_.first;
    if (!reverse && t > 0) return part.at(inspection::kC, t - 1, unit);
    if (reverse && t + 1 < rows_.count()) return part.at(inspection::kC, t + 1, unit);
    std::size_t at = 0;
    for (std::size_t layer = 0; layer < part.layer; ++layer)
      at += of_.directions() * of_.hidden[layer];
    return before_.c[at + part.direction * of_.hidden[part.layer] + unit];
  }

  void print_steps(std::size_t step) const {
    const std::string label =
        subject_.labels.empty() ? "" : fmt::format(" ({})", subject_.labels[step]);
    // Four units where none were named.
    const bool named = where_.units.last != Range{}.last;
    for (const Trace::Part& part : trace_.parts()) {
      if (!where_.holds(part.layer, part.direction, step)) continue;
      const std::size_t last = std::min(where_.units.last, part.units.last);
      const std::size_t end = named ? last : std::min<std::size_t>(4, last);
      for (std::size_t unit = where_.units.first; unit < end; ++unit) {
        say("\n{}, unit {}, step {}{}\n", trace_.name(part), unit, step, label);
        say("{}", seven_steps(part, unit, step - rows_.first, c_before(part, step, unit)));
      }
      if (end < last) {
        say("  ({} more units: choose them with --select 'units A-B')\n", last - end);
      }
    }
    const float* y = y_.data() + (step - rows_.first) * subject_.width();
    say("\n  S8  linear output layer         y       {:9.4f}  {}\n", y[subject_.main_output],
        subject_.outputs[subject_.main_output]);
  }

  void run_experiment() {
    const inspection::ReferenceRun reference = inspection::reference_run(subject_, rows_);
    const reference::Forward untouched = reference.forward();
    const reference::Forward changed = run_changed(reference, untouched, settings_);
    experiment_.emplace(inspection::Experiment{
        .text = fmt::format("{}", fmt::join(options_.set, "; ")),
        .trace =
            Trace(of_, {.layers = {}, .units = {}, .steps = rows_, .direction = {}}, rows_.first),
        .y = {changed.y.begin(), changed.y.end()},
        .before = {},
        .after = {}});
    experiment_->trace.take(changed, reference.network);
    if (subject_.error && subject_.window == 0) {
      const std::vector<float> plain(untouched.y.begin(), untouched.y.end());
      experiment_->before = subject_.error(rows_.first, plain);
      experiment_->after = subject_.error(rows_.first, experiment_->y);
    }
    print_experiment(untouched);
  }

  void print_experiment(const reference::Forward& untouched) const {
    say("\n--set {}\n", experiment_->text);
    std::vector<std::vector<std::string>> table = {
        {"output", "largest change", "at step", "mean change"}};
    const std::size_t width = subject_.width();
    for (std::size_t k = 0; k < std::min<std::size_t>(width, 8); ++k) {
      double largest = 0.0, sum = 0.0;
      std::size_t at = rows_.first;
      for (std::size_t t = 0; t < rows_.count(); ++t) {
        const double change =
            std::abs(static_cast<double>(experiment_->y[t * width + k]) -
                     static_cast<double>(static_cast<float>(untouched.y[t * width + k])));
        sum += change;
        if (change <= largest) continue;
        largest = change;
        at = rows_.first + t;
      }
      table.push_back({subject_.outputs[k], figure(largest), std::to_string(at),
                       figure(sum / static_cast<double>(rows_.count()))});
    }
    say("{}", columns(table));
    if (width > 8) say("  ({} more outputs)\n", width - 8);
    if (experiment_->before && *experiment_->before > 0.0) {
      say("  {} over these rows: {} before, {} after ({:+.2f} %)\n", subject_.error_name,
          figure(*experiment_->before), figure(*experiment_->after),
          100.0 * (*experiment_->after / *experiment_->before - 1.0));
    }
  }

  void find_figures() {
    units_ = inspection::unit_figures(subject_, trace_);
    memories_ = inspection::memories(subject_, rows_, kMemorySteps);
    ThreadPool pool(cores());
    const Range judged = inspection::rows_to_ablate(subject_, kAblationSeconds);
    Counter counter;
    ablation_ =
        inspection::ablate(subject_, trace_, judged, pool,
                           [&](std::size_t done, std::size_t all) { counter.show(done, all); });
    print_figures();
  }

  void print_figures() const {
    say("\nThe gates, each held at its mean: what that changes\n");
    std::vector<std::vector<std::string>> gates = {{"gate", "mean", "change %"}};
    for (const inspection::Ablated& gate : ablation_->gates) {
      gates.push_back(
          {fmt::format("layer {}{} {}", gate.layer, gate.direction == 1 ? " reverse" : "",
                       inspection::kSignalNames[gate.gate]),
           figure(gate.held_at), percent(gate.change)});
    }
    say("{}", columns(gates));
    print_units();
    const Range& rows = ablation_->rows;
    if (ablation_->error) {
      say("  change: of the {}, {} over rows {} to {}{}\n", subject_.error_name,
          figure(*ablation_->error), rows.first, rows.last - 1,
          subject_.judged_seen ? ", which the model was trained on" : "");
    } else {
      say("  change: of the outputs over rows {} to {}, in percent of their spread\n", rows.first,
          rows.last - 1);
    }
    const auto count = [&](auto is) { return std::count_if(units_.begin(), units_.end(), is); };
    say("  of {} units {} are dead, {} move as another does\n", units_.size(),
        count([](const auto& u) { return u.dead; }),
        count([](const auto& u) { return u.duplicate.has_value(); }));
  }

  static std::string percent(const std::optional<double>& value) {
    return value ? fmt::format("{:+.2f}", *value) : "-";
  }

  // Those that matter most.
  void print_units() const {
    constexpr std::size_t kShown = 10;
    std::vector<std::size_t> order(units_.size());
    for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
    const auto worth = [&](std::size_t n) {
      return std::abs(ablation_->units[n].change.value_or(0.0));
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
    say("\nThe units that matter most, each taken out\n");
    std::vector<std::vector<std::string>> table = {
        {"unit", "change %", "f > 0.9", "i < 0.1", "half-life", "remembers", "goes with", "r"}};
    for (std::size_t n = 0; n < std::min(kShown, order.size()); ++n) {
      const inspection::UnitFigures& unit = units_[order[n]];
      const inspection::Correlation* with = inspection::strongest(unit.inputs);
      const auto share = [](const std::optional<inspection::Saturation>& of, bool high) {
        return of ? fmt::format("{:.0f} %", 100.0 * (high ? of->high : of->low)) : "-";
      };
      table.push_back({fmt::format("layer {}{} unit {}", unit.layer,
                                   unit.direction == 1 ? " reverse" : "", unit.unit),
                       percent(ablation_->units[order[n]].change), share(unit.f, true),
                       share(unit.i, false), unit.half_life ? figure(*unit.half_life) : "-",
                       remembers(unit), with ? with->name : "-",
                       with ? fmt::format("{:+.2f}", with->r) : "-"});
    }
    say("{}", columns(table));
  }

  std::string remembers(const inspection::UnitFigures& unit) const {
    for (const inspection::Memory& memory : memories_) {
      if (memory.layer != unit.layer || memory.unit != unit.unit) continue;
      const bool all = memory.remembers == memory.steps.back();
      return fmt::format("{}{}", all ? ">= " : "", memory.remembers);
    }
    return "-";
  }

  void follow_gradient() {
    if (of_.direction != Direction::forward) {
      say("\nNo gradient flow: the network reads from the end, and it goes both ways.\n");
      return;
    }
    const std::size_t row = options_.step.value_or(rows_.last - 1);
    const std::size_t back =
        inspection::steps_back(subject_, row, std::min(kMostBack, row - rows_.first));
    flow_ = inspection::gradient_flow(subject_, subject_.main_output, row, back);
    if (!options_.report.empty() && of_.cell.zoneout_c == 0.0 && of_.cell.zoneout_h == 0.0)
      attribution_ = inspection::attribute(subject_, subject_.main_output, row, back);
    if (!options_.compare.empty()) train_rnn(row, back);
    print_flow();
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

  void print_flow() const {
    say("\nThe gradient of '{}' at step {} on its way back\n", subject_.outputs[flow_->output],
        flow_->row);
    std::vector<std::vector<std::string>> table = {{"steps back"}};
    for (std::size_t layer = 0; layer < flow_->layers.size(); ++layer) {
      table[0].push_back(fmt::format("layer {} |dL/dh|", layer));
      table[0].push_back("|dL/dc|");
    }
    if (rnn_flow_) table[0].push_back("simple RNN |dL/dh|");
    for (std::size_t k = 0; k <= flow_->back;
         k = k < flow_->back ? std::min(k == 0 ? 1 : 2 * k, flow_->back) : k + 1) {
      std::vector<std::string>& line = table.emplace_back(1, std::to_string(k));
      for (const inspection::LayerFlow& layer : flow_->layers) {
        line.push_back(fmt::format("{:.2e}", layer.d_h[k]));
        line.push_back(fmt::format("{:.2e}", layer.d_c[k]));
      }
      if (rnn_flow_) line.push_back(fmt::format("{:.2e}", rnn_flow_->flow.layers.back().d_h[k]));
    }
    say("{}", columns(table));
    if (flow_->layers.back().d_h.front() == 0.0)
      say("  The output does not depend on the LSTM: its head's weights are zero.\n");
  }

  void write_report() {
    const std::string page = inspection::report_page(
        subject_.title, inspection::report_json({.subject = subject_,
                                                 .trace = trace_,
                                                 .y = y_,
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

  const Options& options_;
  Inspected inspected_;
  const Subject& subject_;
  const Architecture& of_;
  Where where_;
  Range rows_;
  Trace trace_;
  std::vector<Setting> settings_;
  State before_;
  std::vector<float> y_;
  std::vector<inspection::UnitFigures> units_;
  std::vector<inspection::Memory> memories_;
  std::optional<inspection::Ablation> ablation_;
  std::optional<inspection::GradientFlow> flow_;
  std::optional<forecasting::ForecastModel> rnn_;
  std::optional<inspection::RnnFlow> rnn_flow_;
  std::optional<inspection::Attribution> attribution_;
  std::optional<inspection::Experiment> experiment_;
};

void run(const Options& options) {
  check_outputs({options.report, options.trace}, {options.model, options.data});
  if (options.watch) return watch(options.model, options.data, options.select);
  Inspection(options).run();
}

}  // namespace

void add_inspect(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("inspect", "Look inside: every gate of every step, and what it does");
  command->add_option("model", options->model, "Model file")->required()->type_name("MODEL");
  command
      ->add_option(
          "data", options->data,
          "CSV with the model's columns; of a bare network its inputs, or a .npy of [T, I]")
      ->required()
      ->type_name("DATA");
  command->add_option("-o", options->report, "Write a report to open in a browser")
      ->type_name("REPORT.html");
  command->add_option("--trace", options->trace, "Write all signals of the chosen part")
      ->type_name("TRACE.safetensors");
  command
      ->add_option("--select", options->select,
                   "What to look at: layers, units, steps [all units of the last 10,000 rows]")
      ->type_name("PLACES");
  command
      ->add_option("--set", options->set,
                   "Change signals while it runs and show the difference; may be given again")
      ->type_name("EXPRESSION");
  command->add_option("--step", options->step, "Print the seven steps with the numbers of this row")
      ->check(CLI::NonNegativeNumber)
      ->type_name("T");

  command
      ->add_option("--compare", options->compare,
                   "rnn: train a simple RNN of the same size and lay its gradient beside")
      ->check(CLI::IsMember({"rnn"}))
      ->type_name("rnn");
  CLI::Option* watch = command->add_flag(
      "--watch", options->watch,
      "Take the rows one by one ('-': from standard input) and redraw after each");
  for (const char* other : {"-o", "--trace", "--set", "--step", "--compare"})
    watch->excludes(command->get_option(other));
  declare_table_input(*command, options->input, false);
  command->footer(
      "PLACES: layer N, layers A-B, unit N, units A-B, step N, steps A:B (B not included), "
      "forward,\n"
      "reverse; several with commas. EXPRESSION: f|i|g|o|c|h, then =, *= or += and a number, "
      "=hold\n"
      "or =mean; several with commas; then @ PLACES.\n"
      "Example: sluice inspect load.safetensors load.csv -o load.html\n"
      "Example: sluice inspect load.safetensors load.csv --set 'f=1,i=0 @ units 3-7, steps "
      "100:200'");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
