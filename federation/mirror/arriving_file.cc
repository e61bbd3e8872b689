#include "federation/mirror/arriving_file.h"

namespace banyan::federation {

using storage::ChunkSet;
using storage::EncodingSet;
using storage::SectionData;

ArrivingFile::ArrivingFile(std::shared_ptr<storage::ContentSession> session, const FileHash& hash,
                           SectionedList list)
    : session_(std::move(session)), hash_(hash), list_(std::move(list)), first_{0} {
  for (const auto& section : list_.sections) first_.push_back(first_.back() + section.size());
  held_ = {ChunkSet(chunk_count()), ChunkSet(chunk_count())};
  is_repeat_ = ChunkSet(chunk_count());
  std::map<ChunkId, std::size_t> seen;
  std::size_t number = 0;
  for (const auto& section : list_.sections) {
    for (const auto& chunk : section) {
      const auto [at, is_new] = seen.emplace(chunk.id, number);
      if (!is_new) repeats_.emplace(at->second, number);
      if (!is_new) is_repeat_.Add(number);
      ++number;
    }
  }
}

Result<std::shared_ptr<ArrivingFile>> ArrivingFile::Begin(
    std::shared_ptr<storage::ContentSession> session, const FileHash& hash, SectionedList list) {
  std::shared_ptr<ArrivingFile> file(new ArrivingFile(std::move(session), hash, std::move(list)));
  TRY(file->Look());
  return file;
}

Status ArrivingFile::Look() {
  ChunkSet here(chunk_count());
  for (std::size_t index = 0; index < list_.sections.size(); ++index) {
    const auto lacking = TRY(session_->Lacking(list_.sections[index]));
    for (std::size_t i = 0; i < lacking.size(); ++i) {
      if (!lacking[i]) here.Add(first_[index] + i);
    }
  }
  const MutexLock lock(mutex_);
  held_.here = std::move(here);
  return Ok();
}

void ArrivingFile::NoteComing(std::size_t section, const storage::ChunkRun& run) {
  const MutexLock lock(mutex_);
  for (std::size_t i = run.first; i < run.end; ++i) held_.coming.Add(first_[section] + i);
}

void ArrivingFile::NoteGivenUp(std::size_t section, const storage::ChunkRun& run) {
  const MutexLock lock(mutex_);
  for (std::size_t i = run.first; i < run.end; ++i) held_.coming.Remove(first_[section] + i);
}

void ArrivingFile::NoteHere(std::size_t section, std::size_t chunk) {
  const auto number = first_[section] + chunk;
  const auto [begin, end] = repeats_.equal_range(number);
  const MutexLock lock(mutex_);
  held_.here.Add(number);
  held_.coming.Remove(number);
  for (auto at = begin; at != end; ++at) held_.here.Add(at->second);
}

std::vector<ChunkSet> ArrivingFile::Lacking() const {
  auto lacking = ChunkSet::All(chunk_count());
  lacking -= is_repeat_;
  lacking -= Held().here;
  std::vector<ChunkSet> sections;
  for (std::size_t i = 0; i < list_.sections.size(); ++i) {
    sections.push_back(lacking.Part(first_[i], list_.sections[i].size()));
  }
  return sections;
}

std::size_t ArrivingFile::HeldFrom(std::size_t chunk, std::size_t most) const {
  const MutexLock lock(mutex_);
  std::size_t count = 0;
  while (count < most && chunk + count < chunk_count() && held_.here.Has(chunk + count)) ++count;
  return count;
}

storage::HeldChunks ArrivingFile::Held() const {
  const MutexLock lock(mutex_);
  return held_;
}

Result<storage::ChunkList> ArrivingFile::Section(std::size_t index) const {
  if (index < list_.sections.size()) return list_.sections[index];
  return Error(Errc::NotFound, "no such section");
}

Result<std::unique_ptr<SectionData>> ArrivingFile::Data(std::size_t index,
                                                        EncodingSet accepted) const {
  const auto chunks = TRY(Section(index));
  return Run(index, {0, chunks.size()}, accepted);
}

Result<std::unique_ptr<SectionData>> ArrivingFile::Run(std::size_t index,
                                                       const storage::ChunkRun& run,
                                                       EncodingSet accepted) const {
  const auto chunks = TRY(Section(index));
  TRY(storage::RequireRun(run, chunks.size()));
  const auto asked = std::span(chunks).subspan(run.first, run.end - run.first);
  // The session, which takes what arrives, is not troubled for what is known to be lacking.
  if (HeldFrom(first_[index] + run.first, asked.size()) < asked.size()) {
    return Error(Errc::NotFound, "not all of these chunks are here yet");
  }
  return session_->Open(asked, accepted);
}

}  // namespace banyan::federation
