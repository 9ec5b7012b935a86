// The processor's peak multiply-add rate, as a reference for measured speeds. It does not touch
// memory.
#pragma once

#include "core/threads.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::kernels {

/// Peak rate in GFLOP/s (a multiply-add counts two) of all threads of the pool together: the best
/// of a few bursts of some milliseconds on registers alone.
double fma_peak_gflops(const KernelTable& table, ThreadPool& pool);

}  // namespace sluice::kernels
