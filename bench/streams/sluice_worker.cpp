// Sluice's stream for bench/streams/run.py: each row is a whole step, as who cannot wait between
// rows pushes it.
#include <algorithm>

#include "streaming/session.hpp"
#include "streams/worker.hpp"

namespace sluice::bench {
namespace {

class SluiceEngine : public Engine {
 public:
  explicit SluiceEngine(const StreamCase& stream_case)
      : session_(model(stream_case), 0, MissingRow::refuse) {}

  void reset() override { session_.reset(); }
  float push(const float* x) override {
    float y = 0.0f;
    session_.push({x, session_.model().inputs()}, {&y, 1});
    return y;
  }
  nlohmann::json about() const override { return {{"kernels", kernels::chosen().name}}; }

 private:
  static std::shared_ptr<const streaming::StreamModel> model(const StreamCase& stream_case) {
    const Architecture architecture{.input = stream_case.input,
                                    .hidden = std::vector(stream_case.layers, stream_case.hidden),
                                    .output = 1,
                                    .biases = 1};
    auto network = std::make_shared<engine::Network>(architecture);
    std::vector<float> parameters(network->count());
    for (const Parameter& parameter : network->list()) {
      const std::vector<float> values = stream_case.tensor(parameter.name);
      std::copy(values.begin(), values.end(), parameters.data() + parameter.offset);
    }
    network->set_parameters(parameters);
    return std::make_shared<streaming::StreamModel>(network);
  }

  streaming::Session session_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  return run_stream_worker(argc, argv, "sluice", [](const StreamCase& stream_case) {
    return std::unique_ptr<Engine>(std::make_unique<SluiceEngine>(stream_case));
  });
}
