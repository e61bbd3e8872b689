#include "tests/simulation/content_peer.h"

#include "federation/transfer/small_file.h"
#include "storage/content/file_sections.h"
#include "storage/history/readable_content.h"
#include "tests/simulation/node_answers.h"
#include "tests/simulation/world.h"

namespace banyan::simulation {
namespace {

using Objects = std::vector<std::optional<Bytes>>;
using storage::FileSections;

constexpr storage::EncodingSet kAllEncodings = 0xf;

Result<std::shared_ptr<const FileSections>> Load(SimNode& node, const FileHash& hash) {
  auto lease = TRY(node.database().Read());
  const auto file = TRY(storage::FindReadableFile(*lease, storage::Caller(), hash));
  return FileSections::Load(node.local(), file);
}

Result<Bytes> ReadAll(const FileSections& sections, std::size_t section) {
  Bytes bytes;
  const auto data = TRY(sections.Data(section, kAllEncodings));
  TRY(data->Stream(0, data->SizeBytes(), false, [&](ByteView slice) {
    bytes.insert(bytes.end(), slice.begin(), slice.end());
    return Ok();
  }));
  return bytes;
}

}  // namespace

// "/fed/f/<hash>/data/3?..."
Result<Bytes> AnswerContent(SimNode& node, const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at < path.size();) {
    const auto end = std::min(path.find_first_of("/?", at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = path[std::min(end, path.size() - 1)] == '?' ? path.size() : end + 1;
  }
  if (parts.size() < 4) return Error(Errc::NotFound, path);
  const auto sections = TRY(Load(node, TRY(FileHash::Parse(parts[2]))));
  if (parts[3] == "outline") return storage::EncodeOutline(sections->outline());
  if (parts.size() < 5) return Error(Errc::NotFound, path);
  if (parts[3] == "have") return sections->Held().Encode();
  const auto index = std::stoul(parts[4]);
  if (parts[3] == "data") return ReadAll(*sections, index);
  return storage::EncodeChunkList(TRY(sections->Section(index)));
}

Result<Bytes> AnswerSmallFile(SimNode& node, const FileHash& hash) {
  const auto sections = TRY(Load(node, hash));
  Bytes bytes = storage::EncodeChunkList(TRY(sections->Section(0)));
  const auto data = TRY(ReadAll(*sections, 0));
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

Result<Bytes> ContentPeer::Get(const std::string& path, std::size_t max_bytes) {
  auto body = TRY(world_.Exchange(reader_, peer_, [&](SimNode& node) -> Result<Objects> {
    return Objects{TRY(AnswerContent(node, path))};
  }));
  if (body[0]->size() > max_bytes) return Error(Errc::TooLarge, path);
  return *std::move(body[0]);
}

Status ContentPeer::Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                         const Sink& sink) {
  const auto body = TRY(Get(path, std::size_t{1} << 30));
  if (offset > body.size()) return Error(Errc::NotFound, "no such range");
  const auto rest = ByteView(body).subspan(static_cast<std::size_t>(offset));
  return sink(
      rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, rest.size()))));
}

Result<Objects> ContentPeer::GetObjects(std::span<const Sha256> ids) {
  return world_.Exchange(reader_, peer_, [&](SimNode& node) {
    return AnswerObjects(node, {ids.begin(), ids.end()});
  });
}

Result<Objects> ContentPeer::GetFiles(std::span<const FileHash> files) {
  return world_.Exchange(reader_, peer_, [&](SimNode& node) -> Result<Objects> {
    Objects answer;
    for (const auto& hash : files) {
      auto file = AnswerSmallFile(node, hash);
      if (!file && file.error().code() != Errc::NotFound) return file.error();
      answer.push_back(file ? std::optional(*std::move(file)) : std::nullopt);
    }
    return answer;
  });
}

}  // namespace banyan::simulation
