#pragma once
// Lists of repositories as nodes send them (Hub API): one row each for people.

#include <string>

#include "cli/table.h"
#include "storage/base/json.h"
#include "storage/base/repository_name.h"

namespace banyan::cli {

// The licence of an item: its SPDX expression, or the hub's tag "license:x"; empty when it has
// declared none.
std::string LicenceOf(const Json& item);
// What people read of a licence: "none declared" for none, and for one in a card that cannot be
// read, that.
std::string LicenceText(const std::string& licence);
// What is stated of a repository, as the node says it: "removed, court, in KE".
std::string StandingText(const Json& standing);
// The same of an item; empty when nothing is stated of it.
std::string StandingOf(const Json& item);
// "2026-01-31" of a date in ISO form; empty when absent.
std::string DateOf(const Json& item, std::string_view member);

// Collects items of both kinds and shows them.
class RepositoryList {
 public:
  RepositoryList();
  // `items` is an array. Datasets are shown as "datasets/namespace/name".
  void Add(storage::RepositoryKind kind, const Json& items);
  std::size_t size() const { return items_.size(); }
  const Table& table() const { return table_; }
  // The items as the node sent them, each with "type": "model" or "dataset".
  const Json& items() const { return items_; }

 private:
  Table table_;
  Json items_ = Json::array();
};

}  // namespace banyan::cli
