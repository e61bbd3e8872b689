#include "storage/metadata/licence_table.h"

#include <map>

#include "storage/base/ascii_case.h"
#include "storage/metadata/table.h"

namespace banyan::storage {
namespace {

std::vector<std::string> Flags(std::string_view field) {
  std::vector<std::string> flags;
  for (const auto flag : SplitFields(field, ',')) flags.emplace_back(flag);
  return flags;
}

// All tables, by every spelling that names a row. Built once; an id wins over a title.
class Index {
 public:
  Index() {
    for (const auto& row : TableRows("hf-licenses.tsv")) AddHub(row);
    for (const auto& row : TableRows("spdx-licenses.tsv")) AddSpdx(row);
    for (const auto& row : TableRows("ai-licenses.tsv")) AddAi(row);
    for (const auto& [title, id] : titles_) by_key_.emplace(title, by_key_.at(id));
  }

  const Licence* Find(const std::string& key) const {
    const auto it = by_key_.find(key);
    return it == by_key_.end() ? nullptr : &it->second;
  }

 private:
  void AddHub(const TableRow& row) {
    Licence licence;
    licence.id = row[0];
    licence.name = row[1];
    licence.expression = row[2].empty() ? row[3] : row[2];
    licence.kind = ParseLicenceKind(row[4]).value_or(LicenceKind::Unknown);
    if (!row[5].empty()) licence.osi = row[5] == "y";
    licence.flags = Flags(row[6]);
    if (!row[2].empty()) by_spdx_[licence.expression] = licence;
    titles_.emplace_back(LicenceKey(row[1]), licence.id);
    by_key_.emplace(licence.id, std::move(licence));
  }
  void AddSpdx(const TableRow& row) {
    const auto key = LowerAscii(row[0]);
    titles_.emplace_back(LicenceKey(row[1]), key);
    const auto same = by_spdx_.find(std::string(row[0]));
    Licence licence = same != by_spdx_.end() ? same->second : Kin(key);
    licence.expression = row[0];
    if (same == by_spdx_.end()) {
      licence.id = key;
      licence.name = row[1];
      licence.osi = std::nullopt;
      if (!row[2].empty()) licence.osi = row[2] == "y";
    }
    // Written out with -only, nothing is ambiguous any more.
    if (key.ends_with("-only") || key.ends_with("-or-later")) {
      licence.id = key;
      std::erase(licence.flags, kOnlyOrLater);
    }
    by_key_.emplace(key, std::move(licence));
  }
  // What is known about an SPDX licence from a hub row of the same text family: the other
  // version choice of a GNU licence, another version or port of a Creative Commons licence.
  Licence Kin(const std::string& key) const {
    Licence unknown;
    unknown.kind = LicenceKind::Unknown;
    unknown.flags = {"verify-text"};
    std::string base = key;
    for (const std::string_view suffix : {"-only", "-or-later"}) {
      if (base.ends_with(suffix)) base.resize(base.size() - suffix.size());
    }
    if (base != key) {
      const auto* hub = Find(base);
      return hub != nullptr ? *hub : unknown;
    }
    if (!key.starts_with("cc-by-")) return unknown;
    const auto version = key.find_first_of("0123456789");
    if (version == std::string::npos) return unknown;
    const auto* hub = Find(key.substr(0, version) + "4.0");
    return hub != nullptr ? *hub : unknown;
  }
  void AddAi(const TableRow& row) {
    Licence licence;
    licence.id = row[0];
    licence.expression = row[2];
    licence.kind = ParseLicenceKind(row[3]).value_or(LicenceKind::Unknown);
    licence.flags = Flags(row[4]);
    for (const auto alias : SplitFields(row[1], ','))
      titles_.emplace_back(LicenceKey(alias), licence.id);
    by_key_.emplace(licence.id, std::move(licence));
  }

  std::map<std::string, Licence> by_key_;
  std::map<std::string, Licence> by_spdx_;                   // hub rows that name one SPDX licence
  std::vector<std::pair<std::string, std::string>> titles_;  // title key, id
};

}  // namespace

std::string LicenceKey(std::string_view text) {
  std::string key;
  for (const char c : LowerAscii(text)) {
    const bool gap = std::string_view(" \t\r\n_-,").find(c) != std::string_view::npos;
    if (!gap) {
      key.push_back(c);
    } else if (!key.empty() && key.back() != '-') {
      key.push_back('-');
    }
  }
  while (key.ends_with('-')) key.pop_back();
  return key;
}

const Licence* FindLicence(const std::string& key) {
  static const Index index;
  return index.Find(key);
}

}  // namespace banyan::storage
