#include "formats/activation_guess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "formats/pytorch_names.hpp"

namespace sluice::formats {
namespace {

// A named activation, applied to a row of outputs in place.
struct Named {
  const char* name;
  void (*apply)(std::span<float> row);
};

template <float (*function)(float)>
void each(std::span<float> row) {
  for (float& value : row) value = function(value);
}

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }
float tanh_of(float x) { return std::tanh(x); }
float relu(float x) { return std::max(x, 0.0f); }
float leaky_relu(float x) { return x >= 0.0f ? x : 0.01f * x; }
float elu(float x) { return x >= 0.0f ? x : std::expm1(x); }
float gelu(float x) { return 0.5f * x * (1.0f + std::erf(x * 0.70710678f)); }
float silu(float x) { return x * sigmoid(x); }
float softplus(float x) { return std::max(x, 0.0f) + std::log1p(std::exp(-std::abs(x))); }
float exponential(float x) { return std::exp(x); }

void log_softmax(std::span<float> row) {
  const float largest = *std::max_element(row.begin(), row.end());
  double sum = 0.0;
  for (const float value : row) sum += std::exp(static_cast<double>(value - largest));
  for (float& value : row) value = static_cast<float>(value - largest - std::log(sum));
}

void softmax(std::span<float> row) {
  log_softmax(row);
  for (float& value : row) value = std::exp(value);
}

constexpr Named kNamed[] = {
    {"sigmoid", each<sigmoid>},   {"tanh", each<tanh_of>},      {"ReLU", each<relu>},
    {"softmax", softmax},         {"log-softmax", log_softmax}, {"LeakyReLU", each<leaky_relu>},
    {"ELU", each<elu>},           {"GELU", each<gelu>},         {"SiLU", each<silu>},
    {"softplus", each<softplus>}, {"exp", each<exponential>},
};

void apply(const Named& named, std::vector<float>& rows, std::size_t width) {
  for (std::size_t at = 0; at + width <= rows.size(); at += width)
    named.apply(std::span(rows).subspan(at, width));
}

// V h + b for each row of h.
std::vector<float> through_head(const std::vector<float>& h, std::size_t width, const Tensor& v,
                                const std::vector<float>& bias) {
  const std::vector<float> weight = v.as_floats();
  std::vector<float> y;
  for (std::size_t at = 0; at + width <= h.size(); at += width) {
    for (std::size_t o = 0; o < v.shape[0]; ++o) {
      double sum = bias.empty() ? 0.0 : static_cast<double>(bias[o]);
      for (std::size_t k = 0; k < width; ++k)
        sum += static_cast<double>(weight[o * width + k]) * static_cast<double>(h[at + k]);
      y.push_back(static_cast<float>(sum));
    }
  }
  return y;
}

// Three times the tolerance of a proof (chain_proof.hpp): library functions round differently.
constexpr double kTolerance = 3e-5;

bool explains(const std::vector<float>& got, const Sample& sample) {
  double scale = 0.0;
  for (const float value : sample.y) scale = std::max(scale, std::abs(static_cast<double>(value)));
  return distance(got, sample.y) <= kTolerance * scale;
}

std::string behind(const engine::Network& network, const Sample& sample, const std::string& last) {
  const Architecture& architecture = network.architecture();
  for (const Reading& reading : readings(architecture.input, architecture.width(), sample)) {
    for (const Named& named : kNamed) {
      std::vector<float> rows = answer(network, sample, reading);
      apply(named, rows, architecture.width());
      if (!explains(rows, sample)) continue;
      return fmt::format(
          "with a {} behind {} it would fit: a model file has none there, so take the numbers "
          "before it (--activation none without --expect) and apply it to them, or run an ONNX "
          "export of the whole model",
          named.name, last);
    }
  }
  return "";
}

std::string between(const Chain& chain, const SafeTensors& file, const std::string& path,
                    const Sample& sample) {
  const Tensor& v = file.at(chain.head + "weight", path);
  const Tensor* bias = file.find(chain.head + "bias");
  const std::vector<float> b = bias != nullptr ? bias->as_floats() : std::vector<float>{};
  Chain bare = chain;
  bare.head.clear();
  for (const char* own : {"weight", "bias"}) bare.left_out.push_back(chain.head + own);
  const engine::Network lstm = network_of(bare, file, path);
  const Architecture& architecture = lstm.architecture();
  for (const Reading& reading : readings(architecture.input, v.shape[0], sample)) {
    const std::vector<float> h = answer(lstm, sample, reading);
    for (const Named& named : kNamed) {
      std::vector<float> rows = h;
      apply(named, rows, architecture.width());
      if (!explains(through_head(rows, architecture.width(), v, b), sample)) continue;
      return fmt::format(
          "with a {} between the LSTM and {} it would fit: a model file has none there; an ONNX "
          "export of the whole model runs as it is, --head none takes the LSTM alone",
          named.name, v.name);
    }
  }
  return "";
}

}  // namespace

std::string guess_activation(const Chain& chain, const SafeTensors& file, const std::string& path,
                             const Sample& sample) {
  const std::string last = chain.head.empty() ? "the LSTM" : chain.head + "weight";
  const std::string found = behind(network_of(chain, file, path), sample, last);
  return found.empty() && !chain.head.empty() ? between(chain, file, path, sample) : found;
}

}  // namespace sluice::formats
