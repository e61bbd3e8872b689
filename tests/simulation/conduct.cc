// How nodes answer: from what they hold, or as liars do.
#include "tests/simulation/conduct.h"

#include "federation/format/checkpoint.h"
#include "federation/format/heads_page.h"
#include "federation/format/note.h"
#include "tests/simulation/node_answers.h"
#include "tests/simulation/world.h"
#include "tests/support/must.h"

namespace banyan::simulation {

using namespace federation;

namespace {

// A head of the origin that somebody else signed.
std::string ForgedHead(const NodeId& origin, std::uint64_t size, FakeRandom& random) {
  const LogName name{origin, 0};
  Secret secret;
  random.Fill(secret);
  LogHash root;
  SignedNote note{Checkpoint{name.ToString(), {size, root}}.ToString(), {}};
  note.signatures.push_back(SignNote(note.text, name.ToString(), SigningKeys(secret).log));
  return note.ToString();
}

}  // namespace

void Spoil(Conduct conduct, const std::string& path, Result<Bytes>& body, FakeRandom& random) {
  if (conduct == Conduct::Babbles) body = random.TakeBytes(random.Below(5000));
  const bool is_tile = path.find("/tile/") != path.npos;
  if (conduct == Conduct::Garbles && is_tile && body && !body->empty()) {
    (*body)[random.Below(body->size())] ^= 1;
  }
}

Answer World::AnswerOf(std::size_t i, const Ask& ask) {
  if (ask.path.empty()) return AnswerAsk(node(i), ask);
  return MakeAnswer(ask, FileOf(i, ask.path));
}

Result<Bytes> World::FileOf(std::size_t i, const std::string& path) {
  auto body = AnswerFile(node(i), path);
  if (nodes_[i].conduct != Conduct::Honest) Lie(i, path, body);
  return body;
}

void World::Lie(std::size_t i, const std::string& path, Result<Bytes>& body) {
  auto& place = nodes_[i];
  const bool is_heads = path.starts_with("/fed/heads");
  Spoil(place.conduct, path, body, random_);
  if (place.conduct == Conduct::Stale && is_heads && body) {
    body = place.first_shown.try_emplace("/fed/heads", *body).first->second;
  }
  if (place.conduct == Conduct::Forges && is_heads) {
    HeadsPage page{{"0123456789abcdef", static_cast<std::uint64_t>(now_ms())}, {}};
    for (std::size_t origin = 0; origin < options_.origins; ++origin) {
      page.heads.push_back({0, ForgedHead(node(origin).id(), 1000, random_)});
    }
    const auto text = page.ToString();
    body = Bytes(text.begin(), text.end());
  }
  ++counts_.lies;
}

void World::SpreadLies(std::size_t i) {
  for (const auto peer : nodes_[i].peers) {
    CarryHint(i, peer, ForgedHead(node(0).id(), 1'000'000 + counts_.hints, random_));
    CarryHint(i, peer, "noise");
    ++counts_.lies;
  }
}

}  // namespace banyan::simulation
