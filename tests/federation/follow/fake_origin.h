#pragma once
// An origin without a catalog: entries in memory, signed at any size, and a peer that shows logs as
// files and can lie.

#include <algorithm>
#include <functional>
#include <map>

#include "federation/card_meta.h"
#include "federation/follow/exchange.h"
#include "federation/format/canonical_json.h"
#include "federation/format/card.h"
#include "federation/format/checkpoint.h"
#include "federation/format/entry_bundle.h"
#include "federation/format/epochs_page.h"
#include "federation/format/heads_page.h"
#include "federation/format/introduction.h"
#include "federation/format/log_name.h"
#include "federation/format/mirror_key.h"
#include "federation/format/opening.h"
#include "federation/format/state_entry.h"
#include "federation/format/tile_builder.h"
#include "storage/history/search_tree.h"
#include "tests/federation/log_fixture.h"

namespace banyan::federation::testing {

class FakeOrigin {
 public:
  explicit FakeOrigin(std::uint8_t seed) : keys_(KeysOf(seed)) {
    const Genesis genesis{{keys_.public_keys(), KeysOf(99).public_keys().Commitment(), {}},
                          std::string(32, 'a')};
    name_ = {genesis.node(), 0};
    entries.push_back(genesis.Render());
  }

  const NodeId& node() const { return name_.node; }
  const LogName& name() const { return name_; }

  LogState State(std::uint64_t size) const {
    Frontier log;
    for (std::uint64_t i = 0; i < size; ++i) log.Append(HashLeaf(entries[i]));
    return {size, log.Root()};
  }
  std::string Sign(const LogState& state) const {
    SignedNote note{Checkpoint{name_.ToString(), state}.ToString(), {}};
    note.signatures.push_back(SignNote(note.text, name_.ToString(), keys_.log));
    return note.ToString();
  }
  std::string Head() const { return Sign(State(entries.size())); }
  // The head of another log with a cosignature of this node as its mirror.
  std::string Cosign(const std::string& head, std::uint64_t time_s = kCosignedS) const {
    return CosignAs(MirrorKeyName(node()), keys_.mirror, head, time_s);
  }
  static std::string CosignAs(const std::string& name, const SigningKey& key,
                              const std::string& head, std::uint64_t time_s = kCosignedS) {
    auto note = MUST(SignedNote::Parse(head));
    note.signatures.push_back(CosignNote(note.text, name, time_s, key));
    return note.ToString();
  }
  static constexpr std::uint64_t kCosignedS = 1'790'000'000;
  const SigningKeys& keys() const { return keys_; }

  // The next card of a repository "ns/<name>", a live one without files.
  Card Publish(const std::string& name, const std::function<void(Card&)>& change = {}) {
    Card card = latest_.contains(name) ? latest_[name].card : Card();
    if (latest_.contains(name)) {
      card.repository = latest_[name].key;
      card.previous = latest_[name].leaf;
      ++card.number;
    }
    const Json members = {{"kind", "model"}, {"namespace", "ns"}, {"name", name}};
    const Bytes meta = MUST(SealMeta(members, *random_));
    card.meta = HashSha256(meta);
    objects[*card.meta] = meta;
    card.content = CardContent();
    card.time_s = 1700000000;
    if (change) change(card);
    Append(name, card);
    return card;
  }
  void Append(const std::string& name, const Card& card) {
    const Bytes entry = MUST(card.Render());
    const auto leaf = HashLeaf(entry);
    entries.push_back(entry);
    latest_[name] = {card, card.repository.value_or(RepositoryKey::FromRaw(leaf.bytes())), leaf,
                     name_.epoch, entries.size() - 1};
  }
  // The entry that says so of all repositories as they are now.
  StateEntry State() const {
    std::map<std::string, std::string> cards;
    for (const auto& [name, latest] : latest_) {
      ByteWriter value;
      value.Raw(latest.leaf.bytes());
      value.Varint(latest.epoch);
      value.Varint(latest.position);
      cards.emplace(AsText(latest.key.bytes()), AsText(value.bytes()));
    }
    storage::MemoryNodes nodes;
    std::vector<storage::SearchChange> changes;
    for (const auto& [key, value] : cards) changes.push_back({key, value});
    const auto empty = MUST(storage::EmptyTree(nodes));
    return {MUST(storage::UpdateTree(nodes, empty, changes)), changes.size()};
  }
  // The same node in its next epoch, which begins after the first entries of this one. `latest` is
  // this origin as it was at that size.
  FakeOrigin NextEpoch(const FakeOrigin& latest, OpenReason reason,
                       const std::function<void(Opening&)>& change = {}) const {
    FakeOrigin next = latest;
    next.keys_ = KeysOf(NextSeed());
    next.name_.epoch = name_.epoch + 1;
    const EpochKeys keys{
        next.keys_.public_keys(), KeysOf(next.NextSeed()).public_keys().Commitment(), {}};
    Opening opening{node(), next.name_.epoch,    {name_.epoch, latest.State(latest.entries.size())},
                    keys,   latest.State().root, reason,
                    {}};
    if (change) change(opening);
    next.entries = {opening.Render()};
    return next;
  }
  std::uint8_t NextSeed() const { return static_cast<std::uint8_t>(99 - name_.epoch); }
  RepositoryKey Key(const std::string& name) const { return latest_.at(name).key; }

