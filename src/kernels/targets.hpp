// Which of Highway's targets are compiled, and how a kernel's source hands its functions out: it is
// compiled once per target, and under HWY_ONCE lists what came out. Nothing of Highway is linked.
#pragma once

#include <array>
#include <cstddef>

#include "kernels/kernel_table.hpp"

// Not worth compiling: SSSE3 (processors before 2008), AVX3_DL (adds nothing that is used here).
#undef HWY_DISABLED_TARGETS
#ifdef SLUICE_FEW_TARGETS  // the mutants' build, which compiles them again and again
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_DL)
#else
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
#endif

namespace sluice::kernels {

enum class Isa : std::size_t { portable, sse4, avx2, avx512, neon };
inline constexpr std::size_t kIsas = 5;

/// Enters a source's kernels of one instruction set into a table.
using Fill = void (*)(KernelTable&);
/// By Isa; null where the target is not compiled on this architecture.
using KernelRegistration = std::array<Fill, kIsas>;

const KernelRegistration& product_fills();
const KernelRegistration& cell_fills();
const KernelRegistration& step_fills();
const KernelRegistration& row_fills();
const KernelRegistration& row_int8_fills();
/// In the place of row_int8_fills, where the processor has VNNI.
const KernelRegistration& row_vnni_fills();
const KernelRegistration& transpose_fills();
const KernelRegistration& update_fills();

}  // namespace sluice::kernels

// To be used under HWY_ONCE with the name of a function that each target's namespace defines.
#define SLUICE_FILLS(Fn)                                                                    \
  {                                                                                         \
    HWY_CHOOSE_FALLBACK(Fn), HWY_CHOOSE_SSE4(Fn), HWY_CHOOSE_AVX2(Fn), HWY_CHOOSE_AVX3(Fn), \
        HWY_CHOOSE_NEON(Fn)                                                                 \
  }
