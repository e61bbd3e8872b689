// search: repositories by words and filters.
#include "cli/commands.h"
#include "cli/repository_list.h"
#include "cli/session.h"
#include "cli/text.h"
#include "storage/base/ascii_case.h"

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
    Option("--parameters", "MIN..MAX", parameters_,
           "models of so many parameters, such as 1B..8B, 70B.. or ..500M");
    Option("--tag", "TAG", tags_, "any tag; may be given several times");
    Option("--sort", "ORDER", sort_, "newest first unless told otherwise").choices = {
        "lastModified", "createdAt", "downloads", "likes"};
    Option("--limit", "COUNT", limit_, "at most so many of each kind (20)").at_least = 1;
    Shows("search speech arabic", "what has both words");
    Shows("search --parameters ..3B --library gguf", "small models for llama.cpp and its kin");
    Shows("search --task text-generation --licence apache-2.0 --language am", "by filters alone");
  }

  Status Run(Session& session) override {
    const auto range = TRY(ParameterRange());
    auto& node = *TRY(session.Node());
    const std::size_t limit = limit_.value_or(20);
    RepositoryList list;
    for (const auto kind : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
      const auto plural = std::string(storage::Plural(kind));
      if (!kind_.empty() && kind_ != plural) continue;
      if (!range.empty() && kind == storage::RepositoryKind::Dataset) continue;  // has none
      list.Add(kind, TRY(node.GetList("/api/" + plural + Query(kind, range, limit), limit)));
    }
    if (list.size() == 0) session.output().Note("Nothing found");
    return session.output().Print(list.items(), list.table());
  }

 private:
  // As the API has it, "min:1B,max:8B"; empty when none is wanted. The node knows what a number is.
  Result<std::string> ParameterRange() const {
    if (parameters_.empty()) return std::string();
    const auto dots = parameters_.find("..");
    if (dots == parameters_.npos || parameters_.size() == 2) {
      return Error(Errc::Invalid, "--parameters: '" + Printable(parameters_) +
                                      "' is no range: write MIN..MAX, MIN.. or ..MAX");
    }
    if (kind_ == "datasets") {
      return Error(Errc::Invalid, "datasets have no parameters: leave out --parameters or --kind");
    }
    const auto min = UpperAscii(parameters_.substr(0, dots));
    const auto max = UpperAscii(parameters_.substr(dots + 2));
    return (min.empty() ? "" : "min:" + min) + (min.empty() || max.empty() ? "" : ",") +
           (max.empty() ? "" : "max:" + max);
  }
  std::string Query(storage::RepositoryKind kind, const std::string& range,
                    std::size_t limit) const {
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
    add("num_parameters", range);
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
  std::string parameters_;
  std::vector<std::string> tags_;
  std::string sort_;
  std::optional<std::uint64_t> limit_;
};

}  // namespace

std::unique_ptr<Command> MakeSearch() { return std::make_unique<Search>(); }

}  // namespace banyan::cli
