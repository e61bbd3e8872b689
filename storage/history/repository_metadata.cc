#include "storage/history/repository_metadata.h"

#include <algorithm>

#include "storage/base/utf8.h"
#include "storage/history/file_traits.h"
#include "storage/history/hub_tags.h"
#include "storage/metadata/front_matter.h"
#include "storage/metadata/markdown_text.h"
#include "storage/metadata/search_text.h"
#include "storage/metadata/task_tags.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kReadmePath = "README.md";
constexpr std::size_t kMaxTitleBytes = 256;

// Architectures are named after what they are for.
std::string TaskOfArchitecture(std::string_view architecture) {
  static constexpr std::pair<std::string_view, std::string_view> kTasks[] = {
      {"ForCausalLM", "text-generation"},
      {"ForMaskedLM", "fill-mask"},
      {"ForSequenceClassification", "text-classification"},
      {"ForTokenClassification", "token-classification"},
      {"ForQuestionAnswering", "question-answering"},
      {"ForImageClassification", "image-classification"},
      {"ForObjectDetection", "object-detection"},
      {"ForCTC", "automatic-speech-recognition"},
      {"ForSpeechSeq2Seq", "automatic-speech-recognition"},
  };
  for (const auto& [ending, task] : kTasks) {
    if (architecture.ends_with(ending)) return std::string(task);
  }
  return "";
}

class MetadataReader {
 public:
  MetadataReader(const RevisionView& revision, RepositoryKind kind)
      : revision_(revision), kind_(kind) {}

  Result<RepositoryMetadata> Read() {
    TRY(ReadReadme());
    if (kind_ == RepositoryKind::Model) {
      out_.model = TRY(ReadModelFiles(revision_));
      for (auto& problem : out_.model.problems) out_.problems.push_back(std::move(problem));
      out_.model.problems.clear();
    }
    JoinLicences();
    JoinCard();
    JoinLineage();
    JoinCounts();
    out_.tags = BuildTags(out_, revision_, kind_, readme_);
    JoinTexts();
    return std::move(out_);
  }

 private:
  Status ReadReadme() {
    const auto* file = revision_.Find(kReadmePath);
    if (file == nullptr) return Ok();
    auto text = revision_.ReadText(*file, kMaxReadmeBytes);
    if (!text) {
      if (!IsAboutContent(text.error())) return Error(text.error()).Context(kReadmePath);
      if (revision_.IsAbsent(file->path)) return Ok();
      return RefuseCard(text.error());
    }
    readme_ = *std::move(text);
    auto card = ParseCard(readme_);
    if (!card) return RefuseCard(card.error());
    out_.card = *std::move(card);
    for (const auto& problem : out_.card.problems) Note(problem.ToString());
    return Ok();
  }
  Status RefuseCard(const Error& error) {
    out_.card_is_readable = false;
    Note(error.message());
    return Ok();
  }
  void Note(const std::string& message) {
    out_.problems.push_back(std::string(kReadmePath) + ": " + message);
  }

  void JoinLicences() {
    out_.licences = CardLicences(out_.card);
    if (!out_.card_is_readable) {
      out_.licences.front().kind = LicenceKind::Unknown;
      out_.licences.front().flags = {"ambiguous"};
    }
    out_.licence_files = LicenceFiles(revision_.files);
    const auto embed = [&](const std::string& text) {
      const auto bounded = TruncateUtf8(text, 256);
      if (!bounded.empty()) out_.embedded_licences.emplace_back(bounded);
    };
    if (out_.model.gguf) embed(out_.model.gguf->header.licence);
    if (!out_.model.safetensors) return;
    for (const auto& key : {"license", "modelspec.license"}) {
      const auto it = out_.model.safetensors->metadata.find(key);
      if (it != out_.model.safetensors->metadata.end()) embed(it->second);
    }
  }

  void JoinCard() {
    const auto& card = out_.card;
    for (const auto& language : card.languages) {
      out_.languages.push_back(language == "cn" ? "zh" : language);
    }
    out_.library = card.library_name;
    if (kind_ == RepositoryKind::Dataset) return;
    if (out_.library.empty()) out_.library = InferLibrary(revision_.files);
    out_.task = card.pipeline_tag;
    if (out_.task.empty() && !card.tasks.empty() && FindTaskTag(card.tasks.front()) != nullptr) {
      out_.task = card.tasks.front();
    }
    for (const auto& architecture : out_.model.architectures) {
      if (out_.task.empty()) out_.task = TaskOfArchitecture(architecture);
    }
  }

  void JoinLineage() {
    for (const auto& id : out_.card.base_models) {
      if (LooksLikeRepositoryId(id)) {
        out_.base_models.push_back(id);
      } else {
        Note("'base_model' is no repository id: " + std::string(TruncateUtf8(id, 64)));
      }
    }
    for (const auto& id : out_.card.datasets) {
      if (LooksLikeRepositoryId(id)) out_.datasets.push_back(id);
    }
    if (out_.base_models.empty()) return;
    auto& relation = out_.base_model_relation;
    relation = out_.card.base_model_relation;
    const bool known = relation == "finetune" || relation == "adapter" || relation == "quantized" ||
                       relation == "merge";
    if (known) return;
    relation = "finetune";
    if (out_.base_models.size() > 1) relation = "merge";
    if (out_.model.gguf || out_.model.is_quantised) relation = "quantized";
    if (revision_.Find("adapter_config.json") != nullptr) relation = "adapter";
  }

  void JoinCounts() {
    if (out_.model.safetensors) {
      out_.parameter_count = out_.model.safetensors->parameter_count;
    } else if (out_.model.gguf) {
      out_.parameter_count = out_.model.gguf->header.parameter_count;
    }
  }

  void JoinTexts() {
    const auto front = SplitFrontMatter(readme_);
    auto summary =
        SummariseMarkdown(front ? front->body : std::string_view(readme_), kMaxDescriptionBytes);
    out_.title = out_.card.pretty_name.empty() ? std::move(summary.title) : out_.card.pretty_name;
    out_.title = TruncateUtf8(out_.title, kMaxTitleBytes);
    std::replace_if(
        out_.title.begin(), out_.title.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
    out_.description = std::move(summary.description);
    std::string text = out_.title;
    for (const auto* list : {&out_.tags, &out_.languages}) {
      for (const auto& each : *list) text += "\n" + each;
    }
    text += "\n" + out_.task + "\n" + out_.description;
    out_.search_text = IndexText(text);
  }

  const RevisionView& revision_;
  const RepositoryKind kind_;
  std::string readme_;
  RepositoryMetadata out_;
};

}  // namespace

Result<RepositoryMetadata> ReadRepositoryMetadata(const RevisionView& revision,
                                                  RepositoryKind kind) {
  return MetadataReader(revision, kind).Read();
}

std::string LicenceColumn(const RepositoryMetadata& metadata) {
  const auto expression = LicenceExpression(metadata.licences);
  return expression == "NONE" ? "" : expression;
}

}  // namespace banyan::storage
