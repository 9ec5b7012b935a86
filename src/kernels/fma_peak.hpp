// What the processor can do at most, to lay a speed beside.
#pragma once

#include "core/threads.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::kernels {

/// Multiply-adds of floats per second, times two, in units of 1e9, that all threads of the pool
/// together reach on registers alone: the best of a few bursts of some milliseconds.
double fma_peak_gflops(const KernelTable& table, ThreadPool& pool);

}  // namespace sluice::kernels
