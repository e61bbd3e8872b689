#pragma once
// One section of a file in a SwarmPlan: what is lacking of it, what is asked for, and who has what.

#include <optional>
#include <vector>

#include "storage/content/chunk.h"
#include "storage/content/chunk_set.h"

namespace banyan::federation {

// What a peer has of a section, as far as it said.
struct Holding {
  enum class Share { None, Part, Whole };  // of the file
  Share share = Share::Whole;
  bool is_said = false;           // by the peer; else it is assumed
  storage::ChunkSet chunks = {};  // of the section, with Part
  storage::ChunkSet coming = {};  // that it asks for now, of one that has the whole; with Part

  static Holding None() { return {Share::None, true}; }
  bool Has(const storage::ChunkRun& run) const;
};

// Numbers are the chunks' in the section. Used by one thread at a time.
class SwarmSection {
 public:
  SwarmSection(const storage::ChunkList& chunks, const storage::ChunkSet& wanted,
               std::vector<Holding> holdings, std::int64_t now_ms);

  std::uint32_t SizeOf(std::size_t chunk) const { return sizes_[chunk]; }
  std::uint64_t BytesOf(const storage::ChunkSet& chunks) const;
  // Not here yet, and wanted.
  bool IsLacking(std::size_t chunk) const { return lacking_.Has(chunk); }
  const storage::ChunkSet& lacking() const { return lacking_; }
  // Of these, those in no order.
  const storage::ChunkSet& unasked() const { return unasked_; }
  std::size_t OrdersOf(std::size_t chunk) const { return orders_[chunk]; }

  const Holding& HoldingOf(std::size_t peer) const { return holdings_[peer]; }
  void SetHolding(std::size_t peer, Holding holding, std::int64_t now_ms);
  bool HadParts() const { return !said_.IsEmpty(); }  // some peer, of what is or was lacking
  // Whether a peer said so long ago that it is getting a lacking chunk, and has it not.
  bool BrokePromise(std::size_t peer, std::int64_t now_ms, std::int64_t wait_ms) const;
  // What a peer with a part has, or will have soon: that somebody gets a chunk is waited for so
  // long, once.
  storage::ChunkSet SoonOf(std::size_t peer, std::int64_t now_ms, std::int64_t wait_ms) const;
  // When last something lacking came, or somebody was first said to have it.
  std::int64_t news_ms() const { return news_ms_; }

  // One more order has a lacking chunk. True for the first one.
  bool Ask(std::size_t chunk);
  // And one less. True: no other has it.
  bool GiveUp(std::size_t chunk);
  void Keep(std::size_t chunk, std::int64_t now_ms);

  // The run that begins with the first of `chunks` from `from` on, or else with the first of all,
  // and has at most so many bytes or one chunk. nullopt: there are none.
  std::optional<storage::ChunkRun> Cut(const storage::ChunkSet& chunks, std::size_t from,
                                       std::uint64_t most_bytes) const;

 private:
  std::vector<std::uint32_t> sizes_;
  storage::ChunkSet lacking_;
  storage::ChunkSet unasked_;
  std::vector<std::uint8_t> orders_;  // that a chunk is in
  std::vector<Holding> holdings_;
  storage::ChunkSet said_;  // chunks that some peer with a part was said to have
  std::vector<std::int64_t>
      coming_ms_;  // when a chunk was first said to be coming to one; -1: never
  std::int64_t news_ms_;
};

}  // namespace banyan::federation
