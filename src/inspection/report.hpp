// All that the report shows, and the JSON that its page reads (docs/report.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "inspection/ablation.hpp"
#include "inspection/gradient_flow.hpp"
#include "inspection/setting.hpp"
#include "inspection/subject.hpp"
#include "inspection/trace.hpp"
#include "inspection/unit_figures.hpp"

namespace sluice::inspection {

/// A run with signals changed, beside the untouched one.
struct Experiment {
  std::string text;  ///< As given to --set.
  Trace trace;
  std::vector<float> y;                 ///< [rows, O]
  std::optional<double> before, after;  ///< The task's error over the rows shown.
};

struct RnnFlow {
  std::string description;
  GradientFlow flow;
};

struct Report {
  const Subject& subject;
  const Trace& trace;    ///< Of all layers and units.
  std::vector<float> y;  ///< [rows, O] what the network answered.
  std::vector<UnitFigures> units;
  std::vector<Memory> memories;
  std::optional<Ablation> ablation;
  std::optional<GradientFlow> flow;
  std::optional<RnnFlow> rnn;
  std::optional<Attribution> attribution;
  std::optional<Experiment> experiment;
};

/// Signals are float32 while all of them take at most 8 MB, above that float16.
std::string report_json(const Report& report);

}  // namespace sluice::inspection
