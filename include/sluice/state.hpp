// The state of a run: what goes from one step to the next.
#pragma once

#include <vector>

namespace sluice {

/// h and c of all layers and directions after (or before) a run, row-major: h [L*D, B, P], c
/// [L*D, B, H]; layer 0 forward, layer 0 reverse, layer 1 forward and so on, layers of different
/// sizes one after the other; P is H but for a projection. Both empty: the initial state, zeros
/// where none was learned.
struct State {
  std::vector<float> h, c;
};

}  // namespace sluice
