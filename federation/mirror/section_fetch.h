#pragma once
// The payloads of one section that are lacking here, from a peer's data body (PROTOCOL.md section
// 7) into an upload session: its table of lengths first, then only the runs of lacking chunks.
//
//   table ─▶ run ─▶ run ─▶ …      one request each
//              └ every 16 MiB, or two seconds: Put, durable, verified
//
// What a peer sent in whole before it broke off is kept. Of one that lies a batch is lost.

#include "federation/mirror/mirror_peers.h"
#include "storage/content/content_session.h"

namespace banyan::federation {

// Used by one thread. Borrows all.
class SectionFetch {
 public:
  struct Section {
    const FileHash& file;
    std::size_t index = 0;
    const storage::ChunkList& chunks;  // proven
  };
  SectionFetch(MirrorPeers& peers, storage::ContentSession& session, const Section& section)
      : peers_(peers), session_(session), section_(section) {}

  // All that the session lacks, from one peer after another.
  Status Run();
  std::uint64_t fetched_bytes() const { return fetched_bytes_; }  // payloads and tables

 private:
  Status FindLacking();
  Status From(PeerSource& peer);
  Status ReadTable(PeerSource& peer);
  Status ReadRuns(PeerSource& peer);
  Status ReadRun(PeerSource& peer, std::size_t first, std::size_t end);
  Status Take(ByteView piece, std::size_t end);
  Status PutBatch();

  MirrorPeers& peers_;
  storage::ContentSession& session_;
  const Section section_;
  std::vector<bool> lacking_;
  std::vector<storage::BatchEntry> table_;  // of the peer that is asked
  // The batch that is collected: whole payloads, and what came of the next one.
  std::vector<std::size_t> collected_;  // their chunks
  Bytes payloads_;
  std::size_t partial_bytes_ = 0;
  std::size_t next_ = 0;  // the chunk that comes
  std::int64_t put_ms_ = 0;
  std::uint64_t fetched_bytes_ = 0;
};

}  // namespace banyan::federation
