// A model file's hash of its own contents: whether it is as it was written, whatever the arithmetic
// of the machine that reads it. It finds damage and edits, and protects against nobody.
#pragma once

#include <string>

#include "formats/safetensors.hpp"

namespace sluice::formats {

/// The metadata key that holds it: 16 hexadecimal digits.
inline constexpr const char* kSealKey = "sluice.hash";

/// The hash that docs/formats.md describes: of the description under the key `sluice`, and of all
/// tensors in the order of their names.
std::string seal_of(const SafeTensors& file);

enum class Seal {
  none,   ///< The file has no hash: written before there was one, or by another program.
  whole,  ///< It is that of the contents.
  broken  ///< It is not: something was changed after the file was written.
};
Seal check_seal(const SafeTensors& file);

}  // namespace sluice::formats
