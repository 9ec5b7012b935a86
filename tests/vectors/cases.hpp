// The loaders: a file of a project's vectors as a Case. All of them refuse, with Error(data) that
// names the file and the field, what they do not understand and sizes that do not fit.
#pragma once

#include <string>

#include "vectors/case.hpp"

namespace sluice::vectors {

/// onnx_node_lstm_json and ort_lstm: one LSTM node with its inputs and outputs.
Case onnx_case(const std::string& path);
/// Whether the source says that its kernel refuses the case.
bool onnx_case_is_bad(const std::string& path);

/// Which Keras: hard_sigmoid is clip(0.2 x + 0.5) up to version 2, clip(x / 6 + 0.5) from 3 on.
enum class KerasVersion { two, three };
/// keras_lstm, kerasjs_lstm and tfjs_lstm: one layer, perhaps in a Bidirectional.
Case keras_case(const std::string& path, KerasVersion version);
/// Whether a file of tfjs_lstm is a training, which keras_training_test.cpp runs.
bool is_keras_training(const std::string& path);

/// tflite_lstm: a tensor per gate.
Case tflite_case(const std::string& path);

/// pytorch_lstm: literals of PyTorch's and candle's tests.
Case pytorch_case(const std::string& path);
/// The network of tensors with PyTorch's names: layers, directions, projection, biases.
Architecture pytorch_architecture(Fields tensors);
/// Its parameters; every tensor must be the network's.
Doubles pytorch_parameters(const Architecture& architecture, Fields tensors);

/// rtneural_lstm: dense and LSTM layers over one series; the dense ones are run here.
Case rtneural_case(const std::string& path);

/// tflm_mnist_lstm: the trained digit reader of TensorFlow Lite Micro over ten images.
Case mnist_case();

}  // namespace sluice::vectors
