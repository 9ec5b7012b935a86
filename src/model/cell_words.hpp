// Words for the options of an architecture beyond its sizes: peephole, zoneout-c=0.1,
// squash=softsign .. Used by `sluice train --cell` and in an architecture's text.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/architecture.hpp"

namespace sluice {

/// Applies words in order. `other` gets each word first and returns true if it took it. Throws
/// Error(usage), with `where` and the word as its place, if a word is unknown, lacks its value, has
/// a value it must not have, or contradicts another.
void apply_cell_words(
    const std::vector<std::string>& words, const std::string& where, Architecture& architecture,
    const std::function<bool(std::string_view name, const std::string& value)>& other = nullptr);

/// The words that produce these options when applied to the defaults.
std::vector<std::string> cell_words(const Architecture& architecture);

struct CellWord {
  std::string word;  ///< "zoneout-c=X"
  std::string_view meaning;
};
/// All words with their meanings, for a help text.
std::vector<CellWord> all_cell_words();

}  // namespace sluice
