// The least a user writes: it must compile with the public headers and link with sluice::sluice
// alone. Given a CSV with a column `demand`, it trains a small model, saves it, loads it and
// forecasts.
#include <cstdio>
#include <sluice/error.hpp>
#include <sluice/forecaster.hpp>
#include <sluice/model.hpp>
#include <sluice/version.hpp>

int main(int argc, char** argv) try {
  std::printf("sluice %s\n", sluice::version());
  if (argc < 2) return 2;
  sluice::ForecasterOptions options;
  options.targets = {"demand"};
  options.known = {"open"};
  sluice::Forecaster::train(argv[1], options).save("consumer.safetensors");
  const sluice::Forecaster model = sluice::Forecaster::load("consumer.safetensors");
  try {
    sluice::Model::load("no such file");
    return 1;
  } catch (const sluice::Error& error) {
    if (error.code() != sluice::ErrorCode::file) return 1;
  }
  // Its known column ends with the data, so a forecast must be refused with a hint.
  try {
    model.forecast(argv[1]);
    return 1;
  } catch (const sluice::Error& error) {
    std::puts(error.what());
    return error.code() == sluice::ErrorCode::data ? 0 : 1;
  }
} catch (const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
