// Initial values of the parameters. sluice/architecture.hpp documents the distributions. The order
// of the draws must not change: a seed has to give the same network.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/random.hpp"
#include "model/parameters.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

constexpr std::array<std::pair<std::string_view, Initialiser>, 8> kNames{{
    {"standard", Initialiser::standard},
    {"pytorch", Initialiser::pytorch},
    {"keras", Initialiser::keras},
    {"glorot-uniform", Initialiser::glorot_uniform},
    {"glorot-normal", Initialiser::glorot_normal},
    {"he-uniform", Initialiser::he_uniform},
    {"he-normal", Initialiser::he_normal},
    {"orthogonal", Initialiser::orthogonal},
}};

// A row-major matrix of parameters [rows, columns].
struct Matrix {
  float* values;
  std::size_t rows, columns;
};

void fill_uniform(const Matrix& to, double bound, Random& random) {
  for (std::size_t j = 0; j < to.rows * to.columns; ++j)
    to.values[j] = static_cast<float>(random.uniform(-bound, bound));
}

void fill_normal(const Matrix& to, double deviation, Random& random) {
  for (std::size_t j = 0; j < to.rows * to.columns; ++j)
    to.values[j] = static_cast<float>(deviation * random.normal());
}

// Gram-Schmidt, run twice, on normal vectors: orthonormal rows, or columns if there are more rows.
void fill_orthogonal(const Matrix& to, Random& random) {
  const bool wide = to.rows <= to.columns;
  const std::size_t count = wide ? to.rows : to.columns, length = wide ? to.columns : to.rows;
  std::vector<double> vectors(count * length);
  for (std::size_t n = 0; n < count; ++n) {
    double* v = vectors.data() + n * length;
    for (std::size_t j = 0; j < length; ++j) v[j] = random.normal();
    for (std::size_t pass = 0; pass < 2; ++pass) {
      for (std::size_t m = 0; m < n; ++m) {
        const double* u = vectors.data() + m * length;
        double along = 0.0;
        for (std::size_t j = 0; j < length; ++j) along += u[j] * v[j];
        for (std::size_t j = 0; j < length; ++j) v[j] -= along * u[j];
      }
    }
    double square = 0.0;
    for (std::size_t j = 0; j < length; ++j) square += v[j] * v[j];
    for (std::size_t j = 0; j < length; ++j) v[j] /= std::sqrt(square);
  }
  for (std::size_t row = 0; row < to.rows; ++row) {
    for (std::size_t column = 0; column < to.columns; ++column) {
      const double value = wide ? vectors[row * length + column] : vectors[column * length + row];
      to.values[row * to.columns + column] = static_cast<float>(value);
    }
  }
}

void fill_by_fans(const Matrix& to, Initialiser by, double in, double out, Random& random) {
  switch (by) {
    case Initialiser::glorot_uniform:
      return fill_uniform(to, std::sqrt(6.0 / (in + out)), random);
    case Initialiser::glorot_normal:
      return fill_normal(to, std::sqrt(2.0 / (in + out)), random);
    case Initialiser::he_uniform:
      return fill_uniform(to, std::sqrt(6.0 / in), random);
    case Initialiser::he_normal:
      return fill_normal(to, std::sqrt(2.0 / in), random);
    case Initialiser::standard:
    case Initialiser::pytorch:
    case Initialiser::keras:
    case Initialiser::orthogonal:
      break;  // not scaled by fans
  }
  throw Error(ErrorCode::internal, {.what = "an initialiser that does not scale by its fans"});
}

void fill_weights(const Parameter& parameter, const Matrix& to, Initialiser by, Random& random) {
  const auto hidden = static_cast<double>(parameter.hidden);
  const bool gated = parameter.role == Role::weight_ih || parameter.role == Role::weight_hh;
  const std::size_t blocks = gated ? to.rows / parameter.hidden : 1;
  const auto block = [&](std::size_t n) -> Matrix {
    return {to.values + n * to.rows / blocks * to.columns, to.rows / blocks, to.columns};
  };
  if (by == Initialiser::standard || by == Initialiser::pytorch) {
    return fill_uniform(to, 1.0 / std::sqrt(hidden), random);
  }
  if (by == Initialiser::keras) {
    if (parameter.role == Role::weight_hh) return fill_orthogonal(to, random);
    const auto fans = static_cast<double>(to.rows + to.columns);
    return fill_uniform(to, std::sqrt(6.0 / fans), random);
  }
  for (std::size_t n = 0; n < blocks; ++n) {
    if (by == Initialiser::orthogonal) {
      fill_orthogonal(block(n), random);
    } else {
      fill_by_fans(block(n), by, static_cast<double>(to.columns),
                   static_cast<double>(block(n).rows), random);
    }
  }
}

void fill_bias(const Architecture& architecture, const Parameter& parameter, const Start& start,
               Random& random, float* to) {
  if (start.initialiser == Initialiser::pytorch) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(parameter.hidden));
    return fill_uniform({to, parameter.count, 1}, bound, random);
  }
  if (parameter.role != Role::bias_ih || !architecture.cell.has_forget_gate()) return;
  const std::size_t block = architecture.cell.has_input_gate() ? 1 : 0;
  std::fill_n(to + block * parameter.hidden, parameter.hidden, start.forget_bias);
}

}  // namespace

Initialiser initialiser_named(std::string_view name) {
  std::string names;
  for (const auto& [known, initialiser] : kNames) {
    if (known == name) return initialiser;
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  throw Error(ErrorCode::usage, {.where = "--init",
                                 .what = "no such initialiser",
                                 .expected = "one of " + names,
                                 .got = "'" + std::string(name) + "'"});
}

std::vector<float> initial_parameters(const Architecture& architecture, const Start& start) {
  const std::vector<Parameter> list = parameter_list(architecture);
  std::vector<float> values(parameter_count(list), 0.0f);
  Random random(start.seed);
  for (const Parameter& parameter : list) {
    float* to = values.data() + parameter.offset;
    switch (parameter.role) {
      case Role::weight_ih:
      case Role::weight_hh:
      case Role::weight_hr:
      case Role::head_weight:
        fill_weights(parameter, {to, parameter.shape[0], parameter.shape[1]}, start.initialiser,
                     random);
        if (start.zero_head && parameter.role == Role::head_weight)
          std::fill_n(to, parameter.count, 0.0f);
        break;
      case Role::bias_ih:
      case Role::bias_hh:
      case Role::head_bias:
        if (parameter.role == Role::head_bias && start.initialiser != Initialiser::pytorch) break;
        fill_bias(architecture, parameter, start, random, to);
        break;
      case Role::norm_ih:
      case Role::norm_hh:
      case Role::norm_gates:
      case Role::norm_c:
        std::fill_n(to, parameter.count, 1.0f);
        break;
      case Role::bias_hr:
      case Role::peephole:
      case Role::norm_c_bias:
      case Role::initial_h:
      case Role::initial_c:
        break;  // zeros
    }
  }
  return values;
}

}  // namespace sluice
