// Which Highway targets are compiled, and how a kernel source registers its functions. Each source
// is compiled once per target; under HWY_ONCE it lists the results. Nothing of Highway is linked.
#pragma once

#include <array>
#include <cstddef>

#include "kernels/kernel_table.hpp"

// Not compiled: SSSE3 (processors before 2008), AVX3_DL (adds nothing that is used here), and SVE,
// whose vectors have no size at compile time.
#undef HWY_DISABLED_TARGETS
#define SLUICE_NEVER (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#ifdef SLUICE_FEW_TARGETS  // for the mutation build, which recompiles kernels often
#define HWY_DISABLED_TARGETS (SLUICE_NEVER | HWY_SSE4 | HWY_AVX3)
#else
#define HWY_DISABLED_TARGETS SLUICE_NEVER
#endif

namespace sluice::kernels {

enum class Isa : std::size_t { portable, sse4, avx2, avx512, neon };
inline constexpr std::size_t kIsas = 5;

/// Writes the kernels that one source has for one instruction set into a table.
using Fill = void (*)(KernelTable&);
/// Indexed by Isa; null if the target is not compiled on this architecture.
using KernelRegistration = std::array<Fill, kIsas>;

const KernelRegistration& product_fills();
const KernelRegistration& cell_fills();
const KernelRegistration& step_fills();
const KernelRegistration& row_fills();
const KernelRegistration& row_int8_fills();
/// Replaces row_int8_fills on processors with VNNI.
const KernelRegistration& row_vnni_fills();
const KernelRegistration& transpose_fills();
const KernelRegistration& update_fills();

}  // namespace sluice::kernels

// Use under HWY_ONCE, with the name of a function that each target's namespace defines.
#define SLUICE_FILLS(Fn)                                                                    \
  {                                                                                         \
    HWY_CHOOSE_FALLBACK(Fn), HWY_CHOOSE_SSE4(Fn), HWY_CHOOSE_AVX2(Fn), HWY_CHOOSE_AVX3(Fn), \
        HWY_CHOOSE_NEON(Fn)                                                                 \
  }
