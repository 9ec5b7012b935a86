#include "formats/onnx/native.hpp"

#include "formats/onnx/native_parts.hpp"

namespace sluice::formats::onnx {

NativeResult recognise(const Program& program) {
  try {
    const Structure structure = structure_of(program);
    return {prove(program, structure, stack_of(program, structure)), ""};
  } catch (const NotNative& why) {
    return {std::nullopt, why.reason};
  }
}

}  // namespace sluice::formats::onnx
