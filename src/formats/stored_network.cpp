// Converts between a network's parameters and tensors of F32, F16 or I8 with scales. Shapes and
// ranges are checked before the network is built.
#include "formats/stored_network.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/half.hpp"
#include "engine/storage.hpp"
#include "formats/pytorch_names.hpp"
#include "kernels/row_weights.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

using kernels::WeightType;

constexpr const char* kLargestInput = "input.largest";
std::string scale_name(const Parameter& parameter) { return parameter.name + ".scale"; }

[[noreturn]] void refuse(const std::string& path, const std::string& name, const std::string& what,
                         const std::string& expected, const std::string& got) {
  throw Error(ErrorCode::model, {.where = path + ", tensor '" + name + "'",
                                 .what = what,
                                 .expected = expected,
                                 .got = got,
                                 .hint = "the file is damaged or was edited"});
}

const char* name_of(WeightType weights) {
  return engine::kWeightTypeNames[static_cast<std::size_t>(weights)];
}

template <class Element>
Tensor tensor_of(const Parameter& parameter, DType dtype, const std::vector<Element>& elements) {
  std::string bytes(elements.size() * sizeof(Element), '\0');
  std::memcpy(bytes.data(), elements.data(), bytes.size());
  return {parameter.name, parameter.shape, dtype, std::move(bytes)};
}

Tensor halves(const Parameter& parameter, std::span<const float> values) {
  std::vector<std::uint16_t> elements;
  elements.reserve(values.size());
  for (const float value : values) elements.push_back(to_half(value));
  return tensor_of(parameter, DType::f16, elements);
}

Tensor whole_numbers(const Parameter& parameter, std::span<const float> values,
                     const float* scales) {
  std::vector<std::int8_t> elements;
  elements.reserve(values.size());
  for (std::size_t n = 0; n < values.size(); ++n)
    elements.push_back(kernels::whole_number(values[n], scales[n / parameter.shape[1]]));
  return tensor_of(parameter, DType::i8, elements);
}

const Tensor& typed(const SafeTensors& file, const std::string& path, const std::string& name,
                    const std::vector<std::size_t>& shape, DType dtype) {
  const Tensor& tensor = file.at(name, path);
  if (tensor.shape != shape)
    refuse(path, name, "wrong shape", to_string(shape), to_string(tensor.shape));
  if (tensor.dtype != dtype) {
    refuse(path, name, "not stored as the description says", std::string(formats::name_of(dtype)),
           std::string(formats::name_of(tensor.dtype)));
  }
  return tensor;
}

// Scales must be positive and far from the ends of the float range; or zero, if allowed.
std::vector<float> read_scales(const SafeTensors& file, const std::string& path,
                               const std::string& name, std::size_t count, bool zeros) {
  constexpr float kLeast = 1e-33f, kMost = 1e30f;
  std::vector<float> scales = typed(file, path, name, {count}, DType::f32).as_floats();
  for (const float scale : scales) {
    if ((scale >= kLeast && scale <= kMost) || (zeros && scale == 0.0f)) continue;
    refuse(path, name, "not a scale", fmt::format("{:g} to {:g}", kLeast, kMost),
           fmt::format("{:g}", scale));
  }
  return scales;
}

// Reads an int8 matrix: dequantised values into `values`, row scales appended to `scales`.
void read_whole_numbers(const SafeTensors& file, const std::string& path,
                        const Parameter& parameter, std::vector<float>& values,
                        std::vector<float>& scales) {
  const Tensor& tensor = typed(file, path, parameter.name, parameter.shape, DType::i8);
  const std::vector<float> own =
      read_scales(file, path, scale_name(parameter), parameter.shape[0], true);
  for (std::size_t n = 0; n < parameter.count; ++n) {
    const auto number = static_cast<signed char>(tensor.bytes[n]);
    const float scale = own[n / parameter.shape[1]];
    if (number == -128 || (number != 0 && scale == 0.0f)) {
      refuse(path, parameter.name, "a value that its row cannot have",
             scale == 0.0f ? "0, as its scale" : "-127 to 127", std::to_string(int{number}));
    }
    values[parameter.offset + n] = static_cast<float>(number) * scale;
  }
  scales.insert(scales.end(), own.begin(), own.end());
}

