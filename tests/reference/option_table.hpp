// Every option of the LSTM, one entry each, and which may stand together. What enumerates them
// checks the pairs too, so that an option added here is checked beside all others.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/cell_options.hpp"
#include "sluice/error.hpp"

namespace sluice::reference {

/// What an example is made of.
struct Variant {
  std::size_t input = 3, hidden = 5;
  std::size_t batch = 3, steps = 7;
  std::size_t layers = 1;
  std::size_t output = 0;  ///< Of the head; 0: none.
  CellOptions cell;
  std::array<CellActivations, 2> activations;
  Direction direction = Direction::forward;
  Merge merge = Merge::concat;
  bool residual = false;
  bool biases = true;
  bool zoneout_drawn = true;  ///< As in training, else the expectation.
  bool lengths = false;       ///< 0, T and one between.
  bool mask = false;          ///< Some steps inside are masked.
};

struct Entry {
  std::string name;
  std::string group;  ///< Two of one group exclude each other.
  std::function<void(Variant&)> apply;
};

/// Alpha and beta unlike any default, so that none is mistaken for another.
inline constexpr std::array<std::pair<const char*, ActivationFunction>, 11> kActivations = {{
    {"sigmoid", {Activation::sigmoid}},
    {"tanh", {Activation::tanh}},
    {"relu", {Activation::relu}},
    {"affine", {Activation::affine, 0.7, 0.2}},
    {"leaky_relu", {Activation::leaky_relu, 0.3}},
    {"thresholded_relu", {Activation::thresholded_relu, -0.2}},
    {"scaled_tanh", {Activation::scaled_tanh, 1.3, 0.8}},
    {"hard_sigmoid", {Activation::hard_sigmoid, 0.3, 0.4}},
    {"elu", {Activation::elu, 0.8}},
    {"softsign", {Activation::softsign}},
    {"softplus", {Activation::softplus}},
}};

inline void add_cell_entries(std::vector<Entry>& table) {
  const auto add = [&](const char* name, const char* group, void (*apply)(CellOptions&)) {
    table.push_back({name, group, [apply](Variant& s) { apply(s.cell); }});
  };
  add("peephole", "peephole", [](CellOptions& c) { c.peephole = true; });
  add("input_from_forget", "coupling",
      [](CellOptions& c) { c.coupling = Coupling::input_from_forget; });
  add("forget_from_input", "coupling",
      [](CellOptions& c) { c.coupling = Coupling::forget_from_input; });
  add("norm_ba", "norm", [](CellOptions& c) { c.layer_norm = LayerNorm::ba; });
  add("norm_tflite", "norm", [](CellOptions& c) { c.layer_norm = LayerNorm::tflite; });
  add("projection", "projection", [](CellOptions& c) { c.projection = 2; });
  add("projection_bias", "projection", [](CellOptions& c) {
    c.projection = 2;
    c.projection_bias = true;
  });
  add("projection_clip", "projection_clip", [](CellOptions& c) {
    c.projection = 2;
    c.projection_clip = 0.3;
  });
  add("gate_clip", "gate_clip", [](CellOptions& c) { c.gate_clip = 0.8; });
  add("cell_clip", "cell_clip", [](CellOptions& c) { c.cell_clip = 0.4; });
  add("zoneout_c", "zoneout_c", [](CellOptions& c) { c.zoneout_c = 0.3; });
  add("zoneout_h", "zoneout_h", [](CellOptions& c) { c.zoneout_h = 0.2; });
  add("recurrent_dropout", "recurrent_dropout", [](CellOptions& c) { c.recurrent_dropout = 0.4; });
  add("variational_dropout", "variational_dropout",
      [](CellOptions& c) { c.variational_dropout = 0.3; });
  add("drop_connect", "drop_connect", [](CellOptions& c) { c.drop_connect = 0.2; });
  add("rnn", "kind", [](CellOptions& c) { c.kind = CellKind::rnn; });
}

inline void add_activation_entries(std::vector<Entry>& table) {
  struct Use {
    const char* name;
    ActivationFunction CellActivations::*place;
  };
  constexpr Use kUses[] = {{"gate ", &CellActivations::gate},
                           {"candidate ", &CellActivations::candidate},
                           {"cell ", &CellActivations::cell}};
  for (const Use& use : kUses) {
    for (std::size_t n = 0; n < kActivations.size(); ++n) {
      // The reverse direction gets the next one of the table.
      const ActivationFunction one = kActivations[n].second;
      const ActivationFunction next = kActivations[(n + 1) % kActivations.size()].second;
      table.push_back({std::string(use.name) + kActivations[n].first, use.name,
                       [place = use.place, one, next](Variant& s) {
                         s.activations[0].*place = one;
                         s.activations[1].*place = next;
                       }});
    }
  }
}

inline void add_sequence_entries(std::vector<Entry>& table) {
  const auto add = [&](const char* name, const char* group, void (*apply)(Variant&)) {
    table.push_back({name, group, apply});
  };
  add("no_bias", "bias", [](Variant& s) { s.biases = false; });
  add("zoneout_c_expected", "zoneout_c", [](Variant& s) {
    s.cell.zoneout_c = 0.3;
    s.zoneout_drawn = false;
  });
  add("zoneout_h_expected", "zoneout_h", [](Variant& s) {
    s.cell.zoneout_h = 0.2;
    s.zoneout_drawn = false;
  });
  add("reverse", "direction", [](Variant& s) { s.direction = Direction::reverse; });
  for (const auto& [name, merge] : {std::pair{"concat", Merge::concat},
                                    {"sum", Merge::sum},
                                    {"mean", Merge::mean},
                                    {"product", Merge::product}}) {
    table.push_back({name, "direction", [how = merge](Variant& s) {
                       s.direction = Direction::both;
                       s.merge = how;
                     }});
  }
  add("two_layers", "layers", [](Variant& s) { s.layers = 2; });
  add("residual", "layers", [](Variant& s) {
    s.layers = 2;
    s.residual = true;
  });
  add("head", "head", [](Variant& s) { s.output = 2; });
  add("lengths", "lengths", [](Variant& s) { s.lengths = true; });
  add("mask", "mask", [](Variant& s) { s.mask = true; });
}

inline std::vector<Entry> option_table() {
  std::vector<Entry> table;
  add_cell_entries(table);
  add_activation_entries(table);
  add_sequence_entries(table);
  return table;
}

struct Combination {
  std::string name;
  Variant variant;
};

inline bool allowed(const Variant& variant) {
  try {
    check(variant.cell, variant.hidden);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The plain LSTM and every entry alone.
inline std::vector<Combination> single_options() {
  std::vector<Combination> all = {{"plain", {}}};
  for (const Entry& entry : option_table()) {
    all.push_back({entry.name, {}});
    entry.apply(all.back().variant);
  }
  return all;
}

/// Every two entries of different groups that check() accepts together.
inline std::vector<Combination> option_pairs() {
  std::vector<Combination> all;
  const std::vector<Entry> table = option_table();
  for (std::size_t one = 0; one < table.size(); ++one) {
    for (std::size_t two = one + 1; two < table.size(); ++two) {
      if (table[one].group == table[two].group) continue;
      Combination pair{table[one].name + " + " + table[two].name, {}};
      table[one].apply(pair.variant);
      table[two].apply(pair.variant);
      if (allowed(pair.variant)) all.push_back(std::move(pair));
    }
  }
  return all;
}

/// The largest valid combinations: every coupling with every norm and every merge.
inline std::vector<Combination> crowds() {
  std::vector<Combination> all;
  std::vector<Entry> rest;
  const std::vector<std::string> varied = {"coupling", "norm", "direction", "kind", "bias"};
  for (const Entry& entry : option_table()) {
    const bool activation = entry.group.back() == ' ';
    if (activation || std::count(varied.begin(), varied.end(), entry.group) > 0) continue;
    rest.push_back(entry);
  }
  using Norm = LayerNorm;
  for (const Coupling coupling :
       {Coupling::none, Coupling::input_from_forget, Coupling::forget_from_input}) {
    for (const Norm norm : {Norm::none, Norm::ba, Norm::tflite}) {
      for (const Merge merge : {Merge::concat, Merge::sum, Merge::mean, Merge::product}) {
        Combination crowd{"crowd " + std::to_string(all.size()), {}};
        for (const Entry& entry : rest) entry.apply(crowd.variant);
        crowd.variant.zoneout_drawn = all.size() % 2 == 0;
        crowd.variant.cell.coupling = coupling;
        crowd.variant.cell.layer_norm = norm;
        crowd.variant.direction = Direction::both;
        crowd.variant.merge = merge;
        all.push_back(std::move(crowd));
      }
    }
  }
  return all;
}

}  // namespace sluice::reference
