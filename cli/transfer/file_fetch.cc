#include "cli/transfer/file_fetch.h"

#include <algorithm>

#include "cli/transfer/local_files.h"
#include "federation/transfer/batch_reader.h"
#include "federation/transfer/parallel.h"
#include "storage/content/merkle.h"

namespace banyan::cli {
namespace {

void Flag(const std::vector<ChunkRun>& runs, std::vector<bool>& flags) {
  for (const ChunkRun& run : runs) {
    const std::uint64_t end = std::min<std::uint64_t>(flags.size(), run.first + run.count);
    for (std::uint64_t i = run.first; i < end; ++i) flags[i] = true;
  }
}

}  // namespace

Status FileFetch::Run(const FetchIdentity& identity, const std::string& part_path) {
  identity_ = identity;
  part_ = TRY(fs_.Open(part_path, OpenMode::Create));
  TRY(part_->Truncate(identity.shape.size_bytes));
  TakeJournal(TRY(FetchJournal::Open(fs_, JournalPath(part_path), identity)));
  if (identity.shape.size_bytes > 0) {
    TRY(LoadOutline());
    TRY(FetchSections());
  }
  TRY(CheckWhole());
  return part_->Sync();
}

Result<std::uint64_t> FileFetch::Missing(const FetchIdentity& identity,
                                         const std::string& part_path) {
  if (identity.shape.size_bytes == 0) return std::uint64_t{0};
  identity_ = identity;
  is_dry_ = true;
  auto part = fs_.Open(part_path, OpenMode::Read);
  if (!part && part.error().code() != Errc::NotFound) return std::move(part.error());
  const std::string journal = part ? JournalPath(part_path) : "";  // without its part worth nothing
  if (part) part_ = *std::move(part);
  TakeJournal(TRY(FetchJournal::Peek(fs_, journal, identity)));
  TRY(LoadOutline());
  TRY(FetchSections());
  return missing_bytes_.load();
}

void FileFetch::TakeJournal(std::unique_ptr<FetchJournal> journal) {
  MutexLock lock(mutex_);
  journal_ = std::move(journal);
  trusted_.assign(identity_.shape.chunk_count, false);
  unsure_.assign(identity_.shape.chunk_count, false);
  Flag(journal_->durable_runs(), trusted_);
  Flag(journal_->unsure_runs(), unsure_);
}

Status FileFetch::LoadOutline() {
  {
    MutexLock lock(mutex_);
    auto kept = storage::ParseOutline(journal_->outline());
    if (kept && storage::OutlineProves(*kept, identity_.shape)) outline_ = *std::move(kept);
  }
  if (outline_.sections.empty()) {
    TRY(nodes_.Try([&](federation::ContentSource& node) -> Status {
      const Bytes bytes = TRY(node.FetchOutline(identity_.shape.hash));
      counters_.wire_bytes += bytes.size();
      auto outline = TRY(storage::ParseOutline(bytes));
      if (!storage::OutlineProves(outline, identity_.shape)) {
        return Error(Errc::Corrupt, "the outline does not match the file hash");
      }
      outline_ = std::move(outline);
      MutexLock lock(mutex_);
      return journal_->AddOutline(bytes);
    }));
  }
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;
  for (const auto& section : outline_.sections) {
    section_chunks_.push_back(chunks);
    section_offsets_.push_back(bytes);
    chunks += section.chunk_count;
    bytes += section.size_bytes;
  }
  return Ok();
}

Status FileFetch::FetchSections() {
  return federation::ForEachInParallel(outline_.sections.size(), settings_.sections_at_once,
                                       [this](std::size_t index) { return FetchSection(index); });
}

Status FileFetch::FetchSection(std::size_t index) {
  Section section;
  section.first_chunk = section_chunks_[index];
  section.offset = section_offsets_[index];
  TRY(LoadList(index, section));
  std::vector<bool> in_place(section.chunks.size(), false);
  TRY(MarkResumed(section, in_place));
  TRY(CopyLocal(section, in_place));
  if (is_dry_) {
    for (std::size_t i = 0; i < in_place.size(); ++i) {
      if (!in_place[i]) missing_bytes_ += section.chunks[i].size_bytes;
    }
    return Ok();
  }
  return FetchMissing(index, section, in_place);
}

bool FileFetch::AdoptList(std::size_t index, const storage::ChunkList& chunks, Section& section) {
  if (!storage::SectionProves(outline_, index, chunks)) return false;
  section.chunks = chunks;
  std::uint64_t offset = section.offset;
  for (const storage::ChunkRef& chunk : chunks) {
    section.offsets.push_back(offset);
    offset += chunk.size_bytes;
  }
  return true;
}

Status FileFetch::LoadList(std::size_t index, Section& section) {
  {
    MutexLock lock(mutex_);
    for (const auto& [kept_index, bytes] : journal_->sections()) {
      if (kept_index != index) continue;
      const auto kept = storage::ParseChunkList(bytes);
      if (kept && AdoptList(index, *kept, section)) return Ok();
    }
  }
  if (const auto local = local_.FindSection(outline_.sections[index].hash)) {
    if (AdoptList(index, *local, section)) return Ok();
  }
  return nodes_.Try([&](federation::ContentSource& node) -> Status {
    const Bytes bytes = TRY(node.FetchSection(identity_.shape.hash, index));
    counters_.wire_bytes += bytes.size();
    const auto chunks = TRY(storage::ParseChunkList(bytes));
    if (!AdoptList(index, chunks, section)) {
      return Error(Errc::Corrupt, "the chunk list does not match the file hash");
    }
    MutexLock lock(mutex_);
    return journal_->AddSection(static_cast<std::uint32_t>(index), bytes);
  });
}

Status FileFetch::MarkResumed(Section& section, std::vector<bool>& in_place) {
  Bytes raw;
  for (std::size_t i = 0; i < section.chunks.size(); ++i) {
    bool trusted = false;
    bool unsure = false;
    {
      MutexLock lock(mutex_);
      trusted = trusted_[section.first_chunk + i];
      unsure = unsure_[section.first_chunk + i];
    }
    if (!trusted && unsure) {
      raw.resize(section.chunks[i].size_bytes);
      const std::size_t got = TRY(part_->ReadAt(section.offsets[i], raw));
      trusted = got == raw.size() && storage::HashChunk(raw) == section.chunks[i].id;
    }
    if (!trusted) continue;
    in_place[i] = true;
    counters_.resumed_bytes += section.chunks[i].size_bytes;
  }
  return Ok();
}

Status FileFetch::CopyLocal(Section& section, std::vector<bool>& in_place) {
  for (std::size_t i = 0; i < section.chunks.size(); ++i) {
    if (in_place[i]) continue;
    const auto raw = local_.Find(section.chunks[i]);
    if (!raw) continue;
    if (!is_dry_) TRY(Place(section, i, *raw));
    in_place[i] = true;
    counters_.reused_bytes += raw->size();
  }
  return Ok();
}

Status FileFetch::FetchMissing(std::size_t index, Section& section, std::vector<bool>& in_place) {
  const auto missing = [&] {
    return std::find(in_place.begin(), in_place.end(), false) != in_place.end();
  };
  if (!missing()) return Ok();
  return nodes_.Try(
      [&](federation::ContentSource& node) { return FetchRuns(node, index, section, in_place); });
}

// The table first (it says where each payload is), then every run of missing neighbours. When the
// whole section is missing both come in one request.
Status FileFetch::FetchRuns(federation::ContentSource& node, std::size_t index, Section& section,
                            std::vector<bool>& in_place) {
  const std::uint64_t table_bytes = storage::BatchTableBytes(section.chunks.size());
  const auto place = [&](std::size_t chunk, ByteView raw) -> Status {
    TRY(Place(section, chunk, raw));
    in_place[chunk] = true;
    counters_.fetched_bytes += raw.size();
    return Ok();
  };
  federation::BatchReader reader(section.chunks, place);
  const auto feed = [&](ByteView piece) {
    counters_.wire_bytes += piece.size();
    return reader.Feed(piece);
  };
  const bool nothing = std::find(in_place.begin(), in_place.end(), true) == in_place.end();
  if (nothing) {
    TRY(node.FetchData(identity_.shape.hash, index, 0, federation::kWholeBody, feed));
    return reader.Finish();
  }
  TRY(node.FetchData(identity_.shape.hash, index, 0, table_bytes, feed));
  for (std::size_t i = 0; i < in_place.size();) {
    if (in_place[i]) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < in_place.size() && !in_place[end]) ++end;
    const auto [offset, size] = TRY(reader.StartRun(i, end - i));
    TRY(node.FetchData(identity_.shape.hash, index, offset, size, feed));
    TRY(reader.Finish());
    i = end;
  }
  return Ok();
}

