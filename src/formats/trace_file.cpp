#include "formats/trace_file.hpp"

#include "core/file.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats {

void write_trace(const std::string& path, const inspection::Subject& subject,
                 const inspection::Trace& trace, std::span<const float> y) {
  const inspection::Range steps = trace.steps();
  SafeTensors file;
  file.metadata = {{"format", "sluice trace"},
                   {"title", subject.title},
                   {"first_step", std::to_string(steps.first)}};
  for (const inspection::Trace::Part& part : trace.parts()) {
    const std::string name = trace.name(part);
    file.metadata[name + ".first_unit"] = std::to_string(part.units.first);
    for (std::size_t signal = 0; signal < part.signals.size(); ++signal) {
      if (part.signals[signal].empty()) continue;
      file.tensors.push_back(
          Tensor::from_floats(name + "." + std::string(inspection::kSignalNames[signal]),
                              {steps.count(), part.width(signal)}, part.signals[signal]));
    }
  }
  const std::size_t inputs = subject.inputs.size();
  file.tensors.push_back(Tensor::from_floats(
      "x", {steps.count(), inputs},
      std::span(subject.x).subspan(steps.first * inputs, steps.count() * inputs)));
  file.tensors.push_back(Tensor::from_floats("y", {steps.count(), subject.width()}, y));
  write_file_atomically(path, serialize_safetensors(file));
}

}  // namespace sluice::formats
