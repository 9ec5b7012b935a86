#include "formats/pytorch_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& tensor,
                         const std::string& what, const std::string& expected,
                         const std::string& got) {
  throw Error(ErrorCode::model,
              {.where = path + (tensor.empty() ? "" : ", tensor '" + tensor + "'"),
               .what = what,
               .expected = expected,
               .got = got,
               .hint = "a plain LSTM's state dictionary has weight_ih_l0, weight_hh_l0 and so on"});
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// What stands before `weight_ih_l0`: "", "lstm.", "encoder.rnn." ..
std::string find_prefix(const SafeTensors& file, const std::string& path) {
  const std::string first = "weight_ih_l0";
  std::vector<std::string> prefixes;
  for (const Tensor& tensor : file.tensors) {
    if (ends_with(tensor.name, first))
      prefixes.push_back(tensor.name.substr(0, tensor.name.size() - first.size()));
  }
  if (prefixes.size() != 1) {
    refuse(path, "", "not a model that Sluice knows", "one tensor whose name ends in weight_ih_l0",
           fmt::format("{} of them", prefixes.size()));
  }
  return prefixes.front();
}

std::size_t rows_of(const Tensor& tensor, const std::string& path) {
  if (tensor.shape.size() != 2)
    refuse(path, tensor.name, "wrong number of dimensions", "2", to_string(tensor.shape));
  return tensor.shape[0];
}

// The one other matrix [O, H], with its bias [O], if there is one: the head.
std::string find_head(const SafeTensors& file, const std::string& prefix, const std::string& path,
                      std::size_t hidden) {
  std::vector<std::string> heads;
  for (const Tensor& tensor : file.tensors) {
    const bool of_lstm = tensor.name.compare(0, prefix.size() + 7, prefix + "weight_") == 0;
    if (!of_lstm && ends_with(tensor.name, "weight") && tensor.shape.size() == 2 &&
        tensor.shape[1] == hidden) {
      heads.push_back(tensor.name.substr(0, tensor.name.size() - 6));
    }
  }
  if (heads.size() > 1)
    refuse(path, heads[1] + "weight", "more than one linear layer", "at most one behind the LSTM",
           "several");
  return heads.empty() ? "" : heads.front();
}

// The LSTM itself, by the shapes of its tensors.
network::Architecture lstm_of(const SafeTensors& file, const std::string& prefix,
                              const std::string& path) {
  network::Architecture architecture{.input = 0, .hidden = {}, .output = 0, .biases = 0};
  const Tensor& first = file.at(prefix + "weight_ih_l0", path);
  rows_of(first, path);
  architecture.input = first.shape[1];
  const Tensor* projection = file.find(prefix + "weight_hr_l0");
  if (projection != nullptr) architecture.cell.projection = rows_of(*projection, path);
  if (projection != nullptr && architecture.cell.projection == 0)
    refuse(path, projection->name, "a projection to nothing", "[P, H]",
           to_string(projection->shape));
  for (std::size_t layer = 0;; ++layer) {
    const Tensor* r = file.find(fmt::format("{}weight_hh_l{}", prefix, layer));
    if (r == nullptr) break;
    const std::size_t rows = rows_of(*r, path);
    const std::size_t state = projection != nullptr ? architecture.cell.projection : rows / 4;
    if (rows == 0 || rows % 4 != 0 || r->shape[1] != state) {
      refuse(path, r->name, "not the recurrent weights of an LSTM",
             projection != nullptr ? fmt::format("[4H, {}]", state) : "[4H, H]",
             to_string(r->shape));
    }
    architecture.hidden.push_back(rows / 4);
  }
  if (architecture.hidden.empty())
    refuse(path, prefix + "weight_hh_l0", "missing tensor", "[4H, H]", "nothing");
  const bool both =
      std::any_of(file.tensors.begin(), file.tensors.end(), [&prefix](const Tensor& tensor) {
        return tensor.name.rfind(prefix, 0) == 0 && ends_with(tensor.name, "_reverse");
      });
  if (both) architecture.direction = Direction::both;
  architecture.biases = file.find(prefix + "bias_hh_l0") != nullptr   ? 2
                        : file.find(prefix + "bias_ih_l0") != nullptr ? 1
                                                                      : 0;
  return architecture;
}

// What check() says of the caller is here said of the file.
void check_sizes(const network::Architecture& architecture, const std::string& path) {
  try {
    network::check(architecture);
  } catch (const Error& error) {
    refuse(path, "", error.parts().what, error.parts().expected, error.parts().got);
  }
}

}  // namespace

void fill_parameters(network::Network& network, const SafeTensors& file, const std::string& path,
                     const std::vector<std::string>& names) {
  std::vector<float> parameters(network.count());
  for (std::size_t index = 0; index < names.size(); ++index) {
    const network::Parameter& parameter = network.list()[index];
    const Tensor& tensor = file.at(names[index], path);
    if (tensor.shape != parameter.shape) {
      refuse(path, tensor.name, "wrong shape", to_string(parameter.shape), to_string(tensor.shape));
    }
    const std::vector<float> values = tensor.as_floats();
    std::copy(values.begin(), values.end(),
              parameters.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
  }
  network.set_parameters(parameters);
}

network::Network network_from_state_dict(const SafeTensors& file, const std::string& path) {
  const std::string prefix = find_prefix(file, path);
  network::Architecture architecture = lstm_of(file, prefix, path);
  const std::size_t inputs = architecture.layer_output(architecture.layers() - 1);
  const std::string head = find_head(file, prefix, path, inputs);
  const Tensor* weight = head.empty() ? nullptr : file.find(head + "weight");
  if (weight != nullptr) architecture.output = weight->shape[0];
  if (weight != nullptr && architecture.output == 0)
    refuse(path, weight->name, "a linear layer without outputs", "[O, H]",
           to_string(weight->shape));
  const bool no_bias = weight != nullptr && file.find(head + "bias") == nullptr;
  check_sizes(architecture, path);

  // Before anything is reserved by these sizes, the tensors must have them.
  std::vector<std::string> names;
  std::vector<network::Parameter> list = network::parameter_list(architecture);
  if (no_bias) list.pop_back();  // Linear(bias=False): it stays at zero
  for (const network::Parameter& parameter : list) {
    const bool of_head = parameter.name.rfind("head.", 0) == 0;
    names.push_back(of_head ? head + parameter.name.substr(5) : prefix + parameter.name);
    const Tensor& tensor = file.at(names.back(), path);
    if (tensor.shape != parameter.shape) {
      refuse(path, tensor.name, "wrong shape", to_string(parameter.shape), to_string(tensor.shape));
    }
  }
  const std::set<std::string> known(names.begin(), names.end());
  for (const Tensor& tensor : file.tensors) {
    if (known.count(tensor.name) == 0) {
      refuse(path, tensor.name, "a tensor that is not part of an LSTM with a linear head",
             "none of that name", "it");
    }
  }
  network::Network network(architecture);
  fill_parameters(network, file, path, names);
  return network;
}

}  // namespace sluice::formats
