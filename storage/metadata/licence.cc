#include "storage/metadata/licence.h"

#include <algorithm>

#include "storage/metadata/licence_table.h"

namespace banyan::storage {
namespace {

constexpr std::pair<LicenceKind, std::string_view> kKinds[] = {
    {LicenceKind::NoneDeclared, "none-declared"},
    {LicenceKind::Unknown, "unknown"},
    {LicenceKind::Other, "other"},
    {LicenceKind::Family, "family"},
    {LicenceKind::PublicDomain, "public-domain"},
    {LicenceKind::Permissive, "permissive"},
    {LicenceKind::WeakCopyleft, "weak-copyleft"},
    {LicenceKind::Copyleft, "copyleft"},
    {LicenceKind::NetworkCopyleft, "network-copyleft"},
    {LicenceKind::NoDerivatives, "no-derivatives"},
    {LicenceKind::NonCommercial, "non-commercial"},
    {LicenceKind::ResearchOnly, "research-only"},
    {LicenceKind::UseRestricted, "use-restricted"},
    {LicenceKind::Community, "community"},
    {LicenceKind::Tiered, "tiered"},
};

// An id as SPDX allows after "LicenseRef-": letters, digits, dots and dashes, at most 64.
std::string Slug(std::string_view text) {
  std::string slug = LicenceKey(text);
  for (char& c : slug) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    if (!keep) c = '-';
  }
  return LicenceKey(slug).substr(0, 64);
}

// The spellings to look up, most exact first.
std::vector<std::string> Spellings(std::string_view declared) {
  std::vector<std::string> keys = {LicenceKey(declared)};
  const auto add = [&](std::string key) {
    if (!key.empty()) keys.push_back(std::move(key));
  };
  if (keys[0].starts_with("the-")) add(keys[0].substr(4));
  for (const std::string_view suffix : {"-license", "-licence"}) {
    if (keys.back().ends_with(suffix)) add(keys.back().substr(0, keys.back().size() - 8));
  }
  if (const auto at = keys.back().find("-version-"); at != std::string::npos) {
    add(std::string(keys.back()).erase(at, 8));
  }
  const std::string key = keys[0];  // a copy: add() moves the vector
  if (key.ends_with('+')) add(key.substr(0, key.size() - 1) + "-or-later");
  // GNU licences that no hub id names: LGPL-2.0, AGPL-1.0, GFDL-1.3, ...
  add(key + "-only");
  return keys;
}

}  // namespace

std::string_view ToString(LicenceKind kind) {
  for (const auto& [value, text] : kKinds) {
    if (value == kind) return text;
  }
  return "unknown";
}

std::optional<LicenceKind> ParseLicenceKind(std::string_view text) {
  for (const auto& [value, name] : kKinds) {
    if (name == text) return value;
  }
  return std::nullopt;
}

bool Licence::Has(std::string_view flag) const {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

std::optional<std::string_view> Licence::Value(std::string_view key) const {
  for (const std::string_view flag : flags) {
    if (flag.size() > key.size() && flag.starts_with(key) && flag[key.size()] == ':') {
      return flag.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

Licence NormaliseLicence(std::string_view declared) {
  const auto keys = Spellings(declared);
  Licence licence;
  if (keys[0].empty()) return licence;
  for (const auto& key : keys) {
    const auto* found = FindLicence(key);
    if (found == nullptr) continue;
    licence = *found;
    licence.declared = declared;
    const bool guessed_only = key != keys[0] && key == keys[0] + "-only";
    if (guessed_only) licence.flags.emplace_back(kOnlyOrLater);
    return licence;
  }
  licence.declared = declared;
  licence.id = Slug(declared);
  licence.kind = LicenceKind::Unknown;
  licence.flags = {"ambiguous"};
  if (!licence.id.empty()) licence.expression = "LicenseRef-declared-" + licence.id;
  return licence;
}

std::vector<Licence> NormaliseLicences(const std::vector<std::string>& declared,
                                       std::string_view name) {
  std::vector<Licence> licences;
  for (const auto& each : declared) {
    auto licence = NormaliseLicence(each);
    if (licence.kind == LicenceKind::NoneDeclared) continue;
    if (licence.kind == LicenceKind::Other && !LicenceKey(name).empty()) {
      auto named = NormaliseLicence(name);
      if (named.kind != LicenceKind::Unknown || !named.Has("ambiguous")) {
        licence = std::move(named);
      } else {
        licence.name = name;
        if (!named.id.empty()) licence.expression = "LicenseRef-other-" + named.id;
      }
      // `other` on top of a standard name hints at changed terms.
      if (!licence.expression.starts_with("LicenseRef-")) licence.flags.emplace_back("verify-text");
      licence.declared = each;
    }
    licences.push_back(std::move(licence));
  }
  if (licences.empty()) licences.emplace_back();
  return licences;
}

std::string LicenceExpression(const std::vector<Licence>& licences) {
  std::string expression;
  for (const auto& licence : licences) {
    if (licence.kind == LicenceKind::NoneDeclared) return "NONE";
    if (licence.expression.empty()) return "NOASSERTION";
    if (!expression.empty()) expression += " AND ";
    expression += licence.expression;
  }
  return expression.empty() ? "NONE" : expression;
}

}  // namespace banyan::storage
