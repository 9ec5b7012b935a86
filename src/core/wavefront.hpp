// Stages that work on one piece after the other, each on what the stage before has left: several
// threads run them as a wavefront.
#pragma once

#include <cstddef>

#include "core/function_ref.hpp"
#include "core/threads.hpp"

namespace sluice {

/// work(stage, piece) once for each of `stages` and `pieces`: after the same stage's piece before,
/// and after the stage before has done this piece. What these wrote is seen. A thread stays with a
/// stage as long as it can, for the sake of its cache.
void run_wavefront(ThreadPool& pool, std::size_t stages, std::size_t pieces,
                   FunctionRef<void(std::size_t, std::size_t)> work);

}  // namespace sluice
