#pragma once
// A node that follows, with its catalog, and peers that answer at once.

#include "federation/follow/card_chain.h"
#include "federation/follow/service.h"
#include "federation/origin_rows.h"
#include "tests/federation/follow/fake_origin.h"
#include "tests/support/test_catalog.h"

namespace banyan::federation::testing {

struct FollowFixture {
  banyan::testing::TestCatalog catalog;
  FakeRandom random{3};
  std::unique_ptr<Service> service = std::make_unique<Service>(catalog.database(), random);
  std::map<std::int64_t, FakePeer*> peers;     // by row
  std::map<std::string, FakePeer*> reachable;  // by address, unless in `peers`
  std::vector<MirrorTask> mirrors;
  std::vector<Hint> hints;
  std::int64_t now_ms = 1'700'000'000'000;

  void AddPeer(FakePeer& peer) {
    const auto address = "http://peer" + std::to_string(peers.size());
    const auto added = MUST(catalog.Write(
        [&](storage::Connection& c) { return federation::AddPeer(c, address, now_ms); }));
    peers[added.row] = &peer;
  }
  void Follow(const std::string& rule) {
    MUST(catalog.Write([&](storage::Connection& c) -> Status {
      return AddFollow(c, TRY(FollowRule::Parse(rule)), now_ms);
    }));
  }
  void Follow(const FakeOrigin& origin) { Follow(origin.node().ToString()); }

  // Until nothing is asked any more.
  void Step(const Input& input) {
    std::deque<Input> inputs = {input};
    while (!inputs.empty()) {
      const auto next = std::move(inputs.front());
      inputs.pop_front();
      for (const auto& output : MUST(service->Step(now_ms, next))) {
        if (const auto* ask = std::get_if<Ask>(&output)) {
          inputs.push_back(PeerAt(ask->peer).Give(*ask));
        } else if (const auto* task = std::get_if<MirrorTask>(&output)) {
          mirrors.push_back(*task);
        } else {
          hints.push_back(std::get<Hint>(output));
        }
      }
    }
  }
  FakePeer& PeerAt(std::int64_t row) {
    const auto named = peers.find(row);
    if (named != peers.end()) return *named->second;
    const auto peer =
        catalog.Read([&](storage::Connection& c) { return MUST(federation::GetPeer(c, row)); });
    return *reachable.at(peer.address);
  }
  void Round() {
    now_ms += 120'000;
    Step(Tick());
  }

  std::int64_t Origin(const FakeOrigin& origin) {
    return catalog.Read([&](storage::Connection& c) {
      return MUST(FindOrigin(c, origin.node())).value_or(OriginRow()).row;
    });
  }
  FollowedLog Held(const FakeOrigin& origin) {
    return catalog.Read([&](storage::Connection& c) {
      return MUST(FindFollowedLog(c, Origin(origin), origin.node()));
    });
  }
  std::uint64_t HeldSize(const FakeOrigin& origin) { return Held(origin).head.frontier.size(); }
  std::string Stopped(const FakeOrigin& origin) {
    return catalog.Read(
        [&](storage::Connection& c) { return MUST(WhyStopped(c, Origin(origin))); });
  }
  Peer PeerOf(std::size_t index) {
    return catalog.Read([&](storage::Connection& c) { return MUST(ListPeers(c)).at(index); });
  }
  std::int64_t Count(const std::string& sql) {
    return catalog.Read([&](storage::Connection& c) {
      auto rows = c.Query(sql);
      REQUIRE(rows.Next());
      return rows.Int(0);
    });
  }
};

}  // namespace banyan::federation::testing
