#include "federation/transfer/small_file.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kListHeadBytes = 9;
constexpr std::size_t kListRecordBytes = 35;

}  // namespace

Bytes EncodeSmallFile(const storage::ChunkList& chunks, ByteView data) {
  Bytes bytes = storage::EncodeChunkList(chunks);
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

Result<SmallFile> ParseSmallFile(ByteView bytes, const storage::FileShape& file) {
  if (file.chunk_count > bytes.size()) return Error(Errc::Invalid, "a small file of many chunks");
  const std::uint64_t list_bytes = kListHeadBytes + kListRecordBytes * file.chunk_count;
  if (list_bytes > bytes.size()) return Error(Errc::Invalid, "a small file that is cut short");
  const auto list = bytes.first(static_cast<std::size_t>(list_bytes));
  auto chunks = TRY(storage::ParseChunkList(list, file.chunk_count));
  const auto batch = bytes.subspan(list.size());
  if (!storage::OutlineProves(storage::MakeOutline(chunks), file)) {
    return Error(Errc::Invalid, "a chunk list that is not of file " + file.hash.ToString());
  }
  if (!storage::IsTableOf(TRY(storage::ParseBatchTable(batch)), chunks)) {
    return Error(Errc::Invalid, "a data table that contradicts the chunk list");
  }
  return SmallFile{std::move(chunks), Bytes(batch.begin(), batch.end())};
}

}  // namespace banyan::federation
