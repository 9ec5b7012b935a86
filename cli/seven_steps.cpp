#include "cli/seven_steps.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sluice::cli {
namespace {

using inspection::Trace;

std::string bar(float gate) {
  constexpr int kWidth = 10;
  const int full = static_cast<int>(std::lround(gate * kWidth));
  std::string text;
  for (int n = 0; n < kWidth; ++n) text += n < full ? '#' : '.';
  return text;
}

std::string gate_line(const char* tag, const char* name, const char* symbol, float value,
                      const char* what) {
  return fmt::format("  {}  {:<27} {:<8}{:9.4f}  [{}] {:.0f} % {}\n", tag, name, symbol, value,
                     bar(value), 100.0 * static_cast<double>(value), what);
}

}  // namespace

std::string seven_steps(const Trace::Part& part, std::size_t unit, std::size_t step,
                        float c_before) {
  const auto at = [&](std::size_t signal) { return part.at(signal, step, unit); };
  const auto line = [](const char* tag, const char* name, const char* symbol, float value,
                       const std::string& how) {
    return fmt::format("  {}  {:<27} {:<8}{:9.4f}{}{}\n", tag, name, symbol, value,
                       how.empty() ? "" : "  ", how);
  };
  if (part.signals[inspection::kC].empty()) {
    return line("S2", "candidate", "g", at(inspection::kG), "") +
           line("S7", "hidden state", "h", at(inspection::kH), "a plain RNN has only these");
  }
  const float f = at(inspection::kF), g = at(inspection::kG), i = at(inspection::kI);
  const float c = at(inspection::kC), tanh_c = at(inspection::kTanhC), o = at(inspection::kO);
  std::string text = gate_line("S1", "forget gate", "f", f, "of c' is kept");
  text += line("S2", "temporary memory, candidate", "g", g, "");
  text += gate_line("S3", "update gate, input gate", "i", i, "of it enters");
  text += line("S4", "memory cell state", "c", c,
               fmt::format("= f c' + i g = {:.4f} * {:.4f} + {:.4f} * {:.4f}", f, c_before, i, g));
  text += line("S5", "memory activation", "tanh(c)", tanh_c, "");
  text += gate_line("S6", "output gate", "o", o, "of it passes");
  const bool projected = part.state.count() != part.units.count();
  text += projected ? line("S7", "before the projection", "o tanh_c", o * tanh_c, "")
                    : line("S7", "hidden state", "h", at(inspection::kH), "= o tanh(c)");
  return text;
}

}  // namespace sluice::cli
