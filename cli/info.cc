// info: what a repository says about itself.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/repository_address.h"
#include "cli/repository_list.h"
#include "cli/session.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

std::string Names(const Json& refs, const char* member) {
  std::string names;
  for (const auto& ref : refs.value(member, Json::array())) {
    names += (names.empty() ? "" : ", ") + FindString(ref, "name").value_or("");
  }
  return names;
}

// A member that is a string or a list of them.
std::string Joined(const Json& object, const char* member) {
  const auto* value = FindMember(object, member);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  std::string text;
  if (!value->is_array()) return text;
  for (const auto& item : *value) {
    if (item.is_string()) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  }
  return text;
}

std::string CardText(const Json& repository, const char* member) {
  const auto* card = FindMember(repository, "cardData");
  return card == nullptr ? "" : Joined(*card, member);
}

// What the node found wrong in it: texts, or objects with one.
std::vector<std::string> Problems(const Json& repository) {
  std::vector<std::string> texts;
  const auto* problems = FindMember(repository, "problems");
  if (problems == nullptr || !problems->is_array()) return texts;
  for (const auto& problem : *problems) {
    if (problem.is_string()) texts.push_back(problem.get<std::string>());
    if (auto text = FindString(problem, "message")) texts.push_back(*std::move(text));
  }
  return texts;
}

// "8.2M (8,192,000, safetensors F16)".
std::string ParameterCount(const Json& repository) {
  for (const char* format : {"safetensors", "gguf"}) {
    const auto* part = FindMember(repository, format);
    const auto total = part == nullptr ? std::nullopt : FindInt(*part, "total");
    if (!total || *total <= 0) continue;
    const auto count = static_cast<std::uint64_t>(*total);
    std::string kinds = format;
    const Json counts = part->value("parameters", Json::object());
    for (const auto& [kind, number] : counts.items()) {
      kinds += " " + kind;
    }
    return FormatShortCount(count) + " (" + FormatCount(count) + ", " + kinds + ")";
  }
  return "";
}

// "architecture llama, quantisation Q4_K_M, context length 8,192": what headers and config.json
// say.
std::string ModelText(const Json& repository) {
  std::string architecture;
  std::string text;
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : ", ") + std::string(what) + " " + value;
  };
  const Json* gguf = FindMember(repository, "gguf");
  if (gguf != nullptr) architecture = FindString(*gguf, "architecture").value_or("");
  const Json* config = FindMember(repository, "config");
  if (architecture.empty() && config != nullptr) architecture = Joined(*config, "architectures");
  add("architecture", architecture);
  if (gguf == nullptr) return text;
  add("quantisation", FindString(*gguf, "quantisation").value_or(""));
  const auto length = FindInt(*gguf, "context_length").value_or(0);
  if (length > 0) add("context length", FormatCount(static_cast<std::uint64_t>(length)));
  return text;
}

// Number and size of the files of the revision, from a list with sizes.
std::string Files(const Json& repository) {
  std::uint64_t bytes = 0;
  const auto files = repository.value("siblings", Json::array());
  for (const auto& file : files) {
    bytes +=
        static_cast<std::uint64_t>(std::max<std::int64_t>(FindInt(file, "size").value_or(0), 0));
  }
  return FormatCount(files.size()) + ", " + FormatBytes(bytes);
}

// "node ab12..., unwitnessed, seen 3 min ago through http://...".
std::string MirroredFrom(const Json& repository, std::int64_t now_ms) {
  const auto* mirror = FindMember(repository, "banyan");
  if (mirror == nullptr) return "";
  auto text = "node " + FindString(*mirror, "origin").value_or("") + ", " +
              FindString(*mirror, "trust").value_or("");
  const auto seen = FindString(*mirror, "seen");
  const auto seen_ms = seen ? ParseIsoTime(*seen) : Result<std::int64_t>(now_ms);
  if (seen && seen_ms) {
    text += ", seen " + FormatDuration(std::max<std::int64_t>(now_ms - *seen_ms, 0)) + " ago";
  }
  const auto peer = FindString(*mirror, "peer").value_or("");
  return peer.empty() ? text : text + " through " + peer;
}

// "2 of 5 files, 1.2 kB of 3.0 MB; others on demand".
std::string HeldThere(const Json& repository) {
  const auto* mirror = FindMember(repository, "banyan");
  if (mirror == nullptr) return "";
  const auto figure = [&](const char* name) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(FindInt(*mirror, name).value_or(0), 0));
  };
  auto text = FormatCount(figure("held_files")) + " of " + FormatCount(figure("files")) +
              " files, " + FormatBytes(figure("held_bytes")) + " of " +
              FormatBytes(figure("bytes"));
  if (FindString(*mirror, "others") == "on demand") text += "; others on demand";
  return text;
}

// "removed, court, in KE; its files are not served here".
std::string Standing(const Json& repository) {
  const auto text = StandingOf(repository);
  const bool is_withheld = FindBool(repository, "disabled").value_or(false);
  return is_withheld && !text.empty() ? text + "; its files are not served here" : text;
}

class Info final : public Command {
 public:
  Info() : Command("info", "show a repository's licence, task, languages, sizes and names") {
    Takes("REPO", repository_, "NAMESPACE/NAME[@REVISION]");
    Shows("info alice/tiny", "as of its newest revision");
    Shows("info datasets/alice/words@v1.0 --json", "as of a tag, for a program");
  }

  Status Run(Session& session) override {
    const auto address = TRY(ParseRepositoryAddress(repository_));
    auto& node = *TRY(session.Node());
    const auto path = address.revision.empty() ? address.ApiPath() : address.RevisionPath();
    auto repository = TRY(node.Get(path + "?blobs=true"));
    const auto refs = TRY(node.Get(address.ApiPath() + "/refs"));
    repository["refs"] = refs;
    const auto declared = LicenceOf(repository);
    auto licence = LicenceText(declared);
    if (licence != declared) licence += ": ask its author before you use it";
    for (const auto& problem : Problems(repository)) {
      session.output().Note("this repository says: " + problem);
    }
    auto task = FindString(repository, "pipeline_tag").value_or("");
    if (task.empty()) task = CardText(repository, "task_categories");
    const bool is_private = FindBool(repository, "private").value_or(false);
    return session.output().Print(
        repository, {{"name", address.ToString() + (is_private ? " (private)" : "")},
                     {"standing", Standing(repository)},
                     {"title", CardText(repository, "pretty_name")},
                     {"licence", licence},
                     {"task", task},
                     {"languages", CardText(repository, "language")},
                     {"library", FindString(repository, "library_name").value_or("")},
                     {"parameters", ParameterCount(repository)},
                     {"model", ModelText(repository)},
                     {"base model", CardText(repository, "base_model")},
                     {"trained on", CardText(repository, "datasets")},
                     {"keywords", CardText(repository, "tags")},
                     {"files", Files(repository)},
                     {"origin", MirroredFrom(repository, session.environment().clock.NowMs())},
                     {"held there", HeldThere(repository)},
                     {"revision", FindString(repository, "sha").value_or("none yet")},
                     {"updated", FindString(repository, "lastModified").value_or("")},
                     {"branches", Names(refs, "branches")},
                     {"tags", Names(refs, "tags")},
                     {"downloads", std::to_string(FindInt(repository, "downloads").value_or(0))}});
  }

 private:
  std::string repository_;
};

}  // namespace

std::unique_ptr<Command> MakeInfo() { return std::make_unique<Info>(); }

}  // namespace banyan::cli
