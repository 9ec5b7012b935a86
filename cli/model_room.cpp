#include "cli/model_room.hpp"

#include <algorithm>

#include "model/parameters.hpp"

namespace sluice::cli {
namespace {

// Upper bounds: automatically chosen lags, calendar inputs, bins of a horizon.
constexpr std::size_t kMostLags = 1000, kMostCalendar = 6, kMostBins = 24;
constexpr std::size_t kRowsForLstm = 1000;                     // below it the default is --hidden 0
constexpr std::uint64_t kDescription = 4096, kOfColumn = 512;  // generous bytes of JSON

}  // namespace

std::uint64_t most_model_bytes(const forecasting::ForecastOptions& options,
                               const data::Table& table) {
  const std::size_t columns = table.columns.size(), targets = options.features.targets.size();
  const std::size_t outputs = targets * options.horizon * (options.quantiles.size() + 1);
  const std::size_t now = 2 * columns + kMostCalendar;
  const std::uint64_t regressors = options.lags.value_or(std::min(kMostLags, table.rows())) + now +
                                   options.horizon * options.features.known.size();
  std::uint64_t bytes = kDescription + kOfColumn * columns +
                        sizeof(double) * (targets * options.horizon * (regressors + 1) + outputs);
  const bool few = table.rows() < kRowsForLstm;
  const std::size_t units = options.hidden.value_or(few ? 0 : forecasting::kDefaultHidden);
  if (units == 0) return bytes;
  Architecture architecture;
  architecture.input = now + targets * kMostBins;
  architecture.hidden.assign(options.layers, units * options.members);
  architecture.output = outputs;
  architecture.cell = options.cell;
  architecture.cell.projection *= options.members;
  architecture.direction = options.bidirectional ? Direction::both : Direction::forward;
  architecture.learned_state = options.learned_state;
  const std::size_t floats = parameter_count(parameter_list(architecture));
  return bytes + sizeof(float) * floats + 17 * sizeof(float) * (architecture.input + outputs);
}

}  // namespace sluice::cli
