#include "storage/history/git_tree.h"

#include <algorithm>

#include "storage/content/shared_bytes.h"

namespace banyan::storage {
namespace {

constexpr std::uint32_t kPieceEntries = 64;  // on average
constexpr std::size_t kMaxPieceEntries = 1024;

Error Malformed(std::string_view what) {
  return Error(Errc::Corrupt, "git tree: " + std::string(what));
}

// One entry as it stands in the bytes: mode text, name, id.
struct RawEntry {
  std::string_view mode;
  std::string_view name;
  ByteView oid;
};

// False at the end or on malformed bytes; `rest` is then what could not be read.
bool NextEntry(ByteView& rest, RawEntry& entry) {
  const auto text = AsText(rest);
  const auto space = text.substr(0, 8).find(' ');
  if (space == std::string_view::npos) return false;
  const auto end = text.find('\0', space + 1);
  if (end == std::string_view::npos || rest.size() - end - 1 < GitOid::kSize) return false;
  entry.mode = text.substr(0, space);
  entry.name = text.substr(space + 1, end - space - 1);
  entry.oid = rest.subspan(end + 1, GitOid::kSize);
  rest = rest.subspan(end + 1 + GitOid::kSize);
  return true;
}

Result<std::uint32_t> ParseMode(std::string_view text) {
  std::uint32_t mode = 0;
  for (char c : text) {
    if (c < '0' || c > '7') return Malformed("mode is not octal");
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
  }
  switch (mode) {
    case kModeFolder:
    case kModeFile:
    case kModeExecutable:
    case kModeGroupWritable:
    case kModeSymlink:
    case kModeSubmodule: return mode;
    default: return Malformed("unknown mode " + std::string(text));
  }
}

std::string_view ModeText(std::uint32_t mode) {
  switch (mode) {
    case kModeFolder: return "40000";
    case kModeFile: return "100644";
    case kModeExecutable: return "100755";
    case kModeGroupWritable: return "100664";
    case kModeSymlink: return "120000";
    case kModeSubmodule: return "160000";
    default: ENSURE(false); return "";
  }
}

}  // namespace

bool TreeOrder(const TreeEntry& a, const TreeEntry& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  const int order = a.name.compare(0, common, b.name, 0, common);
  if (order != 0) return order < 0;
  const auto next = [common](const TreeEntry& entry) {
    if (entry.name.size() > common) return static_cast<unsigned char>(entry.name[common]);
    return static_cast<unsigned char>(entry.IsFolder() ? '/' : 0);
  };
  return next(a) < next(b);
}

Result<std::vector<TreeEntry>> ParseTree(ByteView data) {
  std::vector<TreeEntry> entries;
  RawEntry raw;
  while (!data.empty()) {
    if (!NextEntry(data, raw)) return Malformed("truncated");
    if (raw.name.empty() || raw.name == "." || raw.name == ".." ||
        raw.name.find('/') != std::string_view::npos) {
      return Malformed("bad name");
    }
    const std::uint32_t mode = TRY(ParseMode(raw.mode));
    TreeEntry entry{mode, std::string(raw.name), GitOid::FromRaw(raw.oid)};
    if (!entries.empty() && !TreeOrder(entries.back(), entry)) return Malformed("out of order");
    entries.push_back(std::move(entry));
  }
  // "a", "a.b", "a/": a file and a folder of one name may have entries between them.
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].IsFolder()) continue;
    for (std::size_t j = i + 1; j < entries.size(); ++j) {
      if (entries[j].name.compare(0, entries[i].name.size(), entries[i].name) != 0) break;
      if (entries[j].name == entries[i].name) return Malformed("one name twice");
      const auto next = static_cast<unsigned char>(entries[j].name[entries[i].name.size()]);
      if (next >= '/') break;
    }
  }
  return entries;
}

Bytes EncodeTree(const std::vector<TreeEntry>& entries) {
  Bytes out;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ENSURE(i == 0 || TreeOrder(entries[i - 1], entries[i]));
    const auto mode = AsBytes(ModeText(entries[i].mode));
    out.insert(out.end(), mode.begin(), mode.end());
    out.push_back(' ');
    const auto name = AsBytes(entries[i].name);
    out.insert(out.end(), name.begin(), name.end());
    out.push_back(0);
    const auto oid = entries[i].oid.bytes();
    out.insert(out.end(), oid.begin(), oid.end());
  }
  return out;
}

std::vector<ByteView> CutTree(ByteView data) {
  std::vector<ByteView> pieces;
  ByteView rest = data;
  RawEntry raw;
  std::size_t start = 0;
  std::size_t entries = 0;
  while (NextEntry(rest, raw)) {
    const std::size_t at = data.size() - rest.size();
    if (++entries < kMaxPieceEntries && !EndsPiece(raw.name, kPieceEntries)) continue;
    pieces.push_back(data.subspan(start, at - start));
    start = at;
    entries = 0;
  }
  if (start < data.size()) pieces.push_back(data.subspan(start));
  return pieces;
}

std::string_view ToString(GitObjectType type) {
  switch (type) {
    case GitObjectType::Commit: return "commit";
    case GitObjectType::Tree: return "tree";
    case GitObjectType::Blob: return "blob";
    case GitObjectType::Tag: return "tag";
  }
  return "unknown";
}

}  // namespace banyan::storage
