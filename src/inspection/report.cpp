#include "inspection/report.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "core/half.hpp"

namespace sluice::inspection {
namespace {

using nlohmann::json;

constexpr std::size_t kFloat32Bytes = 8u << 20;
constexpr std::size_t kMostOutputs = 8;

std::string base64(std::span<const unsigned char> bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t n = 0; n < bytes.size(); n += 3) {
    const auto byte = [&](std::size_t k) -> std::uint32_t {
      return n + k < bytes.size() ? bytes[n + k] : 0;
    };
    const std::uint32_t three = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int digit = 3; digit >= 0; --digit) text += kDigits[three >> (6 * digit) & 63];
    if (n + 1 >= bytes.size()) text[text.size() - 2] = '=';
    if (n + 2 >= bytes.size()) text.back() = '=';
  }
  return text;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return base64({reinterpret_cast<const unsigned char*>(values.data()), values.size() * sizeof(T)});
}

json array(const std::vector<std::size_t>& shape, const std::vector<float>& values,
           bool small = false) {
  const bool fits =
      std::none_of(values.begin(), values.end(), [](float v) { return std::abs(v) > 65504.0f; });
  if (!small || !fits) return {{"type", "f32"}, {"shape", shape}, {"data", bytes_of(values)}};
  std::vector<std::uint16_t> halves;
  halves.reserve(values.size());
  for (const float value : values) halves.push_back(to_half(value));
  return {{"type", "f16"}, {"shape", shape}, {"data", bytes_of(halves)}};
}

json array(const std::vector<std::size_t>& shape, std::span<const double> values) {
  return array(shape, std::vector<float>(values.begin(), values.end()));
}

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

template <class T>
json number(const std::optional<T>& value) {
  return value ? number(static_cast<double>(*value)) : json(nullptr);
}

class Writer {
 public:
  explicit Writer(const Report& report)
      : report_(report),
        subject_(report.subject),
        rows_(report.trace.steps()),
        steps_(rows_.count()),
        small_(bytes() > kFloat32Bytes) {}

  json document() {
    const Architecture& of = subject_.network->architecture();
    json out = {{"version", 1}, {"title", subject_.title}};
    out["model"] = {{"inputs", of.input},
                    {"outputs", subject_.width()},
                    {"parameters", subject_.network->count()},
                    {"description", subject_.description}};
    out["steps"] = {{"first", rows_.first}, {"count", steps_}, {"labels", labels()}};
    out["inputs"] = inputs();
    out["outputs"] = outputs(report_.y);
    out["forecast"] = forecast();
    out["layers"] = layers(report_.trace);
    out["units"] = units();
    out["gates"] = gates();
    out["metric"] = metric();
    out["flow"] = flow();
    out["experiment"] = experiment();
    return out;
  }

 private:
  std::size_t bytes() const {
    const Architecture& of = subject_.network->architecture();
    return Trace::bytes(of, {.layers = {}, .units = {}, .steps = rows_, .direction = {}});
  }

  json labels() const {
    if (subject_.labels.empty()) return nullptr;
    const auto first = subject_.labels.begin() + static_cast<std::ptrdiff_t>(rows_.first);
    return std::vector<std::string>(first, first + static_cast<std::ptrdiff_t>(steps_));
  }

  // One column of [rows, width].
  json column(const std::vector<float>& values, std::size_t width, std::size_t j) const {
    std::vector<float> one(steps_);
    for (std::size_t t = 0; t < steps_; ++t) one[t] = values[t * width + j];
    return array({steps_}, one);
  }

  json inputs() const {
    json all = json::array();
    const std::size_t width = subject_.inputs.size();
    const std::vector<float> shown(
        subject_.x.begin() + static_cast<std::ptrdiff_t>(rows_.first * width),
        subject_.x.begin() + static_cast<std::ptrdiff_t>(rows_.last * width));
    for (std::size_t j = 0; j < width; ++j)
      all.push_back({{"name", subject_.inputs[j]}, {"values", column(shown, width, j)}});
    return all;
  }

  json outputs(const std::vector<float>& y) const {
    json all = json::array();
    const std::size_t width = subject_.width();
    std::vector<std::size_t> chosen = {subject_.main_output};
    for (std::size_t k = 0; k < width && chosen.size() < kMostOutputs; ++k) {
      if (k != subject_.main_output) chosen.push_back(k);
    }
    for (const std::size_t k : chosen)
      all.push_back({{"name", subject_.outputs[k]}, {"values", column(y, width, k)}});
    return all;
  }

