// search: repositories by words and filters.
#include "cli/commands.h"
#include "cli/repository_list.h"
#include "cli/session.h"

namespace banyan::cli {
namespace {

class Search final : public Command {
 public:
  Search() : Command("search", "find models and datasets") {
    MayTake("WORDS", words_, "what names, cards and tags are searched for");
    Option("--kind", "KIND", kind_, "only these").choices = {"models", "datasets"};
    Option("--author", "NAMESPACE", author_, "only of this user or organisation");
    Option("--task", "TASK", task_, "such as text-generation or automatic-speech-recognition");
    Option("--licence", "LICENCE", licence_,
           "such as apache-2.0 or 'Apache License 2.0', by id or name");
    Option("--language", "CODE", language_, "such as en, ar or zh");
    Option("--library", "NAME", library_, "such as transformers or gguf");
    Option("--tag", "TAG", tags_, "any tag; may be given several times");
    Option("--sort", "ORDER", sort_, "newest first unless told otherwise").choices = {
        "lastModified", "createdAt", "downloads", "likes"};
    Option("--limit", "COUNT", limit_, "at most so many of each kind (20)").at_least = 1;
    Shows("search speech arabic", "what has both words");
    Shows("search --task text-generation --licence apache-2.0 --language am", "by filters alone");
  }

  Status Run(Session& session) override {
    auto& node = *TRY(session.Node());
    const std::size_t limit = limit_.value_or(20);
    RepositoryList list;
    for (const auto kind : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
      const auto plural = std::string(storage::Plural(kind));
      if (!kind_.empty() && kind_ != plural) continue;
      list.Add(kind, TRY(node.GetList("/api/" + plural + Query(kind, limit), limit)));
    }
    if (list.size() == 0) session.output().Note("Nothing found");
    return session.output().Print(list.items(), list.table());
  }

 private:
  std::string Query(storage::RepositoryKind kind, std::size_t limit) const {
    const bool is_dataset = kind == storage::RepositoryKind::Dataset;
    std::string query = "?full=true&limit=" + std::to_string(limit);
    query += "&sort=" + (sort_.empty() ? "lastModified" : sort_);
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) query += std::string("&") + name + "=" + Escape(value);
    };
    const auto filter = [&](const std::string& prefix, const std::string& value) {
      if (!value.empty()) add("filter", prefix + value);
    };
    std::string words;
    for (const auto& word : words_) words += (words.empty() ? "" : " ") + word;
    add("search", words);
    add("author", author_);
    if (is_dataset) {
      filter("task_categories:", task_);
    } else {
      add("pipeline_tag", task_);
    }
    add("license", licence_);
    filter("language:", language_);
    filter("", library_);
    for (const auto& tag : tags_) filter("", tag);
    return query;
  }

  std::vector<std::string> words_;
  std::string kind_;
  std::string author_;
  std::string task_;
  std::string licence_;
  std::string language_;
  std::string library_;
  std::vector<std::string> tags_;
  std::string sort_;
  std::optional<std::uint64_t> limit_;
};

}  // namespace

std::unique_ptr<Command> MakeSearch() { return std::make_unique<Search>(); }

}  // namespace banyan::cli
