// sluice inspect --watch: the seven steps on a terminal, redrawn after each incoming row.
#pragma once

#include <string>

namespace sluice::cli {

/// Reads rows from the file `data`; "-" is standard input. `select` names layers and units; without
/// units it shows four per layer.
void watch(const std::string& model, const std::string& data, const std::string& select);

}  // namespace sluice::cli
