#include "storage/metadata/task_tags.h"

#include <map>

#include "storage/metadata/table.h"

namespace banyan::storage {
namespace {

std::map<std::string_view, TaskTag> ReadTags() {
  std::map<std::string_view, TaskTag> tags;
  for (const auto& row : TableRows("task-tags.tsv")) {
    // `other` is in neither list of the table, and both kinds may use it.
    const bool other = row[0] == "other";
    tags[row[0]] = {row[0], row[1], other || row[2] == "y", other || row[3] == "y"};
  }
  return tags;
}

}  // namespace

const TaskTag* FindTaskTag(std::string_view tag) {
  static const auto tags = ReadTags();
  const auto it = tags.find(tag);
  return it == tags.end() ? nullptr : &it->second;
}

}  // namespace banyan::storage
