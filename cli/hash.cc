// hash: the names under which Banyan knows a file.
#include <spdlog/fmt/fmt.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/transfer/file_hash.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

class Hash final : public Command {
 public:
  Hash() : Command("hash", "show the digests of files, and how they are cut into chunks") {
    Takes("FILE", files_, "what to read").offers = Offers::Files;
    Flag("--chunks", chunks_, "list every chunk: its number, offset, size and id");
    Explain(
        "The SHA-256 is what git-lfs and public hubs call the file. The file hash is the root of "
        "its chunk list, the same on every node and on hubs that speak Xet. Works offline and in "
        "little memory, however large the file. With --json a list with an entry for each file.");
    Shows("hash model.safetensors", "SHA-256, file hash, size and number of chunks");
    Shows("hash --chunks --json model.safetensors", "the chunk list for a program");
  }

  Status Run(Session& session) override {
    Json list = Json::array();
    for (const auto& file : files_) TRY(HashOne(session, file, list));
    return session.output().json() ? session.output().Print(list, "") : Ok();
  }

 private:
  Status HashOne(Session& session, const std::string& path, Json& list);

  std::vector<std::string> files_;
  bool chunks_ = false;
};

// Text is printed at once, JSON added to the list.
Status Hash::HashOne(Session& session, const std::string& path, Json& list) {
  auto& output = session.output();
  Json chunks = Json::array();
  std::uint64_t number = 0;
  std::uint64_t offset = 0;
  const auto on_chunk = [&](const storage::ChunkRef& chunk) -> Status {
    TRY(session.CheckInterrupt());
    if (chunks_ && output.json()) {
      chunks.push_back(
          {{"offset", offset}, {"size", chunk.size_bytes}, {"id", chunk.id.ToString()}});
    } else if (chunks_) {
      TRY(output.Raw(
          fmt::format("{}\t{}\t{}\t{}\n", number, offset, chunk.size_bytes, chunk.id.ToString())));
    }
    ++number;
    offset += chunk.size_bytes;
    return Ok();
  };
  const auto hashes = TRY(HashFileAt(session.environment().file_system, path, on_chunk));
  Json value{{"path", path},
             {"size", hashes.size_bytes},
             {"sha256", hashes.sha256.ToString()},
             {"file_hash", hashes.file_hash.ToString()},
             {"chunk_count", hashes.chunk_count}};
  if (chunks_) value["chunks"] = std::move(chunks);
  if (output.json()) {
    list.push_back(std::move(value));
    return Ok();
  }
  return output.Print(value, {{"path", path},
                              {"size", FormatCount(hashes.size_bytes)},
                              {"sha256", hashes.sha256.ToString()},
                              {"file hash", hashes.file_hash.ToString()},
                              {"chunks", FormatCount(hashes.chunk_count)}});
}

}  // namespace

std::unique_ptr<Command> MakeHash() { return std::make_unique<Hash>(); }

}  // namespace banyan::cli
