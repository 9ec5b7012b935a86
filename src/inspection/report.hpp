// The contents of the report, and the JSON that its page reads (docs/report.md).
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

/// A run with changed signals, to compare with the untouched one.
struct Experiment {
  std::string text;  ///< The argument of --set.
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
  const Trace& trace;    ///< Holds all layers and units.
  std::vector<float> y;  ///< [rows, O] the network's outputs.
  std::vector<UnitFigures> units;
  std::vector<Memory> memories;
  std::optional<Ablation> ablation;
  std::optional<GradientFlow> flow;
  std::optional<RnnFlow> rnn;
  std::optional<Attribution> attribution;
  std::optional<Experiment> experiment;
};

/// Stores signals as float32 if all of them fit 8 MB, else as float16.
std::string report_json(const Report& report);

}  // namespace sluice::inspection
