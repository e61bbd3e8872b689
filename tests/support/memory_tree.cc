#include "tests/support/memory_tree.h"

#include <algorithm>

namespace banyan {
namespace {

std::vector<std::string> Split(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

Error NoSuchFile(const std::string& path) {
  return Error(Errc::NotFound, path + ": no such file or directory");
}
Error NoDirectory(const std::string& path) {
  return Error(Errc::NotFound, path + ": not a directory");
}

NodePtr MakeNode(bool is_directory, std::int64_t now_ms) {
  auto node = std::make_shared<MemoryNode>();
  node->is_directory = is_directory;
  node->modified_ms = now_ms;
  return node;
}

bool Contains(const NodePtr& tree, const NodePtr& node) {
  if (tree == node) return true;
  return std::any_of(tree->children.begin(), tree->children.end(),
                     [&](const auto& child) { return Contains(child.second, node); });
}

std::uint64_t SumBytes(const NodePtr& node) {
  std::uint64_t sum = node->is_directory ? 0 : node->content.size_bytes();
  for (const auto& [name, child] : node->children) sum += SumBytes(child);
  return sum;
}

// A new node with what the disk holds of `node`.
NodePtr AfterCrash(const NodePtr& node, FakeRandom* random) {
  auto result = MakeNode(node->is_directory, node->modified_ms);
  result->content = MemoryContent(node->content.AfterCrash(random));
  for (const auto& [name, child] : node->durable_children) {
    result->children[name] = AfterCrash(child, random);
  }
  result->durable_children = result->children;
  return result;
}

void Put(std::map<std::string, NodePtr>& children, const std::string& name, const NodePtr& child) {
  if (child == nullptr) {
    children.erase(name);
  } else {
    children[name] = child;
  }
}

}  // namespace

MemoryTree::MemoryTree() : root_(MakeNode(true, 0)) {}

Result<NodePtr> MemoryTree::Find(const std::string& path) const {
  NodePtr node = root_;
  for (const auto& part : Split(path)) {
    if (!node->is_directory) return NoDirectory(path);
    const auto child = node->children.find(part);
    if (child == node->children.end()) return NoSuchFile(path);
    node = child->second;
  }
  return node;
}

Result<MemoryTree::Place> MemoryTree::FindPlace(const std::string& path) const {
  auto parts = Split(path);
  if (parts.empty()) return Error(Errc::Io, path + ": is the root");
  Place place{root_, parts.back()};
  parts.pop_back();
  for (const auto& part : parts) {
    const auto child = place.directory->children.find(part);
    if (child == place.directory->children.end()) return NoSuchFile(path);
    place.directory = child->second;
    if (!place.directory->is_directory) return NoDirectory(path);
  }
  return place;
}

Result<NodePtr> MemoryTree::CreateFile(const std::string& path, std::int64_t now_ms) {
  const Place place = TRY(FindPlace(path));
  auto file = MakeNode(false, now_ms);
  Apply({{place.directory, place.name, file}});
  return file;
}

Status MemoryTree::Rename(const std::string& from, const std::string& to) {
  const Place source = TRY(FindPlace(from));
  const Place target = TRY(FindPlace(to));
  const auto moved = source.directory->children.find(source.name);
  if (moved == source.directory->children.end()) return NoSuchFile(from);
  const NodePtr node = moved->second;
  if (node->is_directory && Contains(node, target.directory)) {
    return Error(Errc::Io, from + ": cannot move into itself");
  }
  const auto replaced = target.directory->children.find(target.name);
  if (replaced != target.directory->children.end()) {
    const NodePtr& old = replaced->second;
    if (old == node) return Ok();
    if (node->is_directory && !old->is_directory) return NoDirectory(to);
    if (!node->is_directory && old->is_directory) return Error(Errc::Io, to + ": is a directory");
    if (!old->children.empty()) return Error(Errc::Io, to + ": directory not empty");
  }
  Apply({{source.directory, source.name, nullptr}, {target.directory, target.name, node}});
  return Ok();
}

Status MemoryTree::Remove(const std::string& path) {
  const Place place = TRY(FindPlace(path));
  const auto child = place.directory->children.find(place.name);
  if (child == place.directory->children.end()) return NoSuchFile(path);
  if (!child->second->children.empty()) return Error(Errc::Io, path + ": directory not empty");
  Apply({{place.directory, place.name, nullptr}});
  return Ok();
}

Status MemoryTree::CreateDirectories(const std::string& path, std::int64_t now_ms) {
  NodePtr node = root_;
  for (const auto& part : Split(path)) {
    if (!node->is_directory) return NoDirectory(path);
    if (!node->children.contains(part)) {
      Apply({{node, part, MakeNode(true, now_ms), true}});
      Settle();
    }
    node = node->children[part];
  }
  if (!node->is_directory) return Error(Errc::Io, path + ": not a directory");
  return Ok();
}

Status MemoryTree::SyncDirectory(const std::string& path) {
  const NodePtr directory = TRY(Find(path));
  if (!directory->is_directory) return NoDirectory(path);
  for (auto& change : pending_) {
    for (auto& entry : change) entry.synced = entry.synced || entry.directory == directory;
  }
  Settle();
  return Ok();
}

std::uint64_t MemoryTree::UsedBytes() const { return SumBytes(root_); }

void MemoryTree::Crash(FakeRandom* random) {
  std::set<Name> undone;
  for (const auto& change : pending_) {
    if (random != nullptr && !Touches(change, undone) && random->OneIn(2)) {
      MakeDurable(change);
    } else {
      AddNames(change, undone);
    }
  }
  pending_.clear();
  root_ = AfterCrash(root_, random);
}

MemoryTree MemoryTree::Durable() const {
  MemoryTree tree;
  tree.root_ = AfterCrash(root_, nullptr);
  return tree;
}

void MemoryTree::Apply(Change change) {
  for (const auto& entry : change) Put(entry.directory->children, entry.name, entry.child);
  pending_.push_back(std::move(change));
}

// Backwards, because what a settled change rests on came before it.
void MemoryTree::Settle() {
  std::set<Name> needed;
  std::vector<std::size_t> settled;
  for (std::size_t i = pending_.size(); i-- > 0;) {
    const Change& change = pending_[i];
    const bool synced =
        std::all_of(change.begin(), change.end(), [](const Entry& entry) { return entry.synced; });
    if (!synced && !Touches(change, needed)) continue;
    AddNames(change, needed);
    settled.push_back(i);
  }
  for (auto i = settled.rbegin(); i != settled.rend(); ++i) {
    MakeDurable(pending_[*i]);
    pending_[*i].clear();
  }
  std::erase_if(pending_, [](const Change& change) { return change.empty(); });
}

void MemoryTree::MakeDurable(const Change& change) {
  for (const auto& entry : change) {
    Put(entry.directory->durable_children, entry.name, entry.child);
  }
}

bool MemoryTree::Touches(const Change& change, const std::set<Name>& names) {
  return std::any_of(change.begin(), change.end(), [&](const Entry& entry) {
    return names.contains({entry.directory.get(), entry.name});
  });
}

void MemoryTree::AddNames(const Change& change, std::set<Name>& names) {
  for (const auto& entry : change) names.emplace(entry.directory.get(), entry.name);
}

}  // namespace banyan
