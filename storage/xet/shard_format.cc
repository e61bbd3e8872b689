#include "storage/xet/shard_format.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::size_t kRecordBytes = 48;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint32_t kHasRangeHashes = 1u << 31;
constexpr std::uint32_t kHasMetadata = 1u << 30;

constexpr std::array<std::uint8_t, kHashBytes> kTag = {
    'H', 'F', 'R', 'e', 'p', 'o', 'M', 'e', 't', 'a', 'D', 'a', 't', 'a', 0,  85,
    105, 103, 69,  106, 123, 129, 87,  131, 165, 189, 217, 92,  205, 209, 74, 169};

using Record = std::array<std::uint8_t, kRecordBytes>;

Error NoShard(const std::string& why) { return Error(Errc::Invalid, "shard: " + why); }

bool IsBookend(const Record& record) {
  return std::all_of(record.begin(), record.begin() + kHashBytes,
                     [](std::uint8_t byte) { return byte == 0xFF; });
}

template <typename Hash>
Hash HashOf(const Record& record) {
  return Hash::FromRaw(ByteView(record).first(kHashBytes));
}

std::uint32_t Field(const Record& record, std::size_t index) {
  return LoadLe<std::uint32_t>(record.data() + kHashBytes + 4 * index);
}

// Fills `out` but at the end of the body: how many bytes came.
Result<std::size_t> ReadFully(const ReadBytes& read, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t got = TRY(read(out.subspan(done)));
    if (got == 0) break;
    done += got;
  }
  return done;
}

class ShardReader {
 public:
  explicit ShardReader(const ReadBytes& read) : read_(read) {}

  Status ReadHeader();
  Result<std::vector<ShardFile>> ReadFiles();
  Status ReadXorbs(const OnShardXorb& on_xorb);
  Status SkipRest();

 private:
  Result<Record> Next();
  Result<ShardFile> ReadFile(const Record& head);

  const ReadBytes& read_;
  std::size_t terms_ = 0;
};

Result<Record> ShardReader::Next() {
  Record record{};
  if (TRY(ReadFully(read_, record)) < record.size()) return NoShard("it is cut short");
  return record;
}

Status ShardReader::ReadHeader() {
  const Record record = TRY(Next());
  if (!std::equal(kTag.begin(), kTag.end(), record.begin())) return NoShard("another tag");
  if (Field(record, 0) != 2 || Field(record, 1) != 0) return NoShard("another version than 2");
  return Ok();
}

Result<ShardFile> ShardReader::ReadFile(const Record& head) {
  ShardFile file{HashOf<FileHash>(head), {}, {}};
  const std::uint32_t flags = Field(head, 0);
  if ((flags & kHasRangeHashes) == 0) return NoShard("a file without range hashes");
  if ((flags & kHasMetadata) == 0) {
    return NoShard("a file without its SHA-256: a repository cannot take it");
  }
  const std::uint32_t count = Field(head, 1);
  terms_ += count;
  if (terms_ > kMaxShardTerms) return Error(Errc::TooLarge, "shard: too many terms");
  for (std::uint32_t i = 0; i < count; ++i) {
    const Record term = TRY(Next());
    file.terms.push_back(
        {HashOf<XorbHash>(term), Field(term, 1), Field(term, 2), Field(term, 3), {}});
    if (file.terms.back().first >= file.terms.back().end) return NoShard("an empty term");
  }
  for (ShardTerm& term : file.terms) term.range_hash = HashOf<ChunkId>(TRY(Next()));
  // Stored as if the digits of the digest were the text form of a hash.
  const Record metadata = TRY(Next());
  file.sha256 = TRY(Sha256::Parse(HashOf<XorbHash>(metadata).ToString()));
  return file;
}

