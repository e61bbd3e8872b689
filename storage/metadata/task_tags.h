#pragma once
// The tasks that hubs agree on (storage/metadata/data/task-tags.tsv). Safe for concurrent use.

#include <string_view>

namespace banyan::storage {

struct TaskTag {
  std::string_view tag;       // "text-generation"
  std::string_view modality;  // "nlp", "cv", "audio", "multimodal", "tabular", "rl", "other"
  bool in_models = false;     // may be a model's pipeline_tag
  bool in_datasets = false;   // may be in a dataset's task_categories
};

// nullptr for a tag that is not in the table.
const TaskTag* FindTaskTag(std::string_view tag);

}  // namespace banyan::storage
