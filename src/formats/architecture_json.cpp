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

// One of the names of an enumeration.
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

json to_json(const Architecture& of) {
  json out = {
      {"input", of.input}, {"hidden", of.hidden}, {"output", of.output}, {"biases", of.biases}};
  if (of.cell != CellOptions{}) out["cell"] = to_json(of.cell);
  if (of.activations[0] != CellActivations{}) out["activations"] = to_json(of.activations[0]);
  if (of.activations[1] != CellActivations{})
    out["reverse_activations"] = to_json(of.activations[1]);
  if (of.direction != Direction::forward) out["direction"] = name(of.direction);
  if (of.merge != Merge::concat) out["merge"] = name(of.merge);
  if (of.residual) out["residual"] = true;
  if (of.learned_state) out["learned_state"] = true;
  if (of.dropout > 0.0) out["dropout"] = of.dropout;
  return out;
}

Architecture architecture_from(JsonFields fields) {
  Architecture of{.input = fields.get<std::size_t>("input"),
                  .hidden = fields.get<std::vector<std::size_t>>("hidden"),
                  .output = fields.get<std::size_t>("output"),
                  .biases = fields.get<std::size_t>("biases")};
  if (fields.has("cell")) of.cell = cell_from(fields.object("cell"));
  if (fields.has("activations")) of.activations[0] = activations_from(fields.object("activations"));
  if (fields.has("reverse_activations"))
    of.activations[1] = activations_from(fields.object("reverse_activations"));
  if (fields.has("direction")) of.direction = named<Direction>(fields, "direction");
  if (fields.has("merge")) of.merge = named<Merge>(fields, "merge");
  if (fields.has("residual")) of.residual = fields.get<bool>("residual");
  if (fields.has("learned_state")) of.learned_state = fields.get<bool>("learned_state");
  if (fields.has("dropout")) of.dropout = fields.get<double>("dropout");
  fields.finish();
  return of;
}

}  // namespace sluice::formats