Result<std::vector<ShardFile>> ShardReader::ReadFiles() {
  std::vector<ShardFile> files;
  for (Record head = TRY(Next()); !IsBookend(head); head = TRY(Next())) {
    if (files.size() == kMaxShardFiles) return Error(Errc::TooLarge, "shard: too many files");
    files.push_back(TRY(ReadFile(head)));
  }
  return files;
}

Status ShardReader::ReadXorbs(const OnShardXorb& on_xorb) {
  for (Record head = TRY(Next()); !IsBookend(head); head = TRY(Next())) {
    const std::uint32_t count = Field(head, 1);
    if (count == 0 || count > kMaxXorbChunks) return NoShard("a xorb with an impossible count");
    ChunkList chunks;
    for (std::uint32_t i = 0; i < count; ++i) {
      const Record chunk = TRY(Next());
      chunks.push_back({HashOf<ChunkId>(chunk), Field(chunk, 1)});
    }
    TRY(on_xorb(HashOf<XorbHash>(head), chunks));
  }
  return Ok();
}

// Look-up tables and footer. The caller bounds the body.
Status ShardReader::SkipRest() {
  Bytes rest(64u << 10);
  while (TRY(read_(rest)) > 0) {
  }
  return Ok();
}

void WriteBookend(ByteWriter& out) {
  Record bookend{};
  std::fill(bookend.begin(), bookend.begin() + kHashBytes, std::uint8_t{0xFF});
  out.Raw(bookend);
}

void WriteXorb(const ShownXorb& xorb, const HashKey& key, ByteWriter& out) {
  out.Raw(xorb.hash.bytes());
  out.Le(std::uint32_t{0});
  out.Le(static_cast<std::uint32_t>(xorb.chunks.size()));
  const auto raw_bytes = static_cast<std::uint32_t>(RawBytesOf(xorb.chunks));
  out.Le(raw_bytes);
  out.Le(raw_bytes);
  std::uint32_t offset = 0;
  for (const ChunkRef& chunk : xorb.chunks) {
    out.Raw(KeyedHash(key, chunk.id.bytes()));
    out.Le(offset);
    out.Le(chunk.size_bytes);
    out.Le(std::uint64_t{0});
    offset += chunk.size_bytes;
  }
}

void WriteFooter(std::span<const ShownXorb> xorbs, const ShardKey& key, ByteWriter& out) {
  const std::uint64_t xorbs_end = out.bytes().size();
  std::uint64_t raw_bytes = 0;
  for (const ShownXorb& xorb : xorbs) raw_bytes += RawBytesOf(xorb.chunks);
  out.Le(std::uint64_t{1});
  out.Le(std::uint64_t{kRecordBytes});
  out.Le(std::uint64_t{2 * kRecordBytes});
  for (int table = 0; table < 3; ++table) {  // of no rows
    out.Le(xorbs_end);
    out.Le(std::uint64_t{0});
  }
  out.Raw(key.key);
  out.Le(key.made_s);
  out.Le(key.expires_s);
  out.Raw(Record{});  // as many zeros
  out.Le(std::uint64_t{0});
  out.Le(raw_bytes);
  out.Le(raw_bytes);
  out.Le(xorbs_end);
}

}  // namespace

Result<std::vector<ShardFile>> ReadShard(const ReadBytes& read, const OnShardXorb& on_xorb) {
  ShardReader reader(read);
  TRY(reader.ReadHeader());
  auto files = TRY(reader.ReadFiles());
  TRY(reader.ReadXorbs(on_xorb));
  TRY(reader.SkipRest());
  return files;
}

Bytes EncodeShownShard(std::span<const ShownXorb> xorbs, const ShardKey& key) {
  ByteWriter out;
  out.Raw(kTag);
  out.Le(std::uint64_t{2});
  out.Le(std::uint64_t{200});
  WriteBookend(out);  // no files
  for (const ShownXorb& xorb : xorbs) WriteXorb(xorb, key.key, out);
  WriteBookend(out);
  WriteFooter(xorbs, key, out);
  return out.Take();
}

}  // namespace banyan::storage
