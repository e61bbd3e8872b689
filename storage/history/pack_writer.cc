#include "storage/history/pack_writer.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::size_t kBufferBytes = 1u << 20;
constexpr std::size_t kHeaderBytes = 12;
constexpr int kOffsetDelta = 6;  // the type of an object that is a delta against an earlier one
constexpr std::size_t kChecksumBytes = 20;

void PutBe32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

// SHA-1 as git seals its files with it; nothing is believed because of it.
class Checksum {
 public:
  Checksum() : context_(EVP_MD_CTX_new()) {
    ENSURE(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha1(), nullptr) == 1);
  }
  ~Checksum() { EVP_MD_CTX_free(context_); }
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;

  void Update(ByteView bytes) {
    ENSURE(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
  }
  Bytes Finish() {
    Bytes out(kChecksumBytes);
    ENSURE(EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1);
    return out;
  }

 private:
  EVP_MD_CTX* context_;
};

// Four bits of the size go with the type, seven with each byte after it.
Bytes ObjectHead(int type, std::uint64_t size) {
  Bytes out;
  auto byte = static_cast<std::uint8_t>((type << 4) | static_cast<int>(size & 15));
  for (size >>= 4; size != 0; size >>= 7) {
    out.push_back(byte | 0x80);
    byte = static_cast<std::uint8_t>(size & 0x7f);
  }
  out.push_back(byte);
  return out;
}

// Most significant first, one less at each byte: git's offset encoding.
void PutBackwardOffset(Bytes& out, std::uint64_t distance) {
  Bytes reversed = {static_cast<std::uint8_t>(distance & 0x7f)};
  while ((distance >>= 7) != 0) {
    --distance;
    reversed.push_back(static_cast<std::uint8_t>(0x80 | (distance & 0x7f)));
  }
  out.insert(out.end(), reversed.rbegin(), reversed.rend());
}

}  // namespace

struct PackWriter::Deflater {
  Deflater() { ENSURE(deflateInit(&stream, Z_BEST_SPEED) == Z_OK); }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  Bytes Run(ByteView data) {
    deflateReset(&stream);
    Bytes out(deflateBound(&stream, data.size()));
    stream.next_in = const_cast<Bytef*>(data.data());
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    ENSURE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    return out;
  }
  z_stream stream{};
};

PackWriter::PackWriter(FileSystem& fs, std::string path)
    : fs_(fs), path_(std::move(path)), deflater_(std::make_unique<Deflater>()) {}

PackWriter::~PackWriter() {
  file_.reset();
  if (finished_) return;
  (void)fs_.Remove(path_ + ".pack");
  (void)fs_.Remove(path_ + ".idx.tmp");
}

Result<std::unique_ptr<PackWriter>> PackWriter::Create(FileSystem& fs, const std::string& directory,
                                                       const std::string& name) {
  std::unique_ptr<PackWriter> writer(new PackWriter(fs, directory + "/pack-" + name));
  writer->file_ = TRY(fs.Open(writer->path_ + ".pack", OpenMode::CreateNew));
  TRY(writer->Append(AsBytes("PACK")));
  Bytes rest;
  PutBe32(rest, 2);
  PutBe32(rest, 0);  // the number of objects, known in the end
  TRY(writer->Append(rest));
  return writer;
}

bool PackWriter::CanBeBase(const GitOid& oid) const {
  const auto found = places_.find(oid);
  return found != places_.end() && entries_[found->second].depth < kMaxDeltaDepth;
}

Status PackWriter::Begin(const Entry& entry) {
  if (entries_.size() >= UINT32_MAX) return Error(Errc::TooLarge, "a pack has too many objects");
  ENSURE(places_.emplace(entry.oid, entries_.size()).second);
  entries_.push_back(entry);
  return Ok();
}

Status PackWriter::Add(const GitOid& oid, GitObjectType type, ByteView data) {
  TRY(Begin({oid, size_bytes(), 0, 0}));
  return Pack(ObjectHead(static_cast<int>(type), data.size()), data);
}

