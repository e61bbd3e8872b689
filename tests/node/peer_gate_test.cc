// Who is let in by a signature, and what a stranger sees.
#include "node/peer_gate.h"

#include "node/data_directory.h"
#include "node/own_log.h"
#include "tests/node/signing_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

using Form = SigningNode::Form;

// A node that two others may read, one of which may bring something.
struct Fixture : TestNode {
  SigningNode member{1};
  SigningNode bringer{2};
  SigningNode stranger{3};

  Fixture()
      : TestNode([](Config& config) {
          config.rate_anonymous = 0;  // RateLimit counts down
          config.rate_user = 0;
        }) {
    WritePolicy(*this, "readers = [\"" + member.id() + "\", \"" + bringer.id() +
                           "\"]\naccept_from = \"" + bringer.id() + "\"\n");
  }
  Reply Info(SigningNode& as, const Form& form = {}) {
    return as.Send(*this, {"GET", "/fed/info", "", {}, ""}, form);
  }
};

Ask GetInfo() { return {"GET", "/fed/info", "", {}, ""}; }

}  // namespace

TEST_CASE("Attack21APrivateFederationIsNothingToStrangers") {
  Fixture f;
  const auto user = f.NewUser("alice");
  f.Create(user, "open");
  f.Commit(user, "alice/open", {{"a.txt", "a"}});
  MUST(f.node().own_log().Update());
  const auto info = f.Info(f.member);
  REQUIRE(info.status == 200);
  const std::string own = info.Parsed()["node"];
  const std::string manifest =
      f.Get("/api/banyan/v0/models/alice/open/revision/main", user).Parsed()["manifest"];
  const std::string hash(64, '1');
  for (const auto& path :
       {std::string("/fed/info"), std::string("/fed/heads"), "/fed/" + own + "/epochs",
        "/fed/" + own + "/0/checkpoint", "/fed/" + own + "/0/tile/entries/000.p/1",
        "/fed/o/" + manifest, "/fed/o/" + hash, "/fed/f/" + hash + "/outline",
        "/fed/f/" + hash + "/data/0", std::string("/fed/wants"), std::string("/fed/wants/1"),
        std::string("/fed/"), std::string("/fed/x")}) {
    for (const auto* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}) {
      INFO(method << " " << path);
      const auto nothing = Look(f.Send({method, "/nothing-at-all", "", {}, ""}));
      CHECK(nothing.starts_with("404"));
      const bool is_door = path.starts_with("/fed/wants");  // whose other methods anybody may know
      const auto expected = [&](const Reply& reply) {
        return Look(reply) == nothing || (is_door && reply.status == 405);
      };
      CHECK(expected(f.Send({method, path, "", {}, ""})));
      CHECK(expected(f.stranger.Send(f, {method, path, "", {}, ""})));
    }
  }
  CHECK(f.Get("/fed/o/" + manifest, user).status == 200);
  CHECK(f.member.Send(f, {"GET", "/fed/o/" + manifest, "", {}, ""}).status == 200);
  CHECK(f.Get("/api/models/alice/open").status == 200);  // the hub's routes are as they were
}

TEST_CASE("AReaderReadsWhereNobodyIsAdmittedWithoutAnAccount") {
  TestNode closed([](Config& config) { config.access_anonymous = false; });
  SigningNode member(1);
  SigningNode other(2);
  WritePolicy(closed, "readers = \"" + member.id() + "\"\naccept_from = \"" + other.id() + "\"\n");
  CHECK(member.Send(closed, GetInfo()).status == 200);
  CHECK(other.Send(closed, GetInfo()).status == 404);
  CHECK(closed.Get("/fed/info").status == 404);
  CHECK(member.Send(closed, {"GET", "/api/models", "", {}, ""}).status == 401);
}

TEST_CASE("ANodeIsKnownByItsIntroductionAndThenWithoutIt") {
  Fixture f;
  CHECK(f.Info(f.member, {.introduces = false}).status == 404);
  CHECK(f.Info(f.member).status == 200);
  CHECK(f.Info(f.member, {.introduces = false}).status == 200);
  // Another's introduction proves nothing.
  auto ask = f.bringer.Signed(f, GetInfo(), {.introduces = false});
  ask.headers.emplace_back("Banyan-Introduction", f.member.introduction());
  CHECK(f.Send(ask).status == 404);
}

