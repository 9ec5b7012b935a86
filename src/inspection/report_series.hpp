// The part of the report's JSON that has a value per row: inputs, outputs, the forecast, signals.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "inspection/report.hpp"

namespace sluice::inspection {

class ReportSeries {
 public:
  /// `report` must outlive this.
  explicit ReportSeries(const Report& report);

  const Range& rows() const { return rows_; }
  nlohmann::json labels() const;  ///< null: rows are numbered.
  nlohmann::json inputs() const;
  /// At most eight of the outputs `y` [rows, O], the main output first.
  nlohmann::json outputs(const std::vector<float>& y) const;
  nlohmann::json forecast() const;
  /// Each signal of a layer direction by its name.
  nlohmann::json signals(const Trace::Part& part) const;
  nlohmann::json layers(const Trace& trace) const;

 private:
  nlohmann::json column(const std::vector<float>& values, std::size_t width, std::size_t j) const;

  const Subject& subject_;
  Range rows_;
  std::size_t steps_;
  bool small_;  // signals as float16
};

}  // namespace sluice::inspection
