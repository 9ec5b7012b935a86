// Runs a pipeline as a wavefront over several threads: stage s processes piece p once stage s - 1
// has finished it.
#pragma once

#include <cstddef>

#include "core/function_ref.hpp"
#include "core/threads.hpp"

namespace sluice {

/// Calls work(s, p) once for each stage and piece: after (s, p-1) and (s-1, p), whose writes it
/// sees (acquire and release). A thread stays with its stage as long as it can, to keep the stage's
/// data in its cache.
void run_wavefront(ThreadPool& pool, std::size_t stages, std::size_t pieces,
                   FunctionRef<void(std::size_t, std::size_t)> work);

}  // namespace sluice
