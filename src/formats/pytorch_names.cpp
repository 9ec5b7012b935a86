#include "formats/pytorch_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "formats/folded_layer.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

// Reports errors of check() as errors of the file, not of the caller.
void check_sizes(const Architecture& architecture, const std::string& path) {
  try {
    check(architecture);
  } catch (const Error& error) {
    refuse_tensor(path, "", error.parts().what, error.parts().expected, error.parts().got);
  }
}

// The tensors' names in the file, in the order of the network's parameters. Checks the tensors
// against the architecture before anything is allocated by its sizes.
std::vector<std::string> checked_names(const Architecture& architecture, const Chain& chain,
                                       const SafeTensors& file, const std::string& path) {
  std::vector<std::string> names;
  std::vector<Parameter> list = parameter_list(architecture);
  if (!chain.head.empty() && file.find(chain.head + "bias") == nullptr)
    list.pop_back();  // Linear(bias=False): the bias stays zero
  for (const Parameter& parameter : list) {
    const bool of_head = parameter.name.rfind("head.", 0) == 0;
    names.push_back(of_head ? chain.head + parameter.name.substr(5) : chain.lstm + parameter.name);
    const Tensor& tensor = file.at(names.back(), path);
    if (tensor.shape != parameter.shape) {
      refuse_tensor(path, tensor.name, "wrong shape", to_string(parameter.shape),
                    to_string(tensor.shape));
    }
  }
  return names;
}

// Throws for every tensor that is not part of the chain and was not left out on request.
void reject_unknown_tensors(const SafeTensors& file, const Chain& chain,
                            const std::vector<std::string>& names, const std::string& path) {
  std::set<std::string> known(names.begin(), names.end());
  known.insert(chain.left_out.begin(), chain.left_out.end());
  if (!chain.folded.empty()) known.insert({chain.folded + "weight", chain.folded + "bias"});
  for (const Tensor& tensor : file.tensors) {
    if (known.count(tensor.name) == 0) {
      refuse_tensor(path, tensor.name, "a tensor that is not part of an LSTM with a linear head",
                    "none of that name", "it");
    }
  }
}

}  // namespace

void fill_parameters(engine::Network& network, const SafeTensors& file, const std::string& path,
                     const std::vector<std::string>& names) {
  std::vector<float> parameters(network.count());
  for (std::size_t index = 0; index < names.size(); ++index) {
    const Parameter& parameter = network.list()[index];
    const Tensor& tensor = file.at(names[index], path);
    if (tensor.shape != parameter.shape) {
      refuse_tensor(path, tensor.name, "wrong shape", to_string(parameter.shape),
                    to_string(tensor.shape));
    }
    const std::vector<float> values = tensor.as_floats();
    std::copy(values.begin(), values.end(),
              parameters.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
  }
  network.set_parameters(parameters);
}

engine::Network network_of(const Chain& chain, const SafeTensors& file, const std::string& path) {
  Architecture architecture = lstm_of(file, chain.lstm, path);
  if (!chain.head.empty()) {
    const Tensor& weight = file.at(chain.head + "weight", path);
    architecture.output = weight.shape[0];
    if (architecture.output == 0)
      refuse_tensor(path, weight.name, "a linear layer without outputs", "[O, H]",
                    to_string(weight.shape));
  }
  check_sizes(architecture, path);
  const std::vector<std::string> names = checked_names(architecture, chain, file, path);
  reject_unknown_tensors(file, chain, names, path);
  engine::Network network(architecture);
  fill_parameters(network, file, path, names);
  if (chain.folded.empty()) return network;
  const Tensor& weight = file.at(chain.folded + "weight", path);
  const Tensor* bias = file.find(chain.folded + "bias");
  return with_layer_before(network, {weight.shape[1], weight.as_doubles(),
                                     bias != nullptr ? bias->as_doubles() : std::vector<double>{}});
}

StateDictNetwork network_from_state_dict(const SafeTensors& file, const std::string& path,
                                         const ChainRequest& request) {
  Chain chain = chains(file, path, request).front();
  engine::Network network = network_of(chain, file, path);
  return {std::move(network), std::move(chain)};
}

}  // namespace sluice::formats
