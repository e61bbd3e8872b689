#include "node/signed_link.h"

#include <functional>

#include "node/http/uri.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;

LinkSigner Signer(std::uint64_t seed = 1) {
  MemoryFileSystem fs;
  FakeRandom random(seed);
  return LinkSigner(MUST(NodeSeed::OpenOrCreate(fs, random, "/seed")));
}

SignedLink Upload() {
  SignedLink link;
  link.method = "PUT";
  link.use = "object";
  link.oid = HashSha256(AsBytes("content"));
  link.size_bytes = 7;
  link.repository = 3;
  link.user = 2;
  link.token = 5;
  link.expires_ms = kNowMs + 60'000;
  return link;
}

// The request that somebody makes who was given `target`.
Request Follow(const std::string& method, const std::string& target) {
  Request request;
  request.method = method;
  const auto query_at = target.find('?');
  const auto path = target.substr(0, query_at);
  request.params = {{"oid", "", path.substr(path.rfind('/') + 1)}};
  request.query = MUST(ParseQuery(target.substr(query_at + 1)));
  return request;
}

}  // namespace

TEST_CASE("ASignedLinkComesBackAsItWasGiven") {
  const auto signer = Signer();
  const auto link = Upload();
  CHECK(MUST(signer.Verify(Follow("PUT", signer.Sign(link)), "object", kNowMs)) == link);
}

TEST_CASE("ASignedLinkBindsEveryPart") {
  const auto signer = Signer();
  const std::string target = signer.Sign(Upload());
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"size=7", "size=8"}, {"size=7", "size=07"}, {"repo=3", "repo=4"},
      {"user=2", "user=1"}, {"part=0", "part=1"},  {"until=17", "until=27"},
      {"&mac=", "&mac=0"},  {"user=2", "user=-2"}, {"token=5", "token=6"},
      {"user=2", "user="},  {"size=7", "sized=7"}, {"until=1", "until=9999999"}};
  for (const auto& [from, to] : changes) {
    auto forged = target;
    forged.replace(forged.find(from), from.size(), to);
    INFO(forged);
    MUST_FAIL(signer.Verify(Follow("PUT", forged), "object", kNowMs), Errc::Denied);
  }
  auto request = Follow("PUT", target);
  request.params[0].value = HashSha256(AsBytes("other")).ToString();
  MUST_FAIL(signer.Verify(request, "object", kNowMs), Errc::Denied);
  request.params[0].value = "nonsense";
  MUST_FAIL(signer.Verify(request, "object", kNowMs), Errc::Denied);
  MUST_FAIL(signer.Verify(Follow("GET", target), "object", kNowMs), Errc::Denied);
  MUST_FAIL(signer.Verify(Follow("PUT", target), "part", kNowMs), Errc::Denied);
  MUST_FAIL(Signer(2).Verify(Follow("PUT", target), "object", kNowMs), Errc::Denied);
}

TEST_CASE("ASignedLinkEnds") {
  const auto signer = Signer();
  const auto request = Follow("PUT", signer.Sign(Upload()));
  MUST(signer.Verify(request, "object", kNowMs + 59'999));
  MUST_FAIL(signer.Verify(request, "object", kNowMs + 60'000), Errc::Denied);
}

TEST_CASE("ALinkToReadServesHeadToo") {
  const auto signer = Signer();
  auto link = Upload();
  link.method = "GET";
  MUST(signer.Verify(Follow("HEAD", signer.Sign(link)), "object", kNowMs));
}
