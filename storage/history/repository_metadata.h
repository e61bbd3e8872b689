#pragma once
// Everything one revision says about itself, joined: its card, the headers of its model files,
// its configuration and its list of files. What lists, pages, search and policy work on.
// Safe for concurrent use.

#include <optional>
#include <string>
#include <vector>

#include "storage/base/repository_name.h"
#include "storage/history/model_files.h"
#include "storage/history/revision_view.h"
#include "storage/metadata/card_yaml.h"

namespace banyan::storage {

inline constexpr std::uint64_t kMaxReadmeBytes = 512u << 10;  // of README.md are read
inline constexpr std::size_t kMaxDescriptionBytes = 2048;

struct RepositoryMetadata {
  Card card;
  bool card_is_readable = true;  // false: there is front matter, but nobody can parse it

  // Never empty. Unknown when the card is not readable, NoneDeclared when it is silent.
  std::vector<Licence> licences;
  std::vector<std::string> embedded_licences;  // as GGUF and safetensors files name them
  std::vector<std::string> licence_files;      // LICENSE, NOTICE and the like

  std::vector<std::string> languages;  // as declared; ModelScope's "cn" is "zh"
  // One of storage/metadata/task_tags.h where the author kept to it. Models only: declared, or
  // inferred from the architecture. Empty when unknown.
  std::string task;
  std::string library;                   // declared, or inferred from the files; empty when unknown
  std::vector<std::string> base_models;  // only well formed repository ids
  // Declared, or inferred as public hubs do: adapter by its files, quantized by GGUF or its
  // configuration, merge by more than one base, else finetune. Empty without base models.
  std::string base_model_relation;
  std::vector<std::string> datasets;  // only well formed repository ids
  // As public hubs build them, without "region:": see storage/history/hub_tags.h.
  std::vector<std::string> tags;

  std::optional<std::uint64_t> parameter_count;  // of safetensors, else of GGUF
  ModelFiles model;                              // empty for datasets

  std::string title;        // pretty_name, else the README's first heading
  std::string description;  // plain text of the README's first paragraphs
  std::string search_text;  // IndexText of the above; without the repository's name

  // What could not be read and why, "path: ...", for the owner. The rest is still there.
  std::vector<std::string> problems;
};

// Fails only with errors after which it should be tried again (Io, Unavailable, Cancelled, ...):
// nothing that a file contains makes it fail.
Result<RepositoryMetadata> ReadRepositoryMetadata(const RevisionView& revision,
                                                  RepositoryKind kind);

// SPDX expression or LicenseRef for the catalog's licence column: "" when none is declared,
// "NOASSERTION" when nobody can say.
std::string LicenceColumn(const RepositoryMetadata& metadata);

// The catalog's metadata column (storage/metadata/FORMAT.md section 5).
OrderedJson ToJson(const RepositoryMetadata& metadata);

}  // namespace banyan::storage
