#include "storage/content/recipe.h"

#include <limits>

namespace banyan::storage {

void Recipe::Append(PackId pack, std::uint32_t index, std::uint32_t size_bytes) {
  if (!terms.empty()) {
    Term& last = terms.back();
    if (last.pack == pack && last.first + last.count == index) {
      ++last.count;
      last.size_bytes += size_bytes;
      return;
    }
  }
  terms.push_back({pack, index, 1, size_bytes});
}

Bytes EncodeRecipe(const Recipe& recipe) {
  ByteWriter out;
  out.Varint(recipe.terms.size());
  for (const Term& term : recipe.terms) {
    out.Varint(term.pack);
    out.Varint(term.first);
    out.Varint(term.count);
    out.Varint(term.size_bytes);
  }
  return out.Take();
}

Result<Recipe> ParseRecipe(ByteView bytes) {
  const Error corrupt(Errc::Corrupt, "catalog: a file's recipe is damaged");
  ByteReader in(bytes);
  const std::uint64_t count = in.Varint();
  if (count > in.remaining()) return corrupt;  // a term has at least four bytes
  Recipe recipe;
  recipe.terms.reserve(count);
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t pack = in.Varint();
    const std::uint64_t first = in.Varint();
    const std::uint64_t chunks = in.Varint();
    const std::uint64_t size = in.Varint();
    if (pack == 0 || pack > kMax || first > kMax || chunks == 0 || chunks > kMax) return corrupt;
    recipe.terms.push_back({static_cast<PackId>(pack), static_cast<std::uint32_t>(first),
                            static_cast<std::uint32_t>(chunks), size});
  }
  if (!in.AtEnd()) return corrupt;
  return recipe;
}

}  // namespace banyan::storage