Status PackWriter::AddDelta(const GitOid& oid, const GitOid& base, ByteView delta) {
  const Entry& from = entries_[places_.at(base)];
  Bytes head = ObjectHead(kOffsetDelta, delta.size());
  PutBackwardOffset(head, size_bytes() - from.offset);
  TRY(Begin({oid, size_bytes(), 0, from.depth + 1}));
  return Pack(std::move(head), delta);
}

Status PackWriter::Pack(Bytes head, ByteView data) {
  if (data.size() > INT32_MAX) return Error(Errc::TooLarge, "a git object is over 2 GiB");
  const Bytes body = deflater_->Run(data);
  auto crc = crc32(0, head.data(), static_cast<uInt>(head.size()));
  crc = crc32(crc, body.data(), static_cast<uInt>(body.size()));
  entries_.back().crc = static_cast<std::uint32_t>(crc);
  TRY(Append(head));
  return Append(body);
}

Status PackWriter::Append(ByteView bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return buffer_.size() < kBufferBytes ? Ok() : Flush();
}

Status PackWriter::Flush() {
  TRY(file_->WriteAt(offset_, buffer_));
  offset_ += buffer_.size();
  buffer_.clear();
  return Ok();
}

// The number of objects stands at the beginning, and what seals the pack is over all of it.
Result<Bytes> PackWriter::WriteTrailer() {
  TRY(Flush());
  Bytes count;
  PutBe32(count, static_cast<std::uint32_t>(entries_.size()));
  TRY(file_->WriteAt(kHeaderBytes - count.size(), count));
  Checksum checksum;
  Bytes block(kBufferBytes);
  for (std::uint64_t at = 0; at < offset_;) {
    const auto size = TRY(file_->ReadAt(at, block));
    if (size == 0) return Error(Errc::Io, path_ + ".pack: shorter than it was written");
    checksum.Update(ByteView(block).first(size));
    at += size;
  }
  Bytes sum = checksum.Finish();
  TRY(file_->WriteAt(offset_, sum));
  offset_ += sum.size();
  return sum;
}

Status PackWriter::WriteIndex(ByteView pack_checksum) {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.oid < b.oid; });
  Bytes index = {0xff, 't', 'O', 'c'};
  PutBe32(index, 2);
  std::size_t below = 0;
  for (unsigned first = 0; first < 256; ++first) {
    while (below < entries_.size() && entries_[below].oid.data()[0] <= first) ++below;
    PutBe32(index, static_cast<std::uint32_t>(below));
  }
  for (const auto& entry : entries_) {
    const auto id = entry.oid.bytes();
    index.insert(index.end(), id.begin(), id.end());
  }
  for (const auto& entry : entries_) PutBe32(index, entry.crc);
  Bytes large;
  for (const auto& entry : entries_) {
    if (entry.offset < 0x80000000u) {
      PutBe32(index, static_cast<std::uint32_t>(entry.offset));
      continue;
    }
    PutBe32(index, 0x80000000u | static_cast<std::uint32_t>(large.size() / 8));
    PutBe32(large, static_cast<std::uint32_t>(entry.offset >> 32));
    PutBe32(large, static_cast<std::uint32_t>(entry.offset));
  }
  index.insert(index.end(), large.begin(), large.end());
  index.insert(index.end(), pack_checksum.begin(), pack_checksum.end());
  Checksum checksum;
  checksum.Update(index);
  const Bytes sum = checksum.Finish();
  index.insert(index.end(), sum.begin(), sum.end());
  const std::string unfinished = path_ + ".idx.tmp";
  {
    const auto file = TRY(fs_.Open(unfinished, OpenMode::Create));
    TRY(file->WriteAt(0, index));
  }
  return fs_.Rename(unfinished, path_ + ".idx");
}

Status PackWriter::Finish() {
  const Bytes sum = TRY(WriteTrailer());
  file_.reset();
  TRY(WriteIndex(sum));
  places_.clear();
  finished_ = true;
  return Ok();
}

}  // namespace banyan::storage
