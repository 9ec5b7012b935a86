// make_model PATH I H L O: a bare network with weights by chance, for the examples to run.
#include <cstdlib>
#include <string>

#include "engine/network.hpp"
#include "formats/model_file.hpp"

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const auto number = [argv](int at) { return std::strtoul(argv[at], nullptr, 10); };
  const sluice::Architecture architecture{
      .input = number(2), .hidden = std::vector(number(4), number(3)), .output = number(5)};
  sluice::engine::Network network(architecture);
  network.set_parameters(sluice::initial_parameters(architecture, {.seed = 7}));
  sluice::formats::save_model(argv[1], network, "carried");
}
