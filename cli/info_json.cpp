#include "cli/info_json.hpp"

#include <nlohmann/json.hpp>

#include "formats/architecture_json.hpp"
#include "formats/forecast_json.hpp"

namespace sluice::cli {

const char* weights_name(const engine::Network& network) {
  return engine::kWeightTypeNames[static_cast<std::size_t>(network.storage().weights)];
}

std::string info_json(const std::string& path, const formats::StoredModel& model) {
  using nlohmann::json;
  const engine::Network* network = model.network();
  json out = {
      {"model", path},
      {"written_by", model.written_by},
      {"state", model.state},
      {"assumed", model.assumed.empty() ? json() : json(model.assumed)},
      {"parameters", network != nullptr ? network->count() : 0},
      {"weights", network != nullptr ? json(weights_name(*network)) : json()},
      {"architecture", network != nullptr ? formats::to_json(network->architecture()) : json()}};
  if (model.forecast) out["forecast"] = formats::to_json(*model.forecast);
  return out.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace sluice::cli
