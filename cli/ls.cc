// ls: repositories of a namespace, or files of a repository.
#include "cli/commands.h"
#include "cli/repository_address.h"
#include "cli/repository_list.h"
#include "cli/session.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kFilesMax = 1'000'000;

class Ls final : public Command {
 public:
  Ls() : Command("ls", "list repositories, or the files of one") {
    MayTake("TARGET", target_, "a namespace, or NAMESPACE/NAME[@REVISION]; nothing: all you see");
    MayTake("FOLDER", folder_, "only what is below this folder of the repository");
    Flag("-r,--recursive", recursive_, "files of subfolders too");
    Option("--limit", "COUNT", limit_, "list at most so many repositories (100)").at_least = 1;
    Shows("ls alice", "what alice has, newest first");
    Shows("ls alice/tiny", "its files and folders");
    Shows("ls -r datasets/alice/words@v1 train", "all files below train at the tag v1");
  }

  Status Run(Session& session) override {
    const bool is_repository = target_.find('/') != std::string::npos;
    if (is_repository) return ListFiles(session);
    if (!folder_.empty()) {
      return Error(Errc::Invalid, "a folder needs a repository: write NAMESPACE/NAME before it");
    }
    return ListRepositories(session);
  }

 private:
  Status ListRepositories(Session& session);
  Status ListFiles(Session& session);

  std::string target_;
  std::string folder_;
  bool recursive_ = false;
  std::optional<std::uint64_t> limit_;
};

Status Ls::ListRepositories(Session& session) {
  auto& node = *TRY(session.Node());
  const std::size_t limit = limit_.value_or(100);
  std::string query = "?sort=lastModified&full=true&limit=" + std::to_string(limit);
  if (!target_.empty()) query += "&author=" + Escape(target_);
  RepositoryList list;
  for (const auto kind : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
    const auto items =
        TRY(node.GetList("/api/" + std::string(storage::Plural(kind)) + query, limit));
    list.Add(kind, items);
  }
  if (list.size() == 0) session.output().Note("Nothing there that you may see");
  return session.output().Print(list.items(), list.table());
}

Status Ls::ListFiles(Session& session) {
  const auto address = TRY(ParseRepositoryAddress(target_));
  auto& node = *TRY(session.Node());
  while (folder_.ends_with('/')) folder_.pop_back();
  auto path = address.ApiPath() + "/tree/" + address.EscapedRevision();
  if (!folder_.empty()) path += "/" + Escape(folder_);
  path += recursive_ ? "?recursive=true" : "?recursive=false";
  const auto items = TRY(node.GetList(path, kFilesMax));
  Table table({{"SIZE", true}, {"NAME"}});
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  for (const auto& item : items) {
    const auto name = FindString(item, "path").value_or("");
    if (FindString(item, "type") == "directory") {
      if (!recursive_) table.Add({"", name + "/"});
      continue;
    }
    const auto size =
        static_cast<std::uint64_t>(std::max<std::int64_t>(FindInt(item, "size").value_or(0), 0));
    const bool people = session.environment().terminal.OutputIsTerminal();
    table.Add({people ? FormatBytes(size) : std::to_string(size), name});
    ++files;
    bytes += size;
  }
  // Their list is not withheld, but the files may be. What cannot be told changes nothing.
  const auto repository = node.Get(address.ApiPath() + "?expand=standing");
  const auto standing = repository ? StandingOf(*repository) : "";
  if (!standing.empty()) session.output().Note("this repository is " + standing);
  TRY(session.output().Print(items, table));
  if (session.environment().terminal.OutputIsTerminal()) {
    session.output().Note(FormatCount(files) + (files == 1 ? " file, " : " files, ") +
                          FormatBytes(bytes));
  }
  return Ok();
}

}  // namespace

std::unique_ptr<Command> MakeLs() { return std::make_unique<Ls>(); }

}  // namespace banyan::cli
