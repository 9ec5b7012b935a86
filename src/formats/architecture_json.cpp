#include "formats/architecture_json.hpp"

#include <array>
#include <utility>

#include "model/option_names.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

json to_json(const ActivationFunction& function) {
  return {{"name", name(function.kind)}, {"alpha", function.alpha}, {"beta", function.beta}};
}

json to_json(const CellActivations& activations) {
  return {{"gate", to_json(activations.gate)},
          {"candidate", to_json(activations.candidate)},
          {"cell", to_json(activations.cell)}};
}

// A field that holds one of an enumeration's names.
template <class Enum>
Enum named(JsonFields& fields, const std::string& key) {
  const auto text = fields.get<std::string>(key);
  if (const auto found = from_name<Enum>(text)) return *found;
  fields.refuse(key, "one of " + names_of<Enum>(), "'" + text + "'");
}

ActivationFunction function_from(JsonFields fields) {
  const ActivationFunction function{named<Activation>(fields, "name"), fields.get<double>("alpha"),
                                    fields.get<double>("beta")};
  fields.finish();
  return function;
}

CellActivations activations_from(JsonFields fields) {
  const CellActivations activations{function_from(fields.object("gate")),
                                    function_from(fields.object("candidate")),
                                    function_from(fields.object("cell"))};
  fields.finish();
  return activations;
}

constexpr std::array<std::pair<const char*, double CellOptions::*>, 8> kNumbers{{
    {"gate_clip", &CellOptions::gate_clip},
    {"cell_clip", &CellOptions::cell_clip},
    {"projection_clip", &CellOptions::projection_clip},
    {"zoneout_c", &CellOptions::zoneout_c},
    {"zoneout_h", &CellOptions::zoneout_h},
    {"recurrent_dropout", &CellOptions::recurrent_dropout},
    {"variational_dropout", &CellOptions::variational_dropout},
    {"drop_connect", &CellOptions::drop_connect},
}};

json to_json(const CellOptions& cell) {
  json out = json::object();
  if (cell.kind != CellKind::lstm) out["kind"] = name(cell.kind);
  if (cell.peephole) out["peephole"] = true;
  if (cell.coupling != Coupling::none) out["coupling"] = name(cell.coupling);
  if (cell.layer_norm != LayerNorm::none) out["layer_norm"] = name(cell.layer_norm);
  if (cell.projection > 0) out["projection"] = cell.projection;
  if (cell.projection_bias) out["projection_bias"] = true;
  for (const auto& number : kNumbers) {
    if (cell.*number.second > 0.0) out[number.first] = cell.*number.second;
  }
  return out;
}

CellOptions cell_from(JsonFields fields) {
  CellOptions cell;
  if (fields.has("kind")) cell.kind = named<CellKind>(fields, "kind");
  if (fields.has("peephole")) cell.peephole = fields.get<bool>("peephole");
  if (fields.has("coupling")) cell.coupling = named<Coupling>(fields, "coupling");
  if (fields.has("layer_norm")) cell.layer_norm = named<LayerNorm>(fields, "layer_norm");
  if (fields.has("projection")) cell.projection = fields.get<std::size_t>("projection");
  if (fields.has("projection_bias")) cell.projection_bias = fields.get<bool>("projection_bias");
  for (const auto& number : kNumbers) {
    if (fields.has(number.first)) cell.*number.second = fields.get<double>(number.first);
  }
  fields.finish();
  return cell;
}

}  // namespace

json to_json(const Architecture& architecture) {
  json out = {{"input", architecture.input},
              {"hidden", architecture.hidden},
              {"output", architecture.output},
              {"biases", architecture.biases}};
  if (architecture.cell != CellOptions{}) out["cell"] = to_json(architecture.cell);
  if (architecture.activations[0] != CellActivations{})
    out["activations"] = to_json(architecture.activations[0]);
  if (architecture.activations[1] != CellActivations{})
    out["reverse_activations"] = to_json(architecture.activations[1]);
  if (architecture.direction != Direction::forward) out["direction"] = name(architecture.direction);
  if (architecture.merge != Merge::concat) out["merge"] = name(architecture.merge);
  if (architecture.residual) out["residual"] = true;
  if (architecture.learned_state) out["learned_state"] = true;
  if (architecture.dropout > 0.0) out["dropout"] = architecture.dropout;
  return out;
}

Architecture architecture_from(JsonFields fields) {
  Architecture architecture{.input = fields.get<std::size_t>("input"),
                            .hidden = fields.get<std::vector<std::size_t>>("hidden"),
                            .output = fields.get<std::size_t>("output"),
                            .biases = fields.get<std::size_t>("biases")};
  if (fields.has("cell")) architecture.cell = cell_from(fields.object("cell"));
  if (fields.has("activations"))
    architecture.activations[0] = activations_from(fields.object("activations"));
  if (fields.has("reverse_activations"))
    architecture.activations[1] = activations_from(fields.object("reverse_activations"));
  if (fields.has("direction")) architecture.direction = named<Direction>(fields, "direction");
  if (fields.has("merge")) architecture.merge = named<Merge>(fields, "merge");
  if (fields.has("residual")) architecture.residual = fields.get<bool>("residual");
  if (fields.has("learned_state")) architecture.learned_state = fields.get<bool>("learned_state");
  if (fields.has("dropout")) architecture.dropout = fields.get<double>("dropout");
  fields.finish();
  return architecture;
}

}  // namespace sluice::formats
