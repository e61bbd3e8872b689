#include "node/policy_words.h"

#include <algorithm>

#include "storage/base/glob.h"
#include "storage/base/repository_glob.h"
#include "storage/base/repository_name.h"
#include "storage/metadata/licence.h"
#include "storage/metadata/task_tags.h"

namespace banyan::node {
namespace {

bool IsGlob(const std::string& text) { return text.find_first_of("*?[") != text.npos; }

Error Misspelt(const std::string& text, const std::string& expected) {
  return Error(Errc::Invalid, "\"" + text + "\" stands for nothing: expected " + expected);
}

// The part before the first "-" of a code such as "sw", "yue" or "zh-Hant".
bool IsLanguageCode(const std::string& text) {
  const auto primary = text.substr(0, text.find('-'));
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return (primary.size() == 2 || primary.size() == 3) && std::ranges::all_of(primary, is_letter);
}

}  // namespace

Status CheckRepositoryGlob(const std::string& glob) {
  const auto kind = glob.substr(0, glob.find('/'));
  if (storage::IsRepositoryGlob(glob) && CheckKindGlob(kind)) return Ok();
  return Error(Errc::Invalid,
               "expected KIND/NAMESPACE/NAME, of which KIND is models, datasets or *, and the "
               "others may have * in them, such as models/lab/*");
}

Status CheckKindGlob(const std::string& glob) {
  const auto folded = storage::FoldName(glob);
  for (const auto kind : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
    if (MatchesGlob(folded, std::string(storage::Plural(kind)))) return Ok();
  }
  return Misspelt(glob, "models or datasets");
}

Status CheckLicenceGlob(const std::string& glob) {
  const auto folded = storage::FoldName(glob);
  const bool is_special =
      folded == "none" || folded == "noassertion" || folded.starts_with("licenseref-");
  if (is_special || IsGlob(glob) || glob.find(' ') != glob.npos) return Ok();
  const auto licence = storage::NormaliseLicence(glob);
  const bool is_known = licence.kind != storage::LicenceKind::Unknown;
  if (is_known && storage::FoldName(licence.expression) == folded) return Ok();
  if (is_known && !licence.expression.empty()) return Misspelt(glob, licence.expression);
  return Misspelt(glob,
                  "an SPDX id or expression such as Apache-2.0, CC-* or MIT OR GPL-2.0-only; "
                  "LicenseRef-...; NONE or NOASSERTION");
}

Status CheckTaskGlob(const std::string& glob) {
  if (IsGlob(glob) || storage::FindTaskTag(storage::FoldName(glob)) != nullptr) return Ok();
  return Misspelt(glob,
                  "a task such as text-generation or automatic-speech-recognition, or a * in "
                  "it for one that hubs do not know");
}

Status CheckLanguageGlob(const std::string& glob) {
  if (IsGlob(glob) || IsLanguageCode(glob)) return Ok();
  return Misspelt(glob, "the code of a language, such as sw, en or zh-*");
}

}  // namespace banyan::node