// Checks the tensors' shapes before anything is allocated by the description's sizes.
void expect_shapes(const SafeTensors& file, const std::string& path,
                   const std::vector<Parameter>& list) {
  for (const Parameter& parameter : list) {
    const Tensor& tensor = file.at(parameter.name, path);
    if (tensor.shape != parameter.shape) {
      refuse(path, parameter.name, "wrong shape", to_string(parameter.shape),
             to_string(tensor.shape));
    }
  }
}

// A layer has at least weight_ih and weight_hh in each direction: rejects a description with more
// layers than the tensors allow before the parameter list is built.
void expect_layers(const SafeTensors& file, const std::string& path,
                   const Architecture& architecture) {
  const std::size_t least = 2 * architecture.layers() * architecture.directions();
  if (file.tensors.size() >= least) return;
  throw Error(ErrorCode::model, {.where = path + ", metadata 'sluice'",
                                 .what = fmt::format("it says {} layers", architecture.layers()),
                                 .expected = fmt::format(
                                     "at least {} tensors, weight_ih and weight_hh of each", least),
                                 .got = fmt::format("{} tensors", file.tensors.size()),
                                 .hint = "the file is damaged or was edited"});
}

}  // namespace

std::size_t format_of(WeightType weights) { return weights == WeightType::f32 ? 1 : 2; }

WeightType weights_from(JsonFields& fields, std::size_t format) {
  if (format < format_of(WeightType::f16)) return WeightType::f32;
  const auto name = fields.get<std::string>("weights");
  for (const WeightType weights : {WeightType::f16, WeightType::int8}) {
    if (name == name_of(weights)) return weights;
  }
  fields.refuse("weights", "'f16' or 'int8'", "'" + name + "'");
}

void add_tensors(SafeTensors& file, const engine::Network& network) {
  const engine::Storage& storage = network.storage();
  const float* scales = storage.scales.data();
  for (const Parameter& parameter : network.list()) {
    const auto values = network.parameters().subspan(parameter.offset, parameter.count);
    if (storage.weights == WeightType::f32 || !engine::is_matrix(parameter.role)) {
      file.tensors.push_back(Tensor::from_floats(parameter.name, parameter.shape, values));
    } else if (storage.weights == WeightType::f16) {
      file.tensors.push_back(halves(parameter, values));
    } else {
      const std::size_t rows = parameter.shape[0];
      file.tensors.push_back(whole_numbers(parameter, values, scales));
      file.tensors.push_back(Tensor::from_floats(scale_name(parameter), {rows}, {scales, rows}));
      scales += rows;
    }
  }
  if (storage.weights == WeightType::int8)
    file.tensors.push_back(Tensor::from_floats(kLargestInput, {1}, {&storage.largest_input, 1}));
}

std::vector<std::string> tensor_names(const engine::Network& network) {
  std::vector<std::string> names;
  const bool int8 = network.storage().weights == WeightType::int8;
  for (const Parameter& parameter : network.list()) {
    names.push_back(parameter.name);
    if (int8 && engine::is_matrix(parameter.role)) names.push_back(scale_name(parameter));
  }
  if (int8) names.emplace_back(kLargestInput);
  return names;
}

engine::Network read_network(const SafeTensors& file, const std::string& path,
                             const Architecture& architecture, WeightType weights) {
  expect_layers(file, path, architecture);
  const std::vector<Parameter> list = parameter_list(architecture);
  expect_shapes(file, path, list);
  if (weights == WeightType::int8) engine::check_int8(architecture);
  engine::Network network(architecture);
  if (weights == WeightType::f32) {
    std::vector<std::string> names;
    names.reserve(list.size());
    for (const Parameter& parameter : list) names.push_back(parameter.name);
    fill_parameters(network, file, path, names);
    return network;
  }
  engine::Storage storage{.weights = weights};
  std::vector<float> values(network.count());
  for (const Parameter& parameter : list) {
    const bool matrix = engine::is_matrix(parameter.role);
    if (matrix && weights == WeightType::int8) {
      read_whole_numbers(file, path, parameter, values, storage.scales);
      continue;
    }
    const std::vector<float> stored =
        typed(file, path, parameter.name, parameter.shape, matrix ? DType::f16 : DType::f32)
            .as_floats();
    std::copy(stored.begin(), stored.end(),
              values.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
  }
  if (weights == WeightType::int8)
    storage.largest_input = read_scales(file, path, kLargestInput, 1, false).front();
  network.set_stored(values, std::move(storage));
  return network;
}

}  // namespace sluice::formats
