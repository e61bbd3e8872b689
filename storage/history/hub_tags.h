#pragma once
// Tags as public hubs build them, so that their clients' filters work here.

#include <string>
#include <string_view>
#include <vector>

#include "storage/history/repository_metadata.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxBuiltTags = 400;
inline constexpr std::size_t kMaxBuiltTagBytes = 128;

// In this order, each once, longer ones and those past the limit left out:
//   library, weight formats, model type, "custom_code", task; what weight files are made of, in
//   lower case, which is ours: "dtype:bf16" (of GGUF the quantisation, "dtype:q4_k_m"),
//   "architecture:llama" (of GGUF, and of config.json); for datasets "format:x",
//   "task_categories:x", "size_categories:x"; the card's own tags; "arxiv:2310.12345" for papers
//   that the card or README names; each language plain and as "language:x"; "base_model:x" and
//   "base_model:<relation>:x"; "dataset:x"; "license:x".
// What an author may choose freely (tags, library, task, language) cannot claim a derived prefix
// such as "license:" or "base_model:".
// Uses every field of `metadata` but tags, title, description and search_text.
std::vector<std::string> BuildTags(const RepositoryMetadata& metadata, const RevisionView& revision,
                                   RepositoryKind kind, std::string_view readme);

// "namespace/name" or "name" with the characters that hubs allow, at most 96 each.
bool LooksLikeRepositoryId(std::string_view text);

// New-style arXiv ids ("2310.12345") in links or after "arxiv:", each once, at most 32.
std::vector<std::string> FindPapers(std::string_view text);

}  // namespace banyan::storage
