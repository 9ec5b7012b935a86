#include "cli/equations.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "model/option_names.hpp"

namespace sluice::cli {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string applied(const ActivationFunction& function, const std::string& argument) {
  const std::string alpha = fmt::format("{:g}", function.alpha);
  const std::string beta = fmt::format("{:g}", function.beta);
  switch (function.kind) {
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::relu:
    case Activation::softsign:
    case Activation::softplus:
      return fmt::format("{}({})", name(function.kind), argument);
    case Activation::affine:
      return fmt::format("{} ({}) + {}", alpha, argument, beta);
    case Activation::scaled_tanh:
      return fmt::format("{} tanh({} ({}))", alpha, beta, argument);
    case Activation::hard_sigmoid:
      return fmt::format("clip({} ({}) + {}, 0, 1)", alpha, argument, beta);
    case Activation::leaky_relu:
    case Activation::thresholded_relu:
    case Activation::elu:
      break;
  }
  return fmt::format("{}({}; {})", name(function.kind), argument, alpha);
}

std::string clipped(const std::string& text, double bound) {
  return bound > 0.0 ? fmt::format("clip({}, -{:g}, {:g})", text, bound, bound) : text;
}

class Writer {
 public:
  explicit Writer(const Architecture& arch) : arch_(arch), cell_(arch.cell) {}

  Lines lines(const CellActivations& activations) {
    if (cell_.kind == CellKind::rnn) {
      add("", cell_.zoneout_h > 0 ? "h~" : "h", applied(activations.candidate, sum('g')));
    } else {
      lstm(activations);
    }
    carried();
    return std::move(lines_);
  }

 private:
  void add(const std::string& tag, const std::string& name, const std::string& value) {
    lines_.emplace_back(tag, name + " = " + value);
  }

  // A gate's sum: the argument of its activation.
  std::string sum(char gate) const {
    const std::string g(1, gate);
    const std::string w = "W_" + g + " " + (cell_.variational_dropout > 0 ? "x^" : "x");
    const std::string r = (cell_.drop_connect > 0 ? "R^_" : "R_") + g + " " +
                          (cell_.variational_dropout > 0 ? "h'^" : "h'");
    const bool peephole = cell_.peephole && gate != 'g';
    const std::string p =
        peephole ? " + p_" + g + " * " + (gate == 'o' ? std::string("c~") : std::string("c'")) : "";
    const std::string b = arch_.biases > 0 ? " + b_" + g : "";
    std::string text;
    switch (cell_.layer_norm) {
      case LayerNorm::none:
        text = w + " + " + r + p + b;
        break;
      case LayerNorm::ba:
        text = fmt::format("gain_ih_{} * LN({}) + gain_hh_{} * LN({}){}{}", g, w, g, r, p, b);
        break;
      case LayerNorm::tflite:
        text = fmt::format("gain_{} * LN({} + {}{}){}", g, w, r, p, b);
        break;
    }
    return clipped(text, cell_.gate_clip);
  }

  void lstm(const CellActivations& activations) {
    const bool from_input = cell_.coupling == Coupling::forget_from_input;
    const bool from_forget = cell_.coupling == Coupling::input_from_forget;
    if (!from_input) add("S1", "f", applied(activations.gate, sum('f')));
    add("S2", "g", applied(activations.candidate, sum('g')));
    add("S3", "i", from_forget ? "1 - f" : applied(activations.gate, sum('i')));
    if (from_input) add("S1", "f", "1 - i");
    const char* g = cell_.recurrent_dropout > 0 ? "g^" : "g";
    add("S4", zoned_c() || cell_.peephole ? "c~" : "c",
        clipped(fmt::format("f * c' + i * {}", g), cell_.cell_clip));
    const std::string c = zoned_c() || cell_.peephole ? "c~" : "c";
    add("S5", "tanh_c",
        applied(activations.cell,
                cell_.layer_norm == LayerNorm::ba ? "gain_c * LN(" + c + ") + bias_c" : c));
    add("S6", "o", applied(activations.gate, sum('o')));
    const bool more = cell_.projection > 0;
    const std::string h = cell_.zoneout_h > 0 ? "h~" : "h";
    add("S7", more ? "m" : h, "o * tanh_c");
    if (more) {
      add("", h,
          clipped(std::string("W_hr m") + (cell_.projection_bias ? " + b_hr" : ""),
                  cell_.projection_clip));
    }
  }

  bool zoned_c() const { return cell_.zoneout_c > 0; }

  // The state handed to the next step.
  void carried() {
    const auto kept = [this](const char* state, double rate) {
      add("", state, fmt::format("{:g} {}' + {:g} {}~", rate, state, 1.0 - rate, state));
    };
    if (zoned_c()) {
      kept("c", cell_.zoneout_c);
    } else if (cell_.kind == CellKind::lstm && cell_.peephole) {
      add("", "c", "c~");
    }
    if (cell_.zoneout_h > 0) kept("h", cell_.zoneout_h);
  }

  const Architecture& arch_;
  const CellOptions& cell_;
  Lines lines_;
};

std::vector<std::string> notes(const Architecture& arch) {
  const CellOptions& cell = arch.cell;
  std::vector<std::string> notes;
  if (cell.layer_norm != LayerNorm::none) {
    notes.push_back(cell.layer_norm == LayerNorm::ba
                        ? "LN: (a - mean) / sqrt(variance + 1e-5), over all gates together"
                        : "LN: (a - mean) / sqrt(variance + 1e-8), for each gate");
  }
  if (cell.zoneout_c > 0 || cell.zoneout_h > 0)
    notes.emplace_back(
        "in training zoneout keeps random units of the previous state; these equations show the "
        "expectation");
  const auto dropped = [&](double rate, const char* what) {
    if (rate > 0)
      notes.push_back(fmt::format("^: in training {:g} % of {} are dropped", 100 * rate, what));
  };
  dropped(cell.recurrent_dropout, "the candidates");
  dropped(cell.variational_dropout, "x and h', the same at all steps,");
  dropped(cell.drop_connect, "the weights of R");
  if (arch.direction == Direction::reverse)
    notes.emplace_back("steps run from the last to the first");
  if (arch.direction == Direction::both) {
    notes.push_back(fmt::format("two directions with separate weights; their h are merged by {}",
                                name(arch.merge)));
  }
  if (arch.residual && arch.layers() > 1)
    notes.emplace_back("from the second layer on, the input of a layer is added to its output");
  if (arch.learned_state) notes.emplace_back("the initial h and c are parameters");
  return notes;
}

}  // namespace

std::string equations(const Architecture& arch) {
  std::string text;
  const auto write = [&](const CellActivations& activations) {
    for (const auto& line : Writer(arch).lines(activations))
      text += fmt::format("  {:<3}{}\n", line.first, line.second);
  };
  write(arch.activations[0]);
  if (arch.direction == Direction::both && arch.activations[1] != arch.activations[0]) {
    text += "  in the reverse direction:\n";
    write(arch.activations[1]);
  }
  if (arch.output > 0) text += "  S8 y = V h + b_y\n";
  for (const std::string& note : notes(arch)) text += "  (" + note + ")\n";
  return text;
}

}  // namespace sluice::cli
