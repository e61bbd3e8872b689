#include "storage/xet/xorb_names.h"

#include "storage/content/merkle.h"

namespace banyan::storage {

Status NameXorb(Connection& connection, std::int64_t user, const XorbName& name) {
  return connection.Execute(
      "INSERT INTO xet_xorb(user, hash, recipe, uploaded, shown_in, used_ms)"
      " VALUES(?,?,?,?,nullif(?, 0),?)"
      " ON CONFLICT DO UPDATE SET recipe = excluded.recipe, used_ms = excluded.used_ms,"
      " uploaded = max(uploaded, excluded.uploaded),"
      " shown_in = coalesce(excluded.shown_in, shown_in)",
      user, name.hash.bytes(), EncodeRecipe(name.recipe),
      std::int64_t{name.origin == XorbOrigin::Uploaded}, name.shown_in, name.used_ms);
}

Result<std::optional<XorbName>> FindXorb(Connection& connection, std::int64_t user,
                                         const XorbHash& hash) {
  auto rows = connection.Query(
      "SELECT recipe, uploaded, coalesce(shown_in, 0), used_ms FROM xet_xorb"
      " WHERE user = ? AND hash = ?",
      user, hash.bytes());
  if (!rows.Next()) {
    TRY(Status(rows.status()));
    return std::optional<XorbName>();
  }
  const auto origin = rows.Int(1) != 0 ? XorbOrigin::Uploaded : XorbOrigin::Shown;
  auto recipe = TRY(ParseRecipe(rows.Blob(0)));
  return std::optional(XorbName{hash, std::move(recipe), origin, rows.Int(2), rows.Int(3)});
}

Result<ChunkList> ChunksOf(ContentCore& core, const XorbName& name) {
  const Error gone(Errc::NotFound,
                   "xorb " + name.hash.ToString() +
                       " is not here any more: delete the folder \"xet\" in the client's cache "
                       "and upload again");
  ChunkList chunks;
  for (const Term& term : name.recipe.terms) {
    const auto pack = core.packs->Get(term.pack);
    if (!pack) return gone;
    for (std::uint32_t i = 0; i < term.count; ++i) {
      const PackEntry entry = (*pack)->entry(term.first + i);
      if (entry.raw_bytes == 0) return gone;
      chunks.push_back({entry.id, entry.raw_bytes});
    }
  }
  // A pack's number may have been given again.
  if (HashXorb(chunks) != name.hash) return gone;
  return chunks;
}

}  // namespace banyan::storage
