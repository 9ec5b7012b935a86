// The words for what an architecture has beside its sizes: peephole, zoneout-c=0.1,
// squash=softsign .. They are those of `sluice train --cell` and of an architecture's text.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/architecture.hpp"

namespace sluice {

/// Applies words in their order; a caller's own words come to `other` first, which says whether it
/// took one. Throws Error(usage), its place `where` and the word, for one that is not known, has no
/// value or one that it should not have, or contradicts another.
void apply_cell_words(
    const std::vector<std::string>& words, const std::string& where, Architecture& architecture,
    const std::function<bool(std::string_view name, const std::string& value)>& other = nullptr);

/// The words that give these options; applied to the default they give them again.
std::vector<std::string> cell_words(const Architecture& architecture);

struct CellWord {
  std::string word;  ///< "zoneout-c=X"
  std::string_view meaning;
};
/// All words with what they do, for a help text.
std::vector<CellWord> all_cell_words();

}  // namespace sluice