TEST_CASE("Attack15KeysThatWereGivenUpDoNotCountAgainAfterARestart") {
  Fixture f;
  CHECK(f.Info(f.member).status == 200);
  SigningNode thief = f.member;
  f.member.BeginSecondEpoch();
  CHECK(f.Info(f.member).status == 200);
  for (int turn = 0; turn < 2; ++turn) {
    f.clock().Advance(10'000);
    const auto nonce = [&](char c) { return std::string(21, c) + std::to_string(turn); };
    CHECK(f.Info(thief, {.nonce = nonce('t')}).status == 404);
    CHECK(f.Info(thief, {.nonce = nonce('u'), .introduces = false}).status == 404);
    CHECK(f.Info(f.member, {.introduces = false}).status == 200);
    f.Restart();
    MUST(f.node().own_log().Update());
  }
}

TEST_CASE("ARequestThatIsSentAgainDoesNotCount") {
  Fixture f;
  const auto ask = f.member.Signed(f, GetInfo(), {});
  CHECK(f.Send(ask).status == 200);
  const auto again = f.Send(ask);
  CHECK(again.status == 401);
  CHECK(again.Parsed()["error"] == "this signed request came before");
}

TEST_CASE("ARequestOfAnotherTimeSaysWhatTheClockIs") {
  Fixture f;
  CHECK(f.Info(f.member, {.off_s = -2}).status == 401);  // before it was started: seen, perhaps
  f.clock().Advance(400'000);
  CHECK(f.Info(f.member, {.off_s = -300}).status == 200);
  CHECK(f.Info(f.member, {.off_s = 300}).status == 200);
  const auto late = f.Info(f.member, {.off_s = -301});
  CHECK(late.status == 401);
  CHECK(late.body.find("set the clock") != std::string::npos);
  CHECK(f.Info(f.member, {.off_s = 301}).status == 401);
}

// What another node was asked, and passes on.
TEST_CASE("ARequestThatWasMeantForAnotherNodeDoesNotCount") {
  Fixture f;
  for (const auto& [authority, host] :
       {std::pair("evil.test", "evil.test"), std::pair("127.0.0.1:1", "127.0.0.1:1")}) {
    INFO(authority);
    auto ask = f.member.Signed(f, GetInfo(), {.authority = authority, .before_path = ""});
    CHECK(f.Send(ask).status == 404);  // the Host says hub.test
  }
  const auto elsewhere = f.Info(f.member, {.before_path = ""});
  CHECK(elsewhere.status == 401);
  CHECK(elsewhere.body.find("public_url") != std::string::npos);
}

TEST_CASE("EveryChangeOfASignedRequestIsNoticed") {
  Fixture f;
  const auto good =
      f.member.Signed(f, {"GET", "/fed/heads?since=0123456789abcdef,0", "", {}, ""}, {});
  auto other = good;
  other.target = "/fed/heads";
  CHECK(f.Send(other).status == 404);
  other = good;
  other.target = "/fed/info?since=0123456789abcdef,0";
  CHECK(f.Send(other).status == 404);
  other = good;
  other.method = "HEAD";
  CHECK(f.Send(other).status == 404);
  for (std::size_t i = 0; i < 2; ++i) {  // the two headers of the signature
    other = good;
    other.headers[i].second[40] = other.headers[i].second[40] == 'A' ? 'B' : 'A';
    CHECK(f.Send(other).status == 404);
  }
  CHECK(f.Send(good).status == 200);
}

TEST_CASE("TheBodyMustBeTheOneThatWasSigned") {
  Fixture f;
  const Ask hint{"POST", "/fed/heads", "", {}, "a note"};
  CHECK(f.member.Send(f, hint).status == 204);
  auto ask = f.member.Signed(f, hint, {});
  ask.body = "b note";
  CHECK(f.Send(ask).status == 400);
  ask = f.member.Signed(f, hint, {});
  ask.headers[0].second = federation::ContentDigestText(HashSha256(AsBytes("b note")));
  CHECK(f.Send(ask).status == 404);
  ask = f.member.Signed(f, {"POST", "/fed/heads", "", {}, ""}, {});  // signed without a body
  ask.body = "a note";
  CHECK(f.Send(ask).status == 401);
}

TEST_CASE("OnlyWhoIsNamedMayBringSomething") {
  Fixture f;
  const auto bring = [&](SigningNode& as) {
    return as.Send(f, {"PUT", "/fed/wants/1?status=404", "", {}, ""});
  };
  CHECK(bring(f.stranger).status == 404);
  CHECK(bring(f.member).status == 404);
  CHECK(Look(bring(f.member)) == Look(bring(f.stranger)));
  const auto known = bring(f.bringer);
  CHECK(known.status == 404);
  CHECK(known.Parsed()["error"] == "nobody here waits for this answer");
  CHECK(f.stranger.Send(f, {"POST", "/fed/heads", "", {}, "a note"}).status == 404);
}

TEST_CASE("APeerMaySayThatALogHasGrown") {
  TestNode node;
  SigningNode peer(1);
  const Ask hint{"POST", "/fed/heads", "", {}, "a note"};
  CHECK(peer.Send(node, hint).status == 404);
  MUST(node.node().data().database().Write([&](storage::Connection& c) -> Status {
    TRY(federation::AddPeer(c, peer.id(), 1));
    return Ok();
  }));
  CHECK(peer.Send(node, hint).status == 204);
  CHECK(node.Get("/fed/heads").status != 404);
}
