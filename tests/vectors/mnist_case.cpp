// TensorFlow Lite Micro's trained digit reader: an LSTM over the rows of a 28 x 28 image, all its
// outputs side by side through a dense layer and softmax.
#include <algorithm>
#include <cmath>

#include "formats/npy.hpp"
#include "formats/safetensors.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/parameters.hpp"

namespace sluice::vectors {
namespace {

Array tensor(const formats::SafeTensors& file, const std::string& name, const std::string& path) {
  const formats::Tensor& found = file.at(name, path);
  return {found.shape, found.as_doubles()};
}

// [B, T, H] and the dense layer's [O, T H] and [O] to probabilities [B, O].
Doubles probabilities(const Doubles& rows, const Array& weight, const Array& bias) {
  const std::size_t outputs = weight.shape[0], inputs = weight.shape[1];
  Doubles all;
  for (std::size_t at = 0; at < rows.size(); at += inputs) {
    Doubles sums = bias.data;
    for (std::size_t k = 0; k < outputs; ++k) {
      for (std::size_t j = 0; j < inputs; ++j)
        sums[k] += weight.data[k * inputs + j] * rows[at + j];
    }
    const double largest = *std::max_element(sums.begin(), sums.end());
    double total = 0.0;
    for (double& sum : sums) total += sum = std::exp(sum - largest);
    for (const double sum : sums) all.push_back(sum / total);
  }
  return all;
}

}  // namespace

Case mnist_case() {
  const std::string at = folder("tflm_mnist_lstm"),
                    path = at + "/mnist_lstm_20_pytorch_layout.safetensors";
  const formats::SafeTensors file = formats::read_safetensors(path);
  const formats::NpyArray images = formats::read_npy(at + "/images_float32.npy");
  const nlohmann::json json = read_json(at + "/expected.json");
  Case made;
  made.name = "trained on MNIST, ten digits";
  made.batch = images.shape.at(0);
  made.steps = images.shape.at(1);
  const std::vector<float> pixels = images.as_floats();
  made.x = swap_first_two({pixels.begin(), pixels.end()}, made.batch, made.steps);
  made.architecture.input = images.shape.at(2);
  made.architecture.hidden = {tensor(file, "lstm.weight_hh_l0", path).shape.at(1)};
  Parameters parameters(made.architecture, path);
  parameters.set("weight_ih_l0", tensor(file, "lstm.weight_ih_l0", path));
  parameters.set("weight_hh_l0", tensor(file, "lstm.weight_hh_l0", path));
  parameters.set("bias_ih_l0", tensor(file, "lstm.bias_l0", path));
  made.parameters = parameters.take();
  made.expected.push_back({"last h", parse_array(json.at("numpy_float64_last_h"), path).data,
                           [](const Outcome& outcome) { return outcome.h; }});
  made.expected.push_back(
      {"probabilities", parse_array(json.at("numpy_float64_probabilities"), path).data,
       [steps = made.steps, batch = made.batch, weight = tensor(file, "output.weight", path),
        bias = tensor(file, "output.bias", path)](const Outcome& outcome) {
         return probabilities(swap_first_two(outcome.y, steps, batch), weight, bias);
       }});
  made.tolerance = made.reference_tolerance = 1e-6;
  return made;
}

}  // namespace sluice::vectors
