#include "cli/train_report.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "cli/columns.hpp"
#include "core/printable.hpp"
#include "data/value_size.hpp"

namespace sluice::cli {

void print_inputs(const data::Table& table, const forecasting::ForecastModel& model) {
  fmt::print("{}: {} rows", table.path, model.provenance.data_rows);
  const std::string calendar = data::describe_calendar(table.step);
  if (table.step.known())
    fmt::print(", {} apart{}, {} to {}", data::describe(table.step),
               calendar.empty() ? "" : fmt::format(" ({})", calendar), table.time_text(0),
               table.time_text(table.rows() - 1));
  fmt::print("\n  read: {}\n", fmt::join(table.understood, "; "));
  for (const std::string& note : table.notes) fmt::print("  note: {}\n", note);
  const auto names = [](const std::vector<data::ScaledColumn>& columns) {
    std::string text;
    for (const data::ScaledColumn& column : columns)
      text += (text.empty() ? "" : ", ") + column.name;
    return printable(text);
  };
  fmt::print("  target: {}{}\n", names(model.features.targets),
             model.features.targets[0].scaler.log ? " (its logarithm)" : "");
  if (!model.features.past.empty()) fmt::print("  past: {}\n", names(model.features.past));
  if (!model.features.known.empty()) fmt::print("  known ahead: {}\n", names(model.features.known));
  const std::string bounds = data::describe_bounds(model.features.targets);
  const std::size_t beyond = data::count_beyond(model.features, table);
  if (!bounds.empty()) {
    fmt::print(
        "  bounds: {}{}\n", bounds,
        beyond == 0 ? "" : fmt::format("; {} later values are outside: --bounds none", beyond));
  }
  fmt::print("  season: {}\n",
             model.period > 1 ? fmt::format("{} rows", model.period) : "none found");
}

void print_result(const forecasting::ForecastModel& model) {
  const forecasting::Provenance& from = model.provenance;
  if (!from.choice.empty()) {
    fmt::print(
        "  too few rows for a validation part; chosen by rolling origins, fitted on all rows:\n  "
        "{}\n",
        from.choice);
    return;
  }
  fmt::print("  linear part: {} lags, validation MAE {}\n", model.linear[0].lags,
             figure(from.linear_validation_mae));
  if (model.network) {
    const Architecture& architecture = model.network->architecture();
    fmt::print("  LSTM: {} x {} units in {} layer{}{}, {} parameters, best after {} steps, {}\n",
               from.members, architecture.hidden[0] / from.members, architecture.layers(),
               architecture.layers() == 1 ? "" : "s",
               architecture.direction == Direction::both ? ", both directions" : "",
               model.network->count(), from.steps, from.ended);
    if (model.window > 0) fmt::print("  state: from zero over windows of {} rows\n", model.window);
  }
  fmt::print("  alpha, the LSTM's share: {}\n", from.alpha_reason);
  fmt::print("  validation MAE {}, final fit on {} rows\n", figure(from.validation_mae),
             from.fitted_rows);
}

}  // namespace sluice::cli
