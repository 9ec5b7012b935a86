// The large products beside OpenBLAS and oneDNN, on one thread, in turn: W x and W^T d of many
// rows, and the sums over rows that gradients are. Outputs are compared first. Prints a table for
// docs/performance.md. OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1 are for the caller to set.
#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <vector>

#include "core/aligned.hpp"
#include "core/float_mode.hpp"
#include "core/random.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"

namespace sluice::bench {
namespace {

using kernels::chosen;

struct Shape {
  const char* name;
  std::size_t rows, inputs, hidden;
};
constexpr Shape kShapes[] = {{"T1", 4096, 1, 16},    {"T2", 2500, 65, 128},
                             {"T7", 3200, 100, 100}, {"T8", 4096, 250, 200},
                             {"T9", 3200, 500, 500}, {"T11", 4096, 768, 768}};

FloatVector drawn(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  FloatVector values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

// oneDNN's product c [m, n] = a [m, k] b [k, n], each with its rows so far apart.
class Matmul {
 public:
  Matmul(std::int64_t m, std::int64_t n, std::int64_t k, dnnl::memory::dims a_strides,
         dnnl::memory::dims b_strides, std::int64_t c_stride)
      : a_({m, k}, dnnl::memory::data_type::f32, std::move(a_strides)),
        b_({k, n}, dnnl::memory::data_type::f32, std::move(b_strides)),
        c_({m, n}, dnnl::memory::data_type::f32, {c_stride, 1}),
        primitive_(dnnl::matmul::primitive_desc(dnnl::matmul::desc(a_, b_, c_), engine_)) {}

  void operator()(const float* a, const float* b, float* c) {
    dnnl::memory from(a_, engine_, const_cast<float*>(a)), by(b_, engine_, const_cast<float*>(b));
    dnnl::memory to(c_, engine_, c);
    primitive_.execute(stream_, {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, by}, {DNNL_ARG_DST, to}});
    stream_.wait();
  }

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::memory::desc a_, b_, c_;
  dnnl::matmul primitive_;
};

struct Competitor {
  const char* name;
  std::function<void()> run;
  std::vector<double> gflops = {};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void race(const std::string& what, double flop, std::vector<Competitor> all) {
  constexpr int kRounds = 15;
  const int repeats = std::max(1, static_cast<int>(2e8 / flop));
  for (int round = 0; round <= kRounds; ++round) {
    for (Competitor& one : all) {
      const auto start = std::chrono::steady_clock::now();
      for (int n = 0; n < repeats; ++n) one.run();
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      if (round > 0) one.gflops.push_back(flop * repeats / time.count() * 1e-9);
    }
  }
  std::printf("| %s |", what.c_str());
  for (const Competitor& one : all) std::printf(" %.1f |", median(one.gflops));
  std::printf("\n");
  std::fflush(stdout);
}

void compare(const char* what, const FloatVector& a, const FloatVector& b) {
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (std::abs(a[j] - b[j]) > 1e-3f * (std::abs(a[j]) + 10.0f)) {
      std::fprintf(stderr, "%s: %g is not %g at %zu\n", what, static_cast<double>(a[j]),
                   static_cast<double>(b[j]), j);
      std::exit(1);
    }
  }
}

void shape_rows(const Shape& shape) {
  const std::size_t n = 4 * shape.hidden, wide = padded(n), k = shape.inputs, x_stride = padded(k);
  const auto rows = static_cast<int>(shape.rows), outputs = static_cast<int>(n);
  const auto inner = static_cast<int>(k), ld_x = static_cast<int>(x_stride);
  const auto ld_y = static_cast<int>(wide);
  const FloatVector x = drawn(shape.rows * x_stride, 1), w = drawn(n * k, 2);
  const double flop = 2.0 * static_cast<double>(shape.rows * n * k);

  kernels::PackedMatrix packed(n, k, chosen());
  packed.pack_rows(0, packed.panels(),
                   [&](std::size_t row) { return row < n ? w.data() + row * k : nullptr; });
  FloatVector ours(shape.rows * wide), blas(ours), dnn(ours);
  Matmul forward(rows, outputs, inner, {ld_x, 1}, {1, inner}, ld_y);
  std::vector<Competitor> w_x = {{"sluice",
                                  [&] {
                                    chosen().multiply({.a = x.data(),
                                                       .a_stride = x_stride,
                                                       .rows = shape.rows,
                                                       .w = packed.view(),
                                                       .bias = nullptr,
                                                       .out = ours.data(),
                                                       .out_stride = wide});
                                  }},
                                 {"OpenBLAS",
                                  [&] {
                                    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows,
                                                outputs, inner, 1.0f, x.data(), ld_x, w.data(),
                                                inner, 0.0f, blas.data(), ld_y);
                                  }},
                                 {"oneDNN", [&] { forward(x.data(), w.data(), dnn.data()); }}};
  for (Competitor& one : w_x) one.run();
  compare("W x, OpenBLAS", ours, blas);
  compare("W x, oneDNN", ours, dnn);
  race(std::string(shape.name) + ", W x: " + std::to_string(rows) + " rows, " +
           std::to_string(inner) + " -> " + std::to_string(outputs),
       flop, w_x);

  const FloatVector d = drawn(shape.rows * wide, 3);
  FloatVector c(k * wide), work(kernels::outer_work(k)), c_blas(c), c_dnn(c);
  const kernels::Columns columns[] = {{x.data(), x_stride, k}};
  Matmul sums(inner, outputs, rows, {1, ld_x}, {ld_y, 1}, ld_y);
  std::vector<Competitor> d_w = {{"sluice",
                                  [&] {
                                    chosen().add_outer({.a = columns,
                                                        .b = d.data(),
                                                        .b_stride = wide,
                                                        .layout = {},
                                                        .vectors = wide / chosen().lanes,
                                                        .rows = shape.rows,
                                                        .c = c.data(),
                                                        .c_stride = wide,
                                                        .first = 0,
                                                        .last = k,
                                                        .work = work.data(),
                                                        .fresh = true});
                                  }},
                                 {"OpenBLAS",
                                  [&] {
                                    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, inner,
                                                outputs, rows, 1.0f, x.data(), ld_x, d.data(), ld_y,
                                                0.0f, c_blas.data(), ld_y);
                                  }},
                                 {"oneDNN", [&] { sums(x.data(), d.data(), c_dnn.data()); }}};
  for (Competitor& one : d_w) one.run();
  for (std::size_t row = 0; row < k; ++row) {  // behind the outputs ours sums too
    std::fill(c.begin() + static_cast<std::ptrdiff_t>(row * wide + n),
              c.begin() + static_cast<std::ptrdiff_t>((row + 1) * wide), 0.0f);
  }
  compare("d_W, OpenBLAS", c, c_blas);
  compare("d_W, oneDNN", c, c_dnn);
  race(std::string(shape.name) + ", sums over " + std::to_string(rows) + " rows: [" +
           std::to_string(inner) + ", " + std::to_string(outputs) + "]",
       flop, d_w);
}

}  // namespace
}  // namespace sluice::bench

int main() {
  const sluice::FlushDenormals flush;
  std::printf(
      "OpenBLAS: %s\n| product, GFLOP/s | sluice | OpenBLAS | oneDNN |\n|---|---|---|---|\n",
      openblas_get_config());
  for (const sluice::bench::Shape& shape : sluice::bench::kShapes) sluice::bench::shape_rows(shape);
}
