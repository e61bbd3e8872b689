#include "storage/metadata/card_check.h"

#include <algorithm>

#include "storage/base/utf8.h"
#include "storage/metadata/task_tags.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kRelations[] = {"finetune", "adapter", "quantized", "merge"};
constexpr std::string_view kSizes[] = {"n<1K",       "1K<n<10K",   "10K<n<100K", "100K<n<1M",
                                       "1M<n<10M",   "10M<n<100M", "100M<n<1B",  "1B<n<10B",
                                       "10B<n<100B", "100B<n<1T",  "n>1T",       "other"};

template <typename List>
bool Contains(const List& list, std::string_view value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

class Checker {
 public:
  Checker(const Card& card, RepositoryKind kind)
      : card_(card), kind_(kind), found_(card.problems) {}

  std::vector<CardProblem> Run() {
    CheckLicence();
    CheckTasks();
    CheckLanguages();
    CheckLineage();
    if (kind_ == RepositoryKind::Dataset) {
      for (const auto& size : card_.size_categories) {
        if (!Contains(kSizes, size))
          Warn("size_categories: " + Quote(size) + " is not a known size");
      }
    }
    return std::move(found_);
  }

 private:
  // Warnings repeat the author's own words, but not at any length.
  static std::string Quote(std::string_view text) {
    const auto head = TruncateUtf8(text, 64);
    return "'" + std::string(head) + (head.size() < text.size() ? "...'" : "'");
  }
  void Warn(std::string message) {
    static constexpr std::size_t kMaxWarnings = 200;
    if (found_.size() < kMaxWarnings) found_.push_back({0, std::move(message)});
  }

  void CheckLicence() {
    const auto licences = CardLicences(card_);
    if (licences.front().kind == LicenceKind::NoneDeclared) {
      return Warn("license: none declared, so nobody may use this: add 'license:' and an id");
    }
    for (const auto& licence : licences) CheckOne(licence);
    const bool other = Contains(card_.licences, "other");
    if (!other && !card_.licence_name.empty()) {
      Warn("license_name: has a meaning only with 'license: other'");
    }
    if (kind_ == RepositoryKind::Model && licences.size() > 1) {
      Warn("license: several ids are read as all of them together");
    }
  }
  void CheckOne(const Licence& licence) {
    if (licence.declared == "other") {
      if (card_.licence_name.empty()) Warn("license: 'other' needs 'license_name:'");
      if (card_.licence_link.empty()) {
        Warn("license: 'other' needs 'license_link:', a file of this repository or a URL");
      }
    } else if (licence.kind == LicenceKind::Unknown && licence.Has("ambiguous") &&
               licence.declared != "unknown") {
      Warn("license: " + Quote(licence.declared) + " is no known id: use one such as 'apache-2.0'");
    } else if (licence.kind == LicenceKind::Family) {
      Warn("license: " + Quote(licence.declared) + " names a family: say which licence of it");
    }
  }
  void CheckTasks() {
    const auto& pipeline = card_.pipeline_tag;
    const auto* tag = FindTaskTag(pipeline);
    if (!pipeline.empty() && (tag == nullptr || !tag->in_models)) {
      Warn("pipeline_tag: " + Quote(pipeline) + " is no known task");
    }
    for (const auto& task : card_.tasks) {
      tag = FindTaskTag(task);
      if (tag != nullptr &&
          (kind_ == RepositoryKind::Dataset ? tag->in_datasets : tag->in_models)) {
        continue;
      }
      Warn((kind_ == RepositoryKind::Dataset ? "task_categories: " : "tasks: ") + Quote(task) +
           " is no known task");
    }
  }
  void CheckLanguages() {
    for (const auto& language : card_.languages) {
      if (language == "code" || language == "multilingual") continue;
      // ISO 639 codes have two or three letters; BCP-47 adds parts after a dash.
      const auto code = std::string_view(language).substr(0, language.find('-'));
      const bool letters = std::all_of(code.begin(), code.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      });
      if (!letters || code.size() < 2 || code.size() > 3) {
        Warn("language: " + Quote(language) + " is no language code: use one such as 'en' or 'yo'");
      }
    }
  }
  void CheckLineage() {
    const auto& relation = card_.base_model_relation;
    if (relation.empty()) return;
    if (!Contains(kRelations, relation)) {
      Warn("base_model_relation: " + Quote(relation) +
           " is not one of finetune, adapter, quantized, merge");
    }
    if (card_.base_models.empty()) Warn("base_model_relation: has no 'base_model:' to relate to");
  }

  const Card& card_;
  const RepositoryKind kind_;
  std::vector<CardProblem> found_;
};

}  // namespace

std::vector<CardProblem> CheckCard(const Card& card, RepositoryKind kind) {
  return Checker(card, kind).Run();
}

std::vector<std::string> CardWarnings(const Card& card, RepositoryKind kind) {
  std::vector<std::string> warnings;
  for (const auto& problem : CheckCard(card, kind)) warnings.push_back(problem.ToString());
  return warnings;
}

}  // namespace banyan::storage