// Content first, then the record of it; both durable every so many bytes.
Status FileFetch::Place(const Section& section, std::size_t chunk, ByteView raw) {
  TRY(part_->WriteAt(section.offsets[chunk], raw));
  MutexLock lock(mutex_);
  TRY(journal_->AddRun({section.first_chunk + chunk, 1}));
  undurable_bytes_ += raw.size();
  if (undurable_bytes_ < settings_.durable_every_bytes) return Ok();
  undurable_bytes_ = 0;
  TRY(part_->Sync());
  return journal_->MarkDurable();
}

Status FileFetch::CheckWhole() {
  if (TRY(HashContent(*part_)) == identity_.sha256) return Ok();
  // Something that was believed to be in place is not, or the publisher's two hashes disagree.
  {
    MutexLock lock(mutex_);
    unsure_.assign(identity_.shape.chunk_count, true);
    trusted_.assign(identity_.shape.chunk_count, false);
  }
  if (identity_.shape.size_bytes > 0) TRY(FetchSections());
  if (TRY(HashContent(*part_)) == identity_.sha256) return Ok();
  return Error(Errc::Corrupt, "every chunk is as published, but the file's SHA-256 is not " +
                                  identity_.sha256.ToString() +
                                  ": the publisher's manifest contradicts itself");
}

}  // namespace banyan::cli
