#include "storage/history/hub_tags.h"

#include <algorithm>
#include <set>

#include "storage/base/ascii_case.h"
#include "storage/history/file_traits.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxPapers = 32;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlphanumeric(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsDerived(std::string_view tag) {
  for (const std::string_view prefix :
       {"license:", "base_model:", "dataset:", "language:", "format:", "library:", "region:",
        "task_categories:", "size_categories:", "dtype:", "architecture:"}) {
    if (tag.starts_with(prefix)) return true;
  }
  return false;
}

// Each tag once, in the order added.
class TagList {
 public:
  void Add(std::string tag) {
    const bool control = std::any_of(tag.begin(), tag.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (tag.empty() || tag.size() > kMaxBuiltTagBytes || control) return;
    if (tags_.size() == kMaxBuiltTags || !seen_.insert(tag).second) return;
    tags_.push_back(std::move(tag));
  }
  // A text of the author's choice, which must not pass for a derived tag.
  void AddFree(const std::string& tag) {
    if (!IsDerived(tag)) Add(tag);
  }
  void AddAll(const std::string& prefix, const std::vector<std::string>& values) {
    for (const auto& value : values) {
      if (!value.empty()) Add(prefix + value);
    }
  }
  std::vector<std::string> Take() { return std::move(tags_); }

 private:
  std::vector<std::string> tags_;
  std::set<std::string> seen_;
};

void AddWeights(const ModelFiles& model, TagList& tags) {
  const auto add = [&](const char* prefix, const std::string& value) {
    if (!value.empty()) tags.Add(prefix + LowerAscii(value));
  };
  if (model.safetensors) {
    for (const auto& [dtype, count] : model.safetensors->parameters_by_dtype) add("dtype:", dtype);
  }
  if (model.gguf) {
    add("dtype:", model.gguf->header.quantisation);
    add("architecture:", model.gguf->header.architecture);
  }
  for (const auto& architecture : model.architectures) add("architecture:", architecture);
}

void AddLicences(const RepositoryMetadata& metadata, TagList& tags) {
  for (const auto& licence : metadata.licences) {
    if (licence.kind == LicenceKind::NoneDeclared) continue;
    // What the author declared, and what it turned out to mean ("other" named "qwen").
    const auto declared = NormaliseLicence(licence.declared);
    if (!declared.id.empty()) tags.Add("license:" + declared.id);
    if (!licence.id.empty()) tags.Add("license:" + licence.id);
  }
}

// The length of an id like 2310.12345 at the start of `text`, or 0.
std::size_t PaperIdLength(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && (IsDigit(text[size]) || (size == 4 && text[4] == '.'))) ++size;
  const bool shaped = (size == 9 || size == 10) && text[4] == '.';
  return shaped ? size : 0;
}

}  // namespace

bool LooksLikeRepositoryId(std::string_view text) {
  std::size_t parts = 0;
  while (true) {
    const auto end = std::min(text.find('/'), text.size());
    const auto part = text.substr(0, end);
    const bool clean = std::all_of(part.begin(), part.end(), [](char c) {
      return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.';
    });
    if (part.empty() || part.size() > 96 || !clean || part == "." || part == "..") return false;
    if (++parts > 2) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> FindPapers(std::string_view text) {
  std::vector<std::string> papers;
  for (std::size_t at = 0; at < text.size() && papers.size() < kMaxPapers;) {
    // "arXiv", "ArXiv" and "arxiv" alike.
    at = text.find_first_of("xX", at);
    if (at == std::string_view::npos) break;
    const auto after = text.substr(++at);
    std::size_t skip = std::string_view::npos;
    for (const std::string_view link : {"iv.org/abs/", "iv.org/pdf/", "iv:"}) {
      if (after.starts_with(link)) skip = link.size();
    }
    const auto before = text.substr(0, at - 1);
    const bool name = before.ends_with("ar") || before.ends_with("Ar");
    if (!name || skip == std::string_view::npos) continue;
    const auto id = after.substr(skip, PaperIdLength(after.substr(skip)));
    const bool known = std::find(papers.begin(), papers.end(), id) != papers.end();
    if (!id.empty() && !known) papers.emplace_back(id);
  }
  return papers;
}

std::vector<std::string> BuildTags(const RepositoryMetadata& metadata, const RevisionView& revision,
                                   RepositoryKind kind, std::string_view readme) {
  TagList tags;
  tags.AddFree(metadata.library);
  if (kind == RepositoryKind::Model) {
    tags.AddAll("", WeightFormats(revision.files));
    tags.AddFree(metadata.model.model_type);
    if (metadata.model.runs_code) tags.Add("custom_code");
    tags.AddFree(metadata.task);
    AddWeights(metadata.model, tags);
  } else {
    tags.AddAll("task_categories:", metadata.card.tasks);
    tags.AddAll("size_categories:", metadata.card.size_categories);
    const auto format = DataFormat(revision.files);
    if (!format.empty()) tags.Add("format:" + format);
  }
  for (const auto& tag : metadata.card.tags) tags.AddFree(tag);
  tags.AddAll("arxiv:", FindPapers(readme));
  for (const auto& language : metadata.languages) tags.AddFree(language);
  tags.AddAll("language:", metadata.languages);
  tags.AddAll("base_model:", metadata.base_models);
  tags.AddAll("base_model:" + metadata.base_model_relation + ":", metadata.base_models);
  tags.AddAll("dataset:", metadata.datasets);
  AddLicences(metadata, tags);
  return tags.Take();
}

}  // namespace banyan::storage