  std::vector<Bytes> entries;
  std::map<Sha256, Bytes> objects;

 private:
  struct Latest {
    Card card;
    RepositoryKey key;
    LogHash leaf;
    std::uint64_t epoch = 0;
    std::uint64_t position = 0;
  };
  SigningKeys keys_;
  LogName name_{NodeId(LogHash()), 0};
  std::shared_ptr<FakeRandom> random_ = std::make_shared<FakeRandom>(5);
  std::map<std::string, Latest> latest_;
};

// Shows what it has of each origin; `heads` may be older or other than its entries.
class FakePeer {
 public:
  explicit FakePeer(const FakeOrigin& itself)
      : node(itself.node()), introduction(IntroductionText({itself.entries.front()})) {
    Carry(itself);
  }

  void Carry(const FakeOrigin& origin) { CarryHead(origin, origin.Head()); }
  void CarryHead(const FakeOrigin& origin, const std::string& head) {
    logs[origin.name().Path()] = {origin.entries, head};
    objects.insert(origin.objects.begin(), origin.objects.end());
    ++sequence;
  }

  Answer Give(const Ask& ask) {
    Answer answer{ask.id, {}, {}, {}};
    ++asked;
    if (is_down) answer.error = Error(Errc::Unavailable, "no peer answers");
    if (answer.error) return answer;
    if (ask.path.empty()) {
      for (const auto& id : ask.objects) answer.objects.push_back(Object(id));
      return answer;
    }
    auto body = File(ask.path);
    if (body && body->size() > ask.max_bytes) body = Error(Errc::TooLarge, "too large");
    if (body) {
      answer.body = *std::move(body);
      sent_bytes += answer.body.size();
      if (spoil) spoil(ask.path, answer.body);
    } else {
      answer.error = body.error();
    }
    return answer;
  }

  struct Log {
    std::vector<Bytes> entries;
    std::string head;
  };
  NodeId node;
  std::string introduction;
  std::map<std::string, Log> logs;
  std::map<Sha256, Bytes> objects;
  std::uint64_t sequence = 0;
  std::function<void(const std::string& path, Bytes& body)> spoil;
  bool is_down = false;
  std::uint64_t asked = 0;
  std::uint64_t sent_bytes = 0;

 private:
  std::optional<Bytes> Object(const Sha256& id) const {
    const auto found = objects.find(id);
    return found == objects.end() ? std::nullopt : std::optional(found->second);
  }
  Result<Bytes> File(const std::string& path) {
    if (path == "/fed/info") {
      return MustRenderCanonical(
          {{"introduction", introduction}, {"node", node.ToString()}, {"version", 0}});
    }
    if (path.starts_with("/fed/heads")) return Heads(path);
    if (path.ends_with("/epochs")) return Epochs(path.substr(0, path.size() - 6));
    for (const auto& [base, log] : logs) {
      if (path.starts_with(base)) return TileOf(log, TRY(Tile::Parse(path.substr(base.size()))));
    }
    return Error(Errc::NotFound, "nothing there");
  }
  Result<Bytes> Heads(const std::string& path) const {
    HeadsPage page{{"0123456789abcdef", sequence}, {}};
    if (path.ends_with("=" + page.upto.ToString())) return Bytes();
    for (const auto& [base, log] : logs) page.heads.push_back({0, log.head});
    const auto text = page.ToString();
    return Bytes(text.begin(), text.end());
  }
  // Of the logs below "/fed/<node id>/".
  Result<Bytes> Epochs(const std::string& base) const {
    EpochsPage page;
    for (const auto& [path, log] : logs) {
      if (!path.starts_with(base)) continue;
      page.epochs.push_back({std::stoull(path.substr(base.size())), log.head});
    }
    const auto text = page.ToString();
    return Bytes(text.begin(), text.end());
  }
  static Result<Bytes> TileOf(const Log& log, const Tile& wanted) {
    if (wanted.level == Tile::kEntries) {
      const auto first = wanted.index * kTileWidth;
      if (first + wanted.width > log.entries.size()) return Error(Errc::NotFound, "not so many");
      const auto from = log.entries.begin() + static_cast<std::ptrdiff_t>(first);
      return WriteEntryBundle({from, from + wanted.width});
    }
    TileBuilder builder;
    for (const auto& entry : log.entries) builder.Append(HashLeaf(entry));
    for (const auto& [tile, hashes] : builder.TakeTiles()) {
      if (tile.level != wanted.level || tile.index != wanted.index) continue;
      if (tile.width >= wanted.width) {
        return Bytes(hashes.begin(),
                     hashes.begin() + static_cast<std::ptrdiff_t>(wanted.width * LogHash::kSize));
      }
    }
    return Error(Errc::NotFound, "no such tile");
  }
};

}  // namespace banyan::federation::testing
