// Fills the own log of a node that is not running: bench_log CATALOG CARDS [repositories, as many].
// Each repository gets as many cards as the others, with a meta object and the state entries that a
// log of that length has. The node publishes it at its next start.
//
// With a fourth argument, ORIGINS, such a log of each of so many other nodes, which are followed,
// as if they were read from peers: the same ones in every catalog.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

#include "federation/card_meta.h"
#include "federation/follow/card_chain.h"
#include "federation/follow/follows.h"
#include "federation/format/canonical_json.h"
#include "federation/format/checkpoint.h"
#include "federation/format/log_name.h"
#include "federation/format/note.h"
#include "federation/format/opening.h"
#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "federation/own_origin.h"
#include "federation/state_tree.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using Engine = std::mt19937_64;

constexpr std::int64_t kFirstMs = 1'764'000'000'000;
constexpr std::size_t kCardsAtOnce = 1000;  // and a state entry then

void Must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "bench_log: %s\n", status.error().message().c_str());
  std::exit(1);
}

class SeededRandom : public Random {
 public:
  explicit SeededRandom(Engine& engine) : engine_(engine) {}
  void Fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  Engine& engine_;
};

template <typename Digest>
Digest AnyDigest(Random& random) {
  std::array<std::uint8_t, Digest::kSize> bytes;
  random.Fill(bytes);
  return Digest::FromRaw(bytes);
}

struct Repository {
  std::optional<RepositoryKey> key;
  LogHash leaf;
};

class Filler {
 public:
  Filler(Connection& connection, LogId log, Engine& engine)
      : connection_(connection), log_(log), engine_(engine), random_(engine) {}

  Status Add(std::size_t number, Repository& repository, std::uint64_t card_number) {
    const auto meta = TRY(Meta(number));
    Card card;
    card.number = card_number;
    if (card_number > 1) {
      card.repository = repository.key;
      card.previous = repository.leaf;
    }
    card.meta = HashSha256(meta);
    card.content = Content();
    card.time_s = kFirstMs / 1000 + static_cast<std::int64_t>(number);
    const auto entry = TRY(card.Render());
    const auto position = TRY(AppendEntry(connection_, log_, entry));
    const EntryPlace place{log_, position, HashLeaf(entry)};
    const auto json = TRY(ParseCanonical(entry));
    TRY(TakeCard(connection_, place, TRY(CardEntry::Parse(json)), kFirstMs));
    repository.key = repository.key.value_or(RepositoryKey::FromRaw(place.leaf.bytes()));
    repository.leaf = place.leaf;
    return Publish(*repository.key, *card.meta, meta);
  }

  Status AddState() {
    const auto state = TRY(StateOf(connection_, log_.origin));
    const auto position = TRY(AppendEntry(connection_, log_, state.Render()));
    return PutState(connection_, log_, position, state, kFirstMs);
  }

 private:
  Result<Bytes> Meta(std::size_t number) {
    const auto name = "model-" + std::to_string(number) + "-" + std::to_string(engine_() % 997);
    return SealMeta({{"kind", "model"},
                     {"namespace", "group" + std::to_string(engine_() % 200)},
                     {"name", name},
                     {"title", "A model called " + name},
                     {"task", engine_() % 2 == 0 ? "text-generation" : "fill-mask"},
                     {"languages", {"en", engine_() % 2 == 0 ? "sw" : "bn"}},
                     {"tags", {"pytorch", "safetensors"}},
                     {"branch", "main"}},
                    random_);
  }
  CardContent Content() {
    static constexpr std::array kLicences{"Apache-2.0", "MIT", "CC-BY-4.0", "NOASSERTION"};
    CardContent content;
    content.head = AnyDigest<GitOid>(random_);
    content.manifest = AnyDigest<Sha256>(random_);
    content.refs = AnyDigest<Sha256>(random_);
    content.commits = AnyDigest<Sha256>(random_);
    content.bytes = engine_() % (std::uint64_t{1} << 34);
    content.files = 1 + engine_() % 40;
    content.licence = kLicences[engine_() % kLicences.size()];
    return content;
  }
  // As the card of a public repository is.
  Status Publish(const RepositoryKey& key, const Sha256& id, ByteView meta) {
    TRY(connection_.Execute("UPDATE repository_card SET meta = ? WHERE origin = ? AND key = ?",
                            meta, log_.origin, key));
    return connection_.Execute(
        "INSERT INTO open_object(id, card, kind) "
        "SELECT ?, id, 2 FROM repository_card WHERE origin = ? AND key = ?",
        id, log_.origin, key);
  }

