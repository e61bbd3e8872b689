#pragma once
// Which GGUF files of a repository a tag means, as tools that run such models write them:
// `ollama pull host/owner/name:tag`, `llama-cli -hf owner/name:tag`. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::node {

struct GgufChoice {
  std::string model;        // its path; the first of several parts
  std::uint64_t parts = 1;  // files that make up the model
  std::string projector;    // of a model that sees or hears; empty: none
};

// `tag` is a quantisation ("Q4_K_M") or the name of a file, with or without ".gguf", in any case;
// "latest" and nothing mean Q4_K_M, else Q8_0, else the first file in the order of `paths`. Files
// that only help others (projectors, importance matrices, draft models) are never the model.
// NotFound names what there is.
Result<GgufChoice> ChooseGguf(const std::vector<std::string>& paths, std::string_view tag);

// "Q4_K_M" of "folder/model-q4_k_m.gguf"; empty when the name does not say.
std::string QuantisationOf(std::string_view path);

// By the suffix, in any case.
bool IsGguf(std::string_view path);

}  // namespace banyan::node
