#include "federation/mirror/arriving_file.h"

namespace banyan::federation {

using storage::ChunkSet;
using storage::EncodingSet;
using storage::SectionData;

ArrivingFile::ArrivingFile(std::shared_ptr<storage::ContentSession> session, const FileHash& hash,
                           SectionedList list)
    : session_(std::move(session)), hash_(hash), list_(std::move(list)), first_{0} {
  for (const auto& section : list_.sections) first_.push_back(first_.back() + section.size());
  held_ = ChunkSet(first_.back());
  coming_ = held_;
}

Result<std::shared_ptr<ArrivingFile>> ArrivingFile::Begin(
    std::shared_ptr<storage::ContentSession> session, const FileHash& hash, SectionedList list) {
  std::shared_ptr<ArrivingFile> file(new ArrivingFile(std::move(session), hash, std::move(list)));
  TRY(file->Look());
  return file;
}

Status ArrivingFile::Look() {
  ChunkSet held(first_.back());
  for (std::size_t index = 0; index < list_.sections.size(); ++index) {
    const auto lacking = TRY(session_->Lacking(list_.sections[index]));
    for (std::size_t i = 0; i < lacking.size(); ++i) {
      if (!lacking[i]) held.Add(first_[index] + i);
    }
  }
  const MutexLock lock(mutex_);
  held_ = std::move(held);
  return Ok();
}

void ArrivingFile::NoteComing(std::size_t section, const storage::ChunkRun& run) {
  const MutexLock lock(mutex_);
  for (std::size_t i = run.first; i < run.end; ++i) coming_.Add(first_[section] + i);
}

void ArrivingFile::NoteGivenUp(std::size_t section, const storage::ChunkRun& run) {
  const MutexLock lock(mutex_);
  for (std::size_t i = run.first; i < run.end; ++i) coming_.Remove(first_[section] + i);
}

void ArrivingFile::NoteHere(std::size_t section, std::size_t chunk) {
  const MutexLock lock(mutex_);
  held_.Add(first_[section] + chunk);
  coming_.Remove(first_[section] + chunk);
}

std::size_t ArrivingFile::HeldFrom(std::size_t chunk, std::size_t most) const {
  const MutexLock lock(mutex_);
  std::size_t count = 0;
  while (count < most && chunk + count < held_.size() && held_.Has(chunk + count)) ++count;
  return count;
}

ChunkSet ArrivingFile::Coming() const {
  const MutexLock lock(mutex_);
  return coming_;
}

ChunkSet ArrivingFile::Held() const {
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
  std::vector<storage::ChunkLocation> places;
  for (const auto& place : TRY(session_->Locate(asked))) {
    if (!place) return Error(Errc::NotFound, "not all of these chunks are here yet");
    places.push_back(*place);
  }
  return SectionData::Of(session_->store().core(), places, accepted);
}

}  // namespace banyan::federation
