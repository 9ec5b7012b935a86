#include "inspection/report_series.hpp"

#include <span>
#include <string>

#include "inspection/report_values.hpp"

namespace sluice::inspection {

using nlohmann::json;

namespace {

constexpr std::size_t kFloat32Bytes = 8u << 20;
constexpr std::size_t kMostOutputs = 8;

std::size_t trace_bytes(const Subject& subject, const Range& rows) {
  return Trace::bytes(subject.network->architecture(),
                      {.layers = {}, .units = {}, .steps = rows, .direction = {}});
}

}  // namespace

ReportSeries::ReportSeries(const Report& report)
    : subject_(report.subject),
      rows_(report.trace.steps()),
      steps_(rows_.count()),
      small_(trace_bytes(subject_, rows_) > kFloat32Bytes) {}

json ReportSeries::labels() const {
  if (subject_.labels.empty()) return nullptr;
  const auto first = subject_.labels.begin() + static_cast<std::ptrdiff_t>(rows_.first);
  return std::vector<std::string>(first, first + static_cast<std::ptrdiff_t>(steps_));
}

// One column of [rows, width].
json ReportSeries::column(const std::vector<float>& values, std::size_t width,
                          std::size_t j) const {
  std::vector<float> one(steps_);
  for (std::size_t t = 0; t < steps_; ++t) one[t] = values[t * width + j];
  return array({steps_}, one);
}

json ReportSeries::inputs() const {
  json all = json::array();
  const std::size_t width = subject_.inputs.size();
  const std::vector<float> shown(
      subject_.x.begin() + static_cast<std::ptrdiff_t>(rows_.first * width),
      subject_.x.begin() + static_cast<std::ptrdiff_t>(rows_.last * width));
  for (std::size_t j = 0; j < width; ++j)
    all.push_back({{"name", subject_.inputs[j]}, {"values", column(shown, width, j)}});
  return all;
}

json ReportSeries::outputs(const std::vector<float>& y) const {
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

json ReportSeries::forecast() const {
  if (subject_.forecast.empty()) return nullptr;
  const ShownForecast& shown = subject_.forecast.front();
  const auto part = [&](const std::vector<double>& values) {
    return array({steps_}, std::span(values).subspan(rows_.first, steps_));
  };
  return {{"target", shown.target},
          {"ahead", 1},
          {"observed", part(shown.observed)},
          {"point", part(shown.point)},
          {"low", part(shown.low)},
          {"high", part(shown.high)},
          {"levels", {shown.low_level, shown.high_level}}};
}

json ReportSeries::signals(const Trace::Part& part) const {
  json all = json::object();
  for (std::size_t signal = 0; signal < kSignalNames.size(); ++signal) {
    if (part.signals[signal].empty()) continue;
    all[std::string(kSignalNames[signal])] =
        array({steps_, part.width(signal)}, part.signals[signal], small_);
  }
  return all;
}

json ReportSeries::layers(const Trace& trace) const {
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

}  // namespace sluice::inspection
