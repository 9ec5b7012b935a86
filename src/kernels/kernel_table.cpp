// Builds the kernel table of each instruction set that this processor can run, and chooses one. The
// kernels are in the files that targets.hpp lists.
#include "kernels/kernel_table.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include "kernels/targets.hpp"
#include "sluice/error.hpp"

namespace sluice::kernels {
namespace {

struct Candidate {
  Isa isa;
  const char* name;
  bool runs_here;
  bool vnni = false;
};

std::vector<Candidate> candidates() {
#if defined(__x86_64__) || defined(__i386__)
  // __builtin_cpu_supports() checks the processor (CPUID) and whether the operating system saves
  // the wide registers (XGETBV).
  const bool sse4 = __builtin_cpu_supports("sse4.2") != 0;
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("bmi2") != 0;
  const bool avx512 =
      avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512cd") != 0;
  return {{Isa::portable, "portable", true},
          {Isa::sse4, "sse4", sse4},
          {Isa::avx2, "avx2", avx2},
          {Isa::avx512, "avx512", avx512},
          {Isa::avx512, "avx512vnni", avx512 && __builtin_cpu_supports("avx512vnni") != 0, true}};
#elif defined(__aarch64__)
  return {{Isa::neon, "neon", true}};
#else
  return {{Isa::portable, "portable", true}};
#endif
}

std::vector<KernelTable> build_tables() {
  std::vector<KernelTable> tables;
  for (const Candidate& candidate : candidates()) {
    KernelTable table{};
    table.name = candidate.name;
    bool complete = candidate.runs_here;
    for (const KernelRegistration* fills :
         {&product_fills(), &cell_fills(), &step_fills(), &row_fills(),
          candidate.vnni ? &row_vnni_fills() : &row_int8_fills(), &transpose_fills(),
          &update_fills()}) {
      const Fill fill = (*fills)[static_cast<std::size_t>(candidate.isa)];
      complete = complete && fill != nullptr;
      if (complete) fill(table);
    }
    if (complete) tables.push_back(table);
  }
  return tables;
}

const KernelTable& choose() {
  const std::span<const KernelTable> tables = available();
  const char* wanted = std::getenv("SLUICE_ISA");
  if (wanted == nullptr || *wanted == '\0') return tables.back();
  std::string names;
  for (const KernelTable& table : tables) {
    if (table.name == wanted) return table;
    names += (names.empty() ? "" : ", ") + std::string(table.name);
  }
  throw Error(ErrorCode::usage, {.where = "SLUICE_ISA",
                                 .what = "no such instruction set on this processor",
                                 .expected = "one of " + names,
                                 .got = std::string("'") + wanted + "'",
                                 .hint = "unset it to take the fastest"});
}

}  // namespace

std::span<const KernelTable> available() {
  static const std::vector<KernelTable> tables = build_tables();
  return tables;
}

const KernelTable& chosen() {
  static const KernelTable& table = choose();
  return table;
}

}  // namespace sluice::kernels
