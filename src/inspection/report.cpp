#include "inspection/report.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "inspection/report_series.hpp"
#include "inspection/report_values.hpp"

namespace sluice::inspection {
namespace {

using nlohmann::json;

class Writer {
 public:
  explicit Writer(const Report& report)
      : report_(report), subject_(report.subject), series_(report), rows_(series_.rows()) {}

  json document() {
    const Architecture& arch = subject_.network->architecture();
    json out = {{"version", 1}, {"title", subject_.title}};
    out["model"] = {{"inputs", arch.input},
                    {"outputs", subject_.width()},
                    {"parameters", subject_.network->count()},
                    {"description", subject_.description}};
    out["steps"] = {{"first", rows_.first}, {"count", rows_.count()}, {"labels", series_.labels()}};
    out["inputs"] = series_.inputs();
    out["outputs"] = series_.outputs(report_.y);
    out["forecast"] = series_.forecast();
    out["layers"] = series_.layers(report_.trace);
    out["units"] = units();
    out["gates"] = gates();
    out["metric"] = metric();
    out["flow"] = flow();
    out["experiment"] = experiment();
    return out;
  }

 private:
  // Index in the page's list of layers, which has an entry per layer direction.
  std::size_t page_layer(std::size_t layer, std::size_t direction) const {
    return layer * subject_.network->architecture().directions() + direction;
  }

  static json strongest_of(const std::vector<Correlation>& all) {
    const Correlation* best = strongest(all);
    if (best == nullptr) return nullptr;
    return {{"name", best->name}, {"r", number(best->r)}};
  }

  json units() const {
    json all = json::array();
    for (std::size_t n = 0; n < report_.units.size(); ++n) {
      const UnitFigures& figures = report_.units[n];
      json one = {{"layer", page_layer(figures.layer, figures.direction)}, {"unit", figures.unit}};
      const auto put = [&](const char* gate, const std::optional<Saturation>& share) {
        one[std::string(gate) + "_high"] = share ? number(share->high) : json(nullptr);
        one[std::string(gate) + "_low"] = share ? number(share->low) : json(nullptr);
      };
      put("f", figures.f);
      put("i", figures.i);
      put("o", figures.o);
      one["half_life"] = number(figures.half_life);
      one["remembers"] = nullptr;
      one["memory"] = json::array();
      for (const Memory& memory : report_.memories) {
        if (memory.layer != figures.layer || memory.unit != figures.unit) continue;
        one["remembers"] = memory.remembers;
        for (std::size_t k = 0; k < memory.steps.size(); ++k)
          one["memory"].push_back({memory.steps[k], number(memory.change[k])});
      }
      one["input"] = strongest_of(figures.inputs);
      one["calendar"] = strongest_of(figures.cycles);
      one["ablation"] = nullptr;
      if (report_.ablation) {
        for (const Ablated& unit : report_.ablation->units) {
          if (unit.layer == figures.layer && unit.direction == figures.direction &&
              unit.unit == figures.unit)
            one["ablation"] = number(unit.change);
        }
      }
      one["note"] = figures.dead        ? "dead"
                    : figures.duplicate ? "duplicate of unit " + std::to_string(*figures.duplicate)
                                        : "";
      all.push_back(std::move(one));
    }
    return all;
  }

  json gates() const {
    json all = json::array();
    if (!report_.ablation) return all;
    for (const Ablated& gate : report_.ablation->gates) {
      all.push_back({{"layer", page_layer(gate.layer, gate.direction)},
                     {"gate", kSignalNames[gate.gate]},
                     {"held_at", number(gate.held_at)},
                     {"ablation", number(gate.change)}});
    }
    return all;
  }

  json metric() const {
    if (!report_.ablation) return nullptr;
    const Range& rows = report_.ablation->rows;
    const std::string on = "rows " + std::to_string(rows.first) + " to " +
                           std::to_string(rows.last - 1) +
                           (subject_.judged_seen ? ", which the model was trained on" : "");
    if (!report_.ablation->error)
      return {{"name", "change of the outputs, relative to their spread"},
              {"value", nullptr},
              {"on", on}};
    return {{"name", subject_.error_name}, {"value", number(*report_.ablation->error)}, {"on", on}};
  }

  json flow() const {
    if (!report_.flow) return nullptr;
    const GradientFlow& gradient = *report_.flow;
    const std::size_t length = gradient.back + 1;
    json out = {{"output", subject_.outputs[gradient.output]},
                {"step", gradient.row - rows_.first},
                {"back", gradient.back},
                {"layers", json::array()},
                {"rnn", nullptr},
                {"attribution", nullptr}};
    for (const LayerFlow& layer : gradient.layers) {
      const std::size_t units = layer.units_d_c.size() / length;
      out["layers"].push_back({{"d_h", array({length}, layer.d_h)},
                               {"d_c", array({length}, layer.d_c)},
                               {"units_d_c", array({length, units}, layer.units_d_c)}});
    }
    if (report_.rnn) {
      const std::vector<double>& d_h = report_.rnn->flow.layers.back().d_h;
      out["rnn"] = {{"description", report_.rnn->description}, {"d_h", array({d_h.size()}, d_h)}};
    }
    if (report_.attribution) {
      const std::size_t inputs = subject_.inputs.size();
      const std::size_t rows = report_.attribution->integrated.size() / inputs;
      out["attribution"] = {
          {"columns", subject_.inputs},
          {"gradient_times_input",
           array({rows, inputs}, report_.attribution->gradient_times_input)},
          {"integrated", array({rows, inputs}, report_.attribution->integrated)},
          {"baseline", subject_.error ? "inputs of 0: as scaled, every column at its training mean"
                                      : "inputs of 0"}};
    }
    return out;
  }

  json experiment() const {
    if (!report_.experiment) return nullptr;
    const Experiment& changed = *report_.experiment;
    json out = {{"set", changed.text},
                {"layers", json::array()},
                {"outputs", series_.outputs(changed.y)},
                {"metric", nullptr}};
    for (const Trace::Part& part : changed.trace.parts())
      out["layers"].push_back({{"signals", series_.signals(part)}});
    if (changed.before && changed.after) {
      out["metric"] = {{"name", subject_.error_name},
                       {"before", number(*changed.before)},
                       {"after", number(*changed.after)}};
    }
    return out;
  }

  const Report& report_;
  const Subject& subject_;
  ReportSeries series_;
  Range rows_;
};

}  // namespace

std::string report_json(const Report& report) { return Writer(report).document().dump(); }

}  // namespace sluice::inspection
