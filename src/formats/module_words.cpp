#include "formats/module_words.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace sluice::formats {
namespace {

// Names found in public models: PyTorch's examples and tutorials, and published code.
constexpr std::string_view kBefore[] = {
    "emb",    "embed", "embedding", "embeddings", "embedder", "wte",    "wpe",
    "lookup", "vocab", "token",     "tokens",     "tok",      "char",   "chars",
    "word",   "words", "pos",       "encoder",    "enc",      "encode", "input",
    "inputs", "inp",   "in",        "pre",        "prenet",   "stem",   "first"};
constexpr std::string_view kBehind[] = {
    "head",     "heads",     "out",     "output",  "outputs",  "classifier", "classify",
    "cls",      "clf",       "decoder", "dec",     "decode",   "regressor",  "regression",
    "reg",      "predictor", "pred",    "predict", "logits",   "logit",      "prediction",
    "score",    "scores",    "readout", "final",   "last",     "generator",  "forecaster",
    "forecast", "tag",       "label",   "labels",  "target",   "post",       "top",
    "critic",   "actor",     "policy",  "softmax", "emission", "emissions"};
constexpr std::string_view kGeneric[] = {"fc",    "linear", "lin",        "dense", "ff",
                                         "ffn",   "proj",   "projection", "fcl",   "affine",
                                         "layer", "mlp",    "full",       "fully", "connected"};
constexpr std::string_view kBeside[] = {
    "attention", "attn",     "att",  "gate",     "gates", "norm",   "ln",    "bn",
    "batchnorm", "skip",     "res",  "residual", "conv",  "query",  "key",   "keys",
    "bridge",    "shortcut", "gru",  "memory",   "crf",   "value",  "alpha", "highway",
    "energy",    "context",  "init", "h0",       "c0",    "mixture"};

template <std::size_t N>
bool among(const std::string& word, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::vector<std::string> parts(const std::string& name) {
  std::vector<std::string> all(1);
  for (const char ch : name) {
    if (ch == '.') {
      all.emplace_back();
    } else {
      all.back() += ch;
    }
  }
  return all;
}

bool is_digit(char ch) { return std::isdigit(static_cast<unsigned char>(ch)) != 0; }
bool is_upper(char ch) { return std::isupper(static_cast<unsigned char>(ch)) != 0; }

// "fcOut_1" -> fc, out; for "hidden2tag" the parts count as well: hidden, tag.
std::vector<std::string> words(const std::string& part) {
  std::vector<std::string> all(1);
  for (std::size_t at = 0; at < part.size(); ++at) {
    const char ch = part[at];
    const bool starts = is_upper(ch) && at > 0 && !is_upper(part[at - 1]);
    if (ch == '_' || ch == '-' || is_digit(ch) || starts) all.emplace_back();
    if (ch != '_' && ch != '-' && !is_digit(ch))
      all.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
  }
  all.erase(std::remove(all.begin(), all.end(), std::string()), all.end());
  return all;
}

// "input2hidden" and "hidden2tag" name both ends of the layer: the position of "hidden" decides.
NamedPlace of_mapping(const std::vector<std::string>& all) {
  if (all.size() != 2) return NamedPlace::unknown;
  if (all[1] == "hidden" || all[1] == "h") return NamedPlace::before;
  return all[0] == "hidden" || all[0] == "h" ? NamedPlace::behind : NamedPlace::unknown;
}

NamedPlace of_words(const std::vector<std::string>& all) {
  bool before = false, behind = false, generic = false, beside = false;
  for (const std::string& word : all) {
    before = before || among(word, kBefore);
    behind = behind || among(word, kBehind);
    generic = generic || among(word, kGeneric);
    beside = beside || among(word, kBeside);
  }
  if (beside || (before && behind)) return NamedPlace::beside;
  if (before) return NamedPlace::before;
  if (behind) return NamedPlace::behind;
  return generic ? NamedPlace::generic : NamedPlace::unknown;
}

}  // namespace

NamedPlace named_place(const std::string& module, const std::string& lstm) {
  const std::vector<std::string> own = parts(module), other = parts(lstm);
  std::size_t shared = 0;
  while (shared + 1 < own.size() && shared < other.size() && own[shared] == other[shared]) ++shared;
  NamedPlace place = NamedPlace::unknown;
  for (std::size_t part = shared; part < own.size(); ++part) {
    const std::vector<std::string> all = words(own[part]);
    NamedPlace said =
        own[part].find('2') != std::string::npos ? of_mapping(all) : NamedPlace::unknown;
    if (said == NamedPlace::unknown) said = of_words(all);
    if (said == NamedPlace::unknown) continue;
    // "decoder.fc" means what "decoder" means; "encoder.out" contradicts itself.
    const bool vague = place == NamedPlace::unknown || place == NamedPlace::generic;
    if (vague) {
      place = said;
    } else if (said != NamedPlace::generic && said != place) {
      return NamedPlace::beside;
    }
  }
  return place;
}

bool inside_sequential(const std::string& module) {
  const std::string last = parts(module).back();
  return !last.empty() && std::all_of(last.begin(), last.end(), is_digit) &&
         last.find_first_not_of('0') != std::string::npos;
}

}  // namespace sluice::formats