  json forecast() const {
    if (subject_.forecast.empty()) return nullptr;
    const ShownForecast& of = subject_.forecast.front();
    const auto part = [&](const std::vector<double>& values) {
      return array({steps_}, std::span(values).subspan(rows_.first, steps_));
    };
    return {{"target", of.target},
            {"ahead", 1},
            {"observed", part(of.observed)},
            {"point", part(of.point)},
            {"low", part(of.low)},
            {"high", part(of.high)},
            {"levels", {of.low_level, of.high_level}}};
  }

  json signals(const Trace::Part& part) const {
    json all = json::object();
    for (std::size_t signal = 0; signal < kSignalNames.size(); ++signal) {
      if (part.signals[signal].empty()) continue;
      all[std::string(kSignalNames[signal])] =
          array({steps_, part.width(signal)}, part.signals[signal], small_);
    }
    return all;
  }

  json layers(const Trace& trace) const {
    json all = json::array();
    const bool reversed = subject_.network->architecture().direction == Direction::reverse;
    for (const Trace::Part& part : trace.parts()) {
      const char* direction = reversed || part.direction == 1 ? "reverse" : "forward";
      all.push_back({{"name", "layer " + std::to_string(part.layer) + " " + direction},
                     {"layer", part.layer},
                     {"direction", direction},
                     {"units", part.units.count()},
                     {"state", part.state.count()},
                     {"signals", signals(part)}});
    }
    return all;
  }

  // Of the page's layers, which are directions of layers.
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
      const UnitFigures& of = report_.units[n];
      json one = {{"layer", page_layer(of.layer, of.direction)}, {"unit", of.unit}};
      const auto put = [&](const char* gate, const std::optional<Saturation>& share) {
        one[std::string(gate) + "_high"] = share ? number(share->high) : json(nullptr);
        one[std::string(gate) + "_low"] = share ? number(share->low) : json(nullptr);
      };
      put("f", of.f);
      put("i", of.i);
      put("o", of.o);
      one["half_life"] = number(of.half_life);
      one["remembers"] = nullptr;
      one["memory"] = json::array();
      for (const Memory& memory : report_.memories) {
        if (memory.layer != of.layer || memory.unit != of.unit) continue;
        one["remembers"] = memory.remembers;
        for (std::size_t k = 0; k < memory.steps.size(); ++k)
          one["memory"].push_back({memory.steps[k], number(memory.change[k])});
      }
      one["input"] = strongest_of(of.inputs);
      one["calendar"] = strongest_of(of.cycles);
      one["ablation"] = nullptr;
      if (report_.ablation) {
        for (const Ablated& unit : report_.ablation->units) {
          if (unit.layer == of.layer && unit.direction == of.direction && unit.unit == of.unit)
            one["ablation"] = number(unit.change);
        }
      }
      one["note"] = of.dead        ? "dead"
                    : of.duplicate ? "moves as unit " + std::to_string(*of.duplicate)
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
      return {{"name", "change of the outputs, of their spread"}, {"value", nullptr}, {"on", on}};
    return {{"name", subject_.error_name}, {"value", number(*report_.ablation->error)}, {"on", on}};
  }

  json flow() const {
    if (!report_.flow) return nullptr;
    const GradientFlow& of = *report_.flow;
    const std::size_t length = of.back + 1;
    json out = {{"output", subject_.outputs[of.output]},
                {"step", of.row - rows_.first},
                {"back", of.back},
                {"layers", json::array()},
                {"rnn", nullptr},
                {"attribution", nullptr}};
    for (const LayerFlow& layer : of.layers) {
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
    const Experiment& of = *report_.experiment;
    json out = {{"set", of.text},
                {"layers", json::array()},
                {"outputs", outputs(of.y)},
                {"metric", nullptr}};
    for (const Trace::Part& part : of.trace.parts())
      out["layers"].push_back({{"signals", signals(part)}});
    if (of.before && of.after) {
      out["metric"] = {{"name", subject_.error_name},
                       {"before", number(*of.before)},
                       {"after", number(*of.after)}};
    }
    return out;
  }

  const Report& report_;
  const Subject& subject_;
  Range rows_;
  std::size_t steps_;
  bool small_;
};

}  // namespace

std::string report_json(const Report& report) { return Writer(report).document().dump(); }

}  // namespace sluice::inspection
