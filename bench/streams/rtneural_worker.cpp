// RTNeural's compile-time model for bench/streams/run.py, on its Eigen backend; built where CMake
// is given -DRTNEURAL_DIR. The sizes are those of the shapes S1 to S7.
#include <RTNeural/RTNeural.h>

#include <stdexcept>
#include <utility>

#include "streams/worker.hpp"

namespace sluice::bench {
namespace {

using Matrix = std::vector<std::vector<float>>;

// [4H, width] with the gates i f g o of PyTorch as [width, 4H] i f c o of Keras.
Matrix transposed(const std::vector<float>& from, std::size_t width) {
  Matrix to(width, std::vector<float>(from.size() / width));
  for (std::size_t n = 0; n < from.size(); ++n) to[n % width][n / width] = from[n];
  return to;
}

template <int kInput, int kHidden>
class RtneuralEngine : public Engine {
 public:
  explicit RtneuralEngine(const StreamCase& stream_case) {
    auto& lstm = model_.template get<0>();
    lstm.setWVals(transposed(stream_case.tensor("weight_ih_l0"), kInput));
    lstm.setUVals(transposed(stream_case.tensor("weight_hh_l0"), kHidden));
    lstm.setBVals(stream_case.tensor("bias_ih_l0"));
    auto& head = model_.template get<1>();
    head.setWeights(Matrix{stream_case.tensor("head.weight")});
    head.setBias(stream_case.tensor("head.bias").data());
  }
  void reset() override { model_.reset(); }
  float push(const float* x) override {
    alignas(64) float row[kInput];
    std::copy_n(x, kInput, row);
    return model_.forward(row);
  }
  nlohmann::json about() const override { return {{"backend", "Eigen"}}; }

 private:
  RTNeural::ModelT<float, kInput, 1, RTNeural::LSTMLayerT<float, kInput, kHidden>,
                   RTNeural::DenseT<float, kHidden, 1>>
      model_;
};

template <int kInput, int kHidden>
std::unique_ptr<Engine> made(const StreamCase& stream_case) {
  if (stream_case.input != kInput || stream_case.hidden != kHidden || stream_case.layers != 1)
    return nullptr;
  return std::make_unique<RtneuralEngine<kInput, kHidden>>(stream_case);
}

std::unique_ptr<Engine> make(const StreamCase& stream_case) {
  for (const auto& each : {made<1, 8>, made<1, 16>, made<1, 20>, made<1, 32>, made<1, 40>,
                           made<1, 64>, made<64, 64>}) {
    if (std::unique_ptr<Engine> engine = each(stream_case)) return engine;
  }
  throw std::runtime_error("no model of that size was compiled");
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  return sluice::bench::run_stream_worker(argc, argv, "rtneural", sluice::bench::make);
}
