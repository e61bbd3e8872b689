#include "storage/content/pack_scrub.h"

#include <algorithm>

namespace banyan::storage {
namespace {

bool IsListed(PackStore& packs, PackId id) {
  const auto sealed = packs.SealedIds();
  const auto open = packs.OpenIds();
  return std::find(sealed.begin(), sealed.end(), id) != sealed.end() ||
         std::find(open.begin(), open.end(), id) != open.end();
}

// The machine lacks something: later the same bytes may well be read.
bool SaysNothingOfTheBytes(const Error& error) {
  return error.code() == Errc::NoSpace || error.code() == Errc::Unavailable;
}

}  // namespace

PackId NextPack(PackStore& packs, PackId after, PackId until) {
  PackId next = 0;
  for (const auto& ids : {packs.SealedIds(), packs.OpenIds()}) {  // each ascending
    const auto found = std::upper_bound(ids.begin(), ids.end(), after);
    if (found != ids.end() && (next == 0 || *found < next)) next = *found;
  }
  return next <= until ? next : 0;
}

Result<ScrubExtent> ScrubPack(ContentCore& core, PackId id, std::uint32_t& chunk,
                              const std::function<bool()>& may_read, ScrubReport& report) {
  const auto pack = core.packs->Get(id);
  if (!pack) {
    if (!IsListed(*core.packs, id)) return ScrubExtent::Whole;
    if (SaysNothingOfTheBytes(pack.error())) return pack.error();
    report.damaged.push_back({id, Pack::kNone, ChunkId(), pack.error().message()});
    return ScrubExtent::Whole;
  }
  ChunkDecoder decoder;
  Bytes raw;
  const auto entries = (*pack)->entries();
  for (; chunk < entries.size(); ++chunk) {
    if (!may_read()) return ScrubExtent::Part;
    const PackEntry& entry = entries[chunk];
    if (entry.dropped && entry.stored_bytes == 0) continue;
    raw.resize(entry.raw_bytes);
    const Status read = (*pack)->ReadChunk(chunk, raw, decoder, Pack::Verify::Always);
    if (!read && read.error().code() == Errc::NotFound && !entry.dropped) continue;
    if (!read && SaysNothingOfTheBytes(read.error())) return read.error();
    if (!read) {
      const bool is_proven = read.error().code() == Errc::Corrupt;
      report.damaged.push_back({id, chunk, entry.id, read.error().message(), is_proven});
    }
    ++report.chunks;
    report.stored_bytes += entry.stored_bytes;
  }
  report.packs.push_back(id);
  return ScrubExtent::Whole;
}

}  // namespace banyan::storage
