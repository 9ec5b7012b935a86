// A hash of a model file's contents, stored in the file: tells whether it is unchanged, independent
// of the reader's arithmetic. Detects damage and edits; it is not a security feature.
#pragma once

#include <string>

#include "formats/safetensors.hpp"

namespace sluice::formats {

/// Metadata key of the hash: 16 hexadecimal digits.
inline constexpr const char* kSealKey = "sluice.hash";

/// The hash as described in docs/formats.md: of the description under the key `sluice` and of all
/// tensors in the order of their names.
std::string seal_of(const SafeTensors& file);

enum class Seal {
  none,   ///< No hash: an older file, or one from another program.
  whole,  ///< The hash matches the contents.
  broken  ///< The hash does not match: the file was changed.
};
Seal check_seal(const SafeTensors& file);

}  // namespace sluice::formats
