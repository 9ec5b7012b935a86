#include "cli/evaluate_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace sluice::cli {
namespace {

using forecasting::Backtest;
using forecasting::MethodScore;
using forecasting::PointScore;
using forecasting::TargetBacktest;
using nlohmann::json;

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json to_json(const PointScore& score) {
  return {{"mae", number(score.mae)},
          {"rmse", number(score.rmse)},
          {"smape", number(score.smape)},
          {"mase", number(score.mase)},
          {"count", score.count}};
}

json to_json(const TargetBacktest& target, const std::vector<double>& levels) {
  json out = {{"target", target.target},
              {"model", to_json(target.model.all)},
              {"linear_part", to_json(target.linear.all)}};
  for (const MethodScore& method : target.baselines)
    out["baselines"][method.name] = to_json(method.all);
  for (std::size_t h = 0; h < target.model.by_horizon.size(); ++h) {
    json step = {{"horizon", h + 1}, {"model", to_json(target.model.by_horizon[h])}};
    for (const MethodScore& method : target.baselines)
      step["baselines"][method.name] = to_json(method.by_horizon[h]);
    out["by_horizon"].push_back(step);
  }
  out["quantiles"] = {{"levels", levels},
                      {"pinball", target.quantiles.pinball},
                      {"mean_pinball", number(target.quantiles.mean_pinball)},
                      {"coverage", number(target.quantiles.coverage)},
                      {"nominal_coverage", target.nominal_coverage}};
  return out;
}

}  // namespace

std::string scores_json(const Backtest& backtest, const forecasting::ForecastModel& model) {
  json out = json::object();
  if (backtest.targets.size() == 1) out = to_json(backtest.targets.front(), model.quantiles);
  if (backtest.targets.size() > 1) {
    for (const TargetBacktest& target : backtest.targets)
      out["targets"].push_back(to_json(target, model.quantiles));
  }
  out["origins"] = backtest.origins;
  out["origins_without_history"] = backtest.without_history;
  out["period"] = backtest.season;
  out["alpha"] = model.alpha;
  return out.dump(2) + "\n";
}

}  // namespace sluice::cli