  Connection& connection_;
  const LogId log_;
  Engine& engine_;
  SeededRandom random_;
};

using MakeLog = std::function<Result<LogId>(Connection&)>;

void Fill(storage::Database& database, Engine& engine, const MakeLog& make, std::size_t cards,
          std::size_t repositories) {
  std::vector<Repository> all(repositories);
  for (std::size_t done = 0; done < cards;) {
    const auto until = std::min(cards, done + kCardsAtOnce);
    Must(database.Write([&](Connection& connection) -> Status {
      Filler filler(connection, TRY(make(connection)), engine);
      for (; done < until; ++done) {
        TRY(filler.Add(done, all[done % repositories], 1 + done / repositories));
      }
      return filler.AddState();
    }));
  }
}

void FillOwn(storage::Database& database, std::size_t cards, std::size_t repositories) {
  Engine engine(1);
  const auto own = [](Connection& connection) -> Result<LogId> {
    return TRY(FindOwnLog(connection)).value();
  };
  Fill(database, engine, own, cards, repositories);
}

Secret AnySecret(Random& random) {
  Secret secret;
  random.Fill(secret);
  return secret;
}

// Another node, whose log begins with its genesis.
class Other {
 public:
  explicit Other(Random& random)
      : keys_(AnySecret(random)),
        genesis_{
            {keys_.public_keys(), SigningKeys(AnySecret(random)).public_keys().Commitment(), {}},
            ToHex(AnyDigest<Sha256>(random).bytes().first(16))} {}

  Result<LogId> Log(Connection& connection) const {
    const LogId log{TRY(NeedOrigin(connection, genesis_.node())).row, 0};
    if (TRY(CountEntries(connection, log)) == 0) {
      TRY(AppendEntry(connection, log, genesis_.Render()));
    }
    return log;
  }
  Status SignAndFollow(Connection& connection) const {
    const auto log = TRY(Log(connection));
    auto frontier = TRY(ReadFrontier(connection, log, TRY(CountEntries(connection, log))));
    const auto line = LogName{genesis_.node(), 0}.ToString();
    SignedNote note{Checkpoint{line, {frontier.size(), frontier.Root()}}.ToString(), {}};
    note.signatures.push_back(SignNote(note.text, line, keys_.log));
    TRY(PutHead(connection, log, {std::move(frontier), note.ToString(), kFirstMs}));
    const auto rule = TRY(FollowRule::Parse(genesis_.node().ToString()));
    return AddFollow(connection, rule, kFirstMs);
  }

 private:
  const SigningKeys keys_;
  const Genesis genesis_;
};

void FillOthers(storage::Database& database, std::size_t cards, std::size_t repositories,
                std::size_t origins) {
  Engine engine(2);
  SeededRandom random(engine);
  for (std::size_t i = 0; i < origins; ++i) {
    const Other other(random);
    const auto log = [&](Connection& connection) { return other.Log(connection); };
    Fill(database, engine, log, cards, repositories);
    Must(database.Write([&](Connection& c) { return other.SignAndFollow(c); }));
  }
}

}  // namespace
}  // namespace banyan::federation

int main(int argc, char** argv) {
  using namespace banyan;
  if (argc < 3) return 2;
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  const auto cards = number(2, 0);
  const auto repositories = number(3, cards);
  auto database = storage::Database::Open({argv[1], ""});
  federation::Must(database ? Ok() : Status(database.error()));
  if (argc > 4) {
    federation::FillOthers(**database, cards, repositories, number(4, 0));
  } else {
    federation::FillOwn(**database, cards, repositories);
  }
}
