// The training step by oneDNN's LSTM primitives (version 2), as good as we can use them: formats of
// weights chosen by oneDNN, everything allocated once, one primitive for all layers that have the
// same size, loss and Adam in vectorised parallel loops.
#include <omp.h>

#include <list>

#include "peers/adam.hpp"
#include "peers/onednn_layers.hpp"
#include "peers/worker.hpp"

namespace sluice::bench {
namespace {

using dnnl::memory;

constexpr Kind kKinds[] = {Kind::weight_ih, Kind::weight_hh, Kind::bias};

memory::dim dim(std::size_t size) { return static_cast<memory::dim>(size); }

class OnednnTrainer : public Trainer {
 public:
  OnednnTrainer(const Case& test_case, std::size_t threads)
      : case_(test_case), threads_(threads), x_(test_case.x.begin(), test_case.x.end()) {
    const memory::desc in({dim(test_case.steps), dim(test_case.batch), dim(test_case.input)},
                          memory::data_type::f32, memory::format_tag::tnc);
    // oneDNN always computes what arrives at x.
    const std::size_t first = test_case.input == test_case.hidden ? test_case.layers : 1;
    add_group(test_case.input, first, memory(in, engine_, x_.data()), memory(in, engine_));
    if (first < test_case.layers) {
      const memory below = groups_.back().layers.dst(), diff = groups_.back().layers.diff_dst();
      add_group(test_case.hidden, test_case.layers - first, below, diff);
    }
  }

  double forward_backward() override {
    for (Group& group : groups_) group.layers.forward();
    const double loss = fill_diff_dst();
    for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) group->layers.backward();
    return loss;
  }

  void update() override {
    for (Group& group : groups_) {
      group.adam.step(group.layers.parameters(), group.layers.gradient());
      group.layers.repack();
    }
  }

  Tensor gradient(Kind kind, std::size_t layer) const override {
    const Group& first = groups_.front();
    const bool above = layer >= first.count;
    const Group& group = above ? groups_.back() : first;
    return group.layers.gradient(kind, dim(above ? layer - first.count : layer));
  }

  nlohmann::json about() const override {
    const dnnl_version_t* version = dnnl::version();
    return {{"version", std::to_string(version->major) + "." + std::to_string(version->minor) +
                            "." + std::to_string(version->patch)},
            {"threads", threads_},
            {"primitives", groups_.size()}};
  }

 private:
  struct Group {
    std::size_t count;
    OnednnLayers layers;
    Adam adam;
  };

  void add_group(std::size_t input, std::size_t count, const memory& src, const memory& diff_src) {
    const std::size_t before = groups_.empty() ? 0 : groups_.front().count;
    OnednnLayers layers(engine_,
                        {.steps = dim(case_.steps),
                         .batch = dim(case_.batch),
                         .input = dim(input),
                         .hidden = dim(case_.hidden),
                         .layers = dim(count)},
                        src, diff_src);
    for (std::size_t layer = 0; layer < count; ++layer) {
      for (const Kind kind : kKinds)
        layers.set(kind, dim(layer), read_tensor(case_, kind, before + layer));
    }
    layers.repack();
    const std::size_t parameters = layers.parameters().size();
    groups_.push_back({count, std::move(layers), Adam(parameters)});
  }

  double fill_diff_dst() {
    const OnednnLayers& last = groups_.back().layers;
    const auto* y = static_cast<const float*>(last.dst().get_data_handle());
    auto* d_y = static_cast<float*>(last.diff_dst().get_data_handle());
    const float* target = case_.target.data();
    const auto outputs = static_cast<double>(case_.outputs());
    const auto per_output = static_cast<float>(1.0 / outputs);
    const std::size_t rows = case_.steps * case_.batch, units = case_.hidden;
    double sum = 0.0;
#pragma omp parallel for reduction(+ : sum) schedule(static)
    for (std::size_t row = 0; row < rows; ++row) {
      sum += row_loss(y + row * units, target + row * units, units, per_output, d_y + row * units);
    }
    return 0.5 * sum / outputs;
  }

  const Case& case_;
  std::size_t threads_;
  FloatVector x_;  // oneDNN takes no pointer to const
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  std::list<Group> groups_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;  // NOLINT(google-build-using-namespace)
  return run_worker(argc, argv, "onednn",
                    [](const Case& test_case, std::size_t threads) -> std::unique_ptr<Trainer> {
                      omp_set_num_threads(static_cast<int>(threads));
                      return std::make_unique<OnednnTrainer>(test_case, threads);
                    });
}
