#include "node/content_holders.h"

#include <algorithm>

#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kFreshMs = 60'000;
constexpr RateLimit kAsksInAll{10, {60'000}};
constexpr std::int64_t kPatienceMs = 5'000;
constexpr std::size_t kRememberedMax = 1'000;  // manifests

Result<federation::Holdings> ReadAnswer(ByteView body, const Sha256& manifest,
                                        const federation::Holdings& stated) {
  const auto page = TRY(federation::HoldingsPage::Parse(AsText(body)));
  const auto& said = page.holdings;
  if (page.manifest == manifest && said.files == stated.files && said.bytes == stated.bytes) {
    return said;
  }
  return Error(Errc::Invalid, "it speaks of something else");
}

}  // namespace

std::optional<ContentHolders::Heard> ContentHolders::Ask(const Sha256& manifest,
                                                         const federation::Holdings& stated) {
  if (TakeTurn(manifest) == Turn::NotNow) return Look(manifest);
  auto heard = AskAll(manifest, stated);
  const MutexLock lock(mutex_);
  is_asking_ = false;
  if (!heard) {
    log::Warning("federation", "event=holders_not_asked error=\"{}\"", heard.error().message());
    return std::nullopt;
  }
  if (heard_.size() >= kRememberedMax && !heard_.contains(manifest)) {
    heard_.erase(std::ranges::min_element(heard_, {},
                                          [](const auto& item) { return item.second.asked_ms; }));
  }
  heard_[manifest] = {*heard, clock_.MonotonicMs()};
  return *std::move(heard);
}

std::optional<ContentHolders::Heard> ContentHolders::Look(const Sha256& manifest) {
  const MutexLock lock(mutex_);
  const auto found = heard_.find(manifest);
  return found == heard_.end() ? std::nullopt : std::optional(found->second.heard);
}

ContentHolders::Turn ContentHolders::TakeTurn(const Sha256& manifest) {
  const MutexLock lock(mutex_);
  const auto found = heard_.find(manifest);
  const bool is_fresh =
      found != heard_.end() && clock_.MonotonicMs() - found->second.asked_ms < kFreshMs;
  if (is_fresh || is_asking_ || !limiter_.Take("", kAsksInAll).allowed) return Turn::NotNow;
  is_asking_ = true;
  return Turn::Taken;
}

Result<ContentHolders::Heard> ContentHolders::AskAll(const Sha256& manifest,
                                                     const federation::Holdings& stated) {
  Heard heard;
  std::vector<Place> places;
  std::vector<AskPeers::Source> sources;
  for (auto& peer : TRY(follower_.KnownNodes())) {
    Place place{peer.node, std::move(peer.address)};
    if (peer.source == nullptr) {
      heard.silent.push_back(std::move(place));
      continue;
    }
    places.push_back(std::move(place));
    sources.push_back(std::move(peer.source));
  }
  const auto answers = asker_.Ask(sources, federation::HoldingsPath(manifest),
                                  federation::kMaxHoldingsBytes, kPatienceMs);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& body = answers[i].body;
    if (!body && body.error().code() == Errc::NotFound) continue;  // none, or none for us
    const auto said = body ? ReadAnswer(*body, manifest, stated) : body.error();
    if (!said) {
      heard.silent.push_back(places[i]);
    } else if (said->held_files > 0) {
      heard.holders.push_back({places[i], *said});
    }
  }
  heard.heard_ms = clock_.NowMs();
  return heard;
}

}  // namespace banyan::node
