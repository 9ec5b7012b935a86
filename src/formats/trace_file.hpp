// Writes a trace as a .safetensors file, which Python opens in one line.
#pragma once

#include <span>
#include <string>

#include "inspection/subject.hpp"
#include "inspection/trace.hpp"

namespace sluice::formats {

/// Tensors `layer0.forward.f` [T, H] and so on for f i g o c tanh_c h, of the selected units; `x`
/// [T, I] and `y` [T, O] of the same steps; metadata keys `title`, `first_step` and, per layer,
/// `layer0.forward.first_unit`. Writes the whole file or nothing; throws Error(file).
void write_trace(const std::string& path, const inspection::Subject& subject,
                 const inspection::Trace& trace, std::span<const float> y);

}  // namespace sluice::formats
