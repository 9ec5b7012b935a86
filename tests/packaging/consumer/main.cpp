// The least a user writes. It must compile with the public headers and link with sluice::sluice
// alone.
#include <cstdio>
#include <sluice/error.hpp>

int main() {
  const sluice::Error error(sluice::ErrorCode::file, {.where = "model.safetensors",
                                                      .what = "no such file",
                                                      .expected = "",
                                                      .got = "",
                                                      .hint = ""});
  std::puts(error.what());
  return error.code() == sluice::ErrorCode::file ? 0 : 1;
}
