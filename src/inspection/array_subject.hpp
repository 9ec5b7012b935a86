// A bare network and rows of numbers as a Subject.
#pragma once

#include <string>
#include <vector>

#include "inspection/subject.hpp"

namespace sluice::inspection {

/// `x` [rows, I]; `names`: of its columns; empty: x1, x2, .. `window` 0: the state is carried. The
/// network must outlive the result.
Subject array_subject(const engine::Network& network, std::size_t window, std::vector<float> x,
                      std::vector<std::string> names);

}  // namespace sluice::inspection
