#include "cli/transfer/fetch_journal.h"

#include <algorithm>

namespace banyan::cli {
namespace {

constexpr std::string_view kMagic = "BNYNFJ0\n";
constexpr std::string_view kEnding = ".journal";
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kRecordHead = 5;  // type, length
constexpr std::uint64_t kMaxJournalBytes = 1u << 30;
enum RecordType : std::uint8_t { kOutline = 1, kSection = 2, kRun = 3, kDurable = 4 };

Bytes EncodeHead(const FetchIdentity& identity) {
  ByteWriter out;
  out.Raw(AsBytes(kMagic));
  out.Raw(identity.sha256.bytes());
  out.Raw(identity.shape.hash.bytes());
  out.Le(identity.shape.size_bytes);
  out.Le(identity.shape.chunk_count);
  return out.Take();
}

Bytes EncodeRecord(std::uint8_t type, ByteView payload) {
  ByteWriter out;
  out.U8(type);
  out.Le(static_cast<std::uint32_t>(payload.size()));
  out.Raw(payload);
  out.Raw(HashSha256(out.bytes()).bytes().first(kCheckBytes));
  return out.Take();
}

}  // namespace

Status RemoveOrphanJournals(FileSystem& fs, const std::string& directory) {
  const auto names = fs.List(directory);
  if (!names) return names.error().code() == Errc::NotFound ? Ok() : Status(names.error());
  for (const std::string& name : *names) {
    if (!name.ends_with(kEnding)) continue;
    const std::string part = name.substr(0, name.size() - kEnding.size());
    if (std::binary_search(names->begin(), names->end(), part)) continue;
    TRY(fs.Remove(directory + "/" + name));
  }
  return Ok();
}

std::string FetchJournal::PathFor(const std::string& part_path) {
  return part_path + std::string(kEnding);
}

Result<std::unique_ptr<FetchJournal>> FetchJournal::Open(FileSystem& fs, const std::string& path,
                                                         const FetchIdentity& identity) {
  std::unique_ptr<FetchJournal> journal(new FetchJournal(TRY(fs.Open(path, OpenMode::Create))));
  const std::uint64_t size = TRY(journal->file_->SizeBytes());
  const Bytes head = EncodeHead(identity);
  if (size > kMaxJournalBytes) {
    TRY(journal->Start(head));
    return journal;
  }
  Bytes content(size);
  content.resize(TRY(journal->file_->ReadAt(0, content)));
  const bool same =
      content.size() >= head.size() && std::equal(head.begin(), head.end(), content.begin());
  if (!same) {
    TRY(journal->Start(head));
    return journal;
  }
  journal->end_ = head.size() + journal->Read(ByteView(content).subspan(head.size()));
  TRY(journal->file_->Truncate(journal->end_));
  return journal;
}

Result<std::unique_ptr<FetchJournal>> FetchJournal::Peek(FileSystem& fs, const std::string& path,
                                                         const FetchIdentity& identity) {
  std::unique_ptr<FetchJournal> journal(new FetchJournal(nullptr));
  const auto content = ReadFile(fs, path, kMaxJournalBytes);
  const Bytes head = EncodeHead(identity);
  if (content && content->size() >= head.size() &&
      std::equal(head.begin(), head.end(), content->begin())) {
    journal->Read(ByteView(*content).subspan(head.size()));
  }
  return journal;
}

Status FetchJournal::Start(const Bytes& head) {
  TRY(file_->Truncate(0));
  TRY(file_->WriteAt(0, head));
  end_ = head.size();
  return Ok();
}

std::uint64_t FetchJournal::Read(ByteView content) {
  std::uint64_t read_bytes = 0;
  while (content.size() >= kRecordHead + kCheckBytes) {
    const auto length = LoadLe<std::uint32_t>(content.data() + 1);
    if (length > content.size() - kRecordHead - kCheckBytes) break;
    const ByteView record = content.first(kRecordHead + length);
    const Sha256 sum = HashSha256(record);
    if (!std::equal(sum.data(), sum.data() + kCheckBytes, record.data() + record.size())) break;
    Take(record[0], record.subspan(kRecordHead));
    read_bytes += record.size() + kCheckBytes;
    content = content.subspan(record.size() + kCheckBytes);
  }
  return read_bytes;
}

void FetchJournal::Take(std::uint8_t type, ByteView payload) {
  ByteReader in(payload);
  switch (type) {
    case kOutline: outline_.assign(payload.begin(), payload.end()); break;
    case kSection: {
      const auto index = in.Le<std::uint32_t>();
      const ByteView list = in.Raw(in.remaining());
      sections_.emplace_back(index, Bytes(list.begin(), list.end()));
      break;
    }
    case kRun: {
      const auto first = in.Le<std::uint64_t>();
      unsure_runs_.push_back({first, in.Le<std::uint64_t>()});
      break;
    }
    case kDurable:
      durable_runs_.insert(durable_runs_.end(), unsure_runs_.begin(), unsure_runs_.end());
      unsure_runs_.clear();
      break;
    default: break;  // of a newer program; skipping it loses at most a saving
  }
}

Status FetchJournal::Append(std::uint8_t type, ByteView payload) {
  if (!file_) return Ok();
  const Bytes record = EncodeRecord(type, payload);
  TRY(file_->WriteAt(end_, record));
  end_ += record.size();
  return Ok();
}

Status FetchJournal::AddOutline(ByteView outline) { return Append(kOutline, outline); }

Status FetchJournal::AddSection(std::uint32_t index, ByteView chunk_list) {
  ByteWriter payload;
  payload.Le(index);
  payload.Raw(chunk_list);
  return Append(kSection, payload.bytes());
}

Status FetchJournal::AddRun(const ChunkRun& run) {
  ByteWriter payload;
  payload.Le(run.first);
  payload.Le(run.count);
  return Append(kRun, payload.bytes());
}

Status FetchJournal::MarkDurable() {
  TRY(Append(kDurable, {}));
  return file_->Sync();
}

}  // namespace banyan::cli
