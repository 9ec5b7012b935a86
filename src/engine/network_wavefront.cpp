// The layers of a network side by side, where the samples are too few to be shared: a thread runs
// some steps of a layer while another runs earlier ones of the layer above. Each keeps its layer's
// weights in its own cache, and they do not meet after each step.
#include <algorithm>

#include "core/wavefront.hpp"
#include "engine/layer_backward.hpp"
#include "engine/layer_forward.hpp"
#include "engine/network.hpp"

namespace sluice::engine {
namespace {

// How steps are cut into pieces: enough of them to fill the threads for most of the time, but with
// enough rows for a product.
struct Pieces {
  static constexpr std::size_t kRows = 48, kLeast = 12;

  Pieces(Steps all, std::size_t batch)
      : steps(all),
        each(std::max<std::size_t>(1,
                                   std::min((kRows + batch - 1) / batch, all.count() / kLeast))) {}

  std::size_t count() const { return (steps.count() + each - 1) / each; }
  Steps at(std::size_t piece) const {
    const std::size_t first = steps.first + piece * each;
    return {first, std::min(first + each, steps.last)};
  }

  Steps steps;
  std::size_t each;  // steps
};

}  // namespace

// Whether the layers run side by side: there is one slice of samples and at least a layer for each
// thread, none of which weighs much more than the others, and its weights stay in a thread's cache:
// else they would be read for fewer rows at a time than where units are shared.
bool Network::layers_apart(const Activations& activations, Steps steps) const noexcept {
  constexpr double kPiece = 2e5, kThreadsFilled = 0.8;
  constexpr std::size_t kWeights = 1 << 19;  // of R
  const std::size_t layers = architecture_.layers();
  if (directions() != 1 || layers_[0].reverse() || activations.sharing().threads() < 2 ||
      layers < activations.sharing().threads() || activations.slices().size() != 1 ||
      steps.count() < 2 * layers)
    return false;
  const Steps piece = Pieces(steps, activations.batch()).at(0);
  double all = 0.0, most = 0.0;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const std::size_t weights = 4 * architecture_.hidden[layer] * architecture_.state(layer);
    if (!activations.layers[layer].keep_x.empty() || flop(layer, activations, piece) < kPiece ||
        weights > kWeights)
      return false;
    all += flop(layer, activations, steps);
    most = std::max(most, flop(layer, activations, steps));
  }
  return all >= WorkSharing::kWorthSharing &&
         all >= kThreadsFilled * static_cast<double>(activations.sharing().threads()) * most;
}

void Network::forward_wavefront(Activations& activations, const Noise* noise,
                                Steps steps) const noexcept {
  const Pieces pieces(steps, activations.batch());
  const Samples& all = activations.slices().front();
  run_wavefront(*activations.sharing().pool(), architecture_.layers(), pieces.count(),
                [&](std::size_t layer, std::size_t number) {
                  const Steps piece = pieces.at(number);
                  const RowsView input = input_of(layer, activations);
                  BetweenLayers& above = activations.between[layer];
                  LayerForward(layers_[layer], activations, activations.layers[layer], input,
                               noise != nullptr)
                      .run(all, piece);
                  combine(layer, input, activations, piece);
                  if (noise != nullptr && !above.keep.empty())
                    draw_dropout(layer, *noise, activations, above, activations.of_all(piece),
                                 piece.first);
                });
}

// Stages from above: a layer's steps, what it hands down, the next layer's steps, ..: as much work
// each. The sums over all rows follow.
void Network::backward_wavefront(Activations& activations, Steps steps) const noexcept {
  const std::size_t layers = architecture_.layers();
  const std::size_t stages = 2 * layers - (activations.wants_d_x_ ? 0 : 1);
  const Pieces pieces(steps, activations.batch());
  const Samples& all = activations.slices().front();
  run_wavefront(*activations.sharing().pool(), stages, pieces.count(),
                [&](std::size_t stage, std::size_t number) {
                  const std::size_t layer = layers - 1 - stage / 2;
                  const Steps piece = pieces.at(pieces.count() - 1 - number);
                  if (stage % 2 == 1) return hand_down_steps(layer, activations, steps, piece);
                  arrive(layer, activations, steps, piece);
                  LayerActivations& own = activations.layers[layer];
                  const RowsView above{arriving(layer, activations, steps),
                                       activations.batch() * own.state_units, own.state_units};
                  LayerBackward(layers_[layer], activations, own)
                      .run(above.from(piece.first - steps.first), all, piece);
                });
  for (std::size_t layer = layers; layer-- > 0;) layer_sums(layer, activations, steps);
}

}  // namespace sluice::engine
