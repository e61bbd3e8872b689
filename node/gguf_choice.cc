#include "node/gguf_choice.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "storage/base/ascii_case.h"

namespace banyan::node {
namespace {

constexpr std::string_view kSuffix = ".gguf";
constexpr std::string_view kDefaults[] = {"q4_k_m", "q8_0"};
constexpr std::string_view kHelpers[] = {"mmproj", "imatrix"};  // anywhere in the name
constexpr std::string_view kDrafts[] = {"mtp-", "eagle3-", "dflash-", "dspark-"};  // at its begin
constexpr std::string_view kQuantisations[] = {
    "q2",  "q3",  "q4",  "q5",  "q6",  "q8",   "iq1",   "iq2",  "iq3",
    "iq4", "tq1", "tq2", "f16", "f32", "bf16", "mxfp4", "nvfp4"};  // begin with it
constexpr std::string_view kPartMark = "-00001-of-";
constexpr std::size_t kPartDigits = 5;
constexpr std::size_t kMostNamed = 20;

bool IsWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_';
}

struct Candidate {
  std::string path;
  std::string stem;  // name without suffix and folder, in lower case
  std::uint64_t parts = 1;
};

// Takes "-00001-of-00003" off the stem. nullopt: a later part.
std::optional<std::uint64_t> TakeParts(std::string& stem) {
  constexpr std::size_t size = kPartMark.size() + kPartDigits;
  if (stem.size() <= size) return 1;
  const auto end = std::string_view(stem).substr(stem.size() - size);
  const auto middle = end.substr(kPartMark.size() - 4, 4);
  std::uint64_t part = 0;
  std::uint64_t parts = 0;
  const auto read = [](std::string_view digits, std::uint64_t& number) {
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + kPartDigits, number);
    return error == std::errc() && at == digits.data() + kPartDigits;
  };
  if (end.front() != '-' || middle != "-of-" || !read(end.substr(1), part) ||
      !read(end.substr(kPartMark.size()), parts)) {
    return 1;
  }
  stem.resize(stem.size() - size);
  return part == 1 ? std::optional(std::max<std::uint64_t>(parts, 1)) : std::nullopt;
}

std::string StemOf(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return LowerAscii(name.substr(0, name.size() - kSuffix.size()));
}

bool IsHelper(std::string_view stem) {
  return std::ranges::any_of(kHelpers, [&](auto word) { return stem.find(word) != stem.npos; }) ||
         std::ranges::any_of(kDrafts, [&](auto word) { return stem.starts_with(word); });
}

// As a word of its own: "q4_k" is not in "model-iq4_k_m".
bool HasWord(std::string_view stem, std::string_view word) {
  for (auto at = stem.find(word); at != stem.npos; at = stem.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !IsWordCharacter(stem[at - 1]);
    if (begins && (end == stem.size() || !IsWordCharacter(stem[end]))) return true;
  }
  return false;
}

const Candidate* FindQuantisation(const std::vector<Candidate>& all, std::string_view word) {
  const auto found = std::ranges::find_if(
      all, [&](const Candidate& candidate) { return HasWord(candidate.stem, word); });
  return found == all.end() ? nullptr : &*found;
}

const Candidate* Choose(const std::vector<Candidate>& all, std::string_view tag) {
  if (all.empty()) return nullptr;
  std::string wanted = LowerAscii(tag);
  if (wanted.empty() || wanted == "latest") {
    for (const auto word : kDefaults) {
      if (const auto* found = FindQuantisation(all, word)) return found;
    }
    return &all.front();
  }
  if (wanted.ends_with(kSuffix)) wanted.resize(wanted.size() - kSuffix.size());
  for (const auto& candidate : all) {
    if (candidate.stem == wanted || StemOf(candidate.path) == wanted) return &candidate;
  }
  return FindQuantisation(all, wanted);
}

Error NoneFor(const std::vector<Candidate>& all, std::string_view tag) {
  if (all.empty()) return Error(Errc::NotFound, "this repository has no GGUF files");
  std::string names;
  for (std::size_t i = 0; i < std::min(all.size(), kMostNamed); ++i) {
    names += (i > 0 ? ", " : "") + all[i].path;
  }
  return Error(Errc::NotFound, "no GGUF file is called \"" + std::string(tag) +
                                   "\"; name a quantisation or a file. There are: " + names);
}

}  // namespace

Result<GgufChoice> ChooseGguf(const std::vector<std::string>& paths, std::string_view tag) {
  std::vector<Candidate> models;
  std::string projector;
  for (const auto& path : paths) {
    if (!IsGguf(path)) continue;
    Candidate candidate{path, StemOf(path), 1};
    if (candidate.stem.find("mmproj") != std::string::npos && projector.empty()) projector = path;
    if (IsHelper(candidate.stem)) continue;
    const auto parts = TakeParts(candidate.stem);
    if (!parts) continue;
    candidate.parts = *parts;
    models.push_back(std::move(candidate));
  }
  const auto* const chosen = Choose(models, tag);
  if (chosen == nullptr) return NoneFor(models, tag);
  return GgufChoice{chosen->path, chosen->parts, projector};
}

std::string QuantisationOf(std::string_view path) {
  if (!IsGguf(path)) return "";
  std::string stem = StemOf(path);
  TakeParts(stem);
  for (std::size_t end = stem.size(); end > 0;) {
    const auto at = stem.find_last_of("-.", end - 1);
    const auto begin = at == stem.npos ? 0 : at + 1;
    const auto word = stem.substr(begin, end - begin);
    const bool is_one = std::ranges::any_of(
        kQuantisations, [&](auto beginning) { return word.starts_with(beginning); });
    if (is_one) return UpperAscii(word);
    end = at == stem.npos ? 0 : at;
  }
  return "";
}

bool IsGguf(std::string_view path) { return LowerAscii(path).ends_with(kSuffix); }

}  // namespace banyan::node
