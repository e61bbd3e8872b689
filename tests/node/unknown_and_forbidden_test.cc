// What a caller may not see looks and takes like what does not exist: the same status, headers and
// body, and no walk through the catalog on one side only.

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "node/http/router.h"
#include "node/http/uri.h"
#include "storage/catalog/tokens.h"
#include "storage/history/history.h"
#include "tests/node/writing_node.h"
#include "tests/support/sanitizer.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const std::string kUnknownHash = std::string(63, '0') + "1";
constexpr int kOtherHolders = 40;

// One without tensors, of the architecture "llama".
std::string Gguf() {
  std::string file("GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 24);
  file += std::string("\x14\0\0\0\0\0\0\0", 8) + "general.architecture";
  return file + std::string("\x08\0\0\0\x05\0\0\0\0\0\0\0", 12) + "llama";
}

// Alice has a private model "alice/secret", one of whose files lies in more private models of hers,
// and nothing of the name "alice/absent". Bob is a stranger.
struct Fixture : WritingNode {
  Fixture()
      : WritingNode([](Config& config) {
          config.rate_anonymous = 0;  // RateLimit counts down
          config.rate_user = 0;
        }) {
    Create(alice, "secret", {{"private", true}});
    CommitLfs(alice, "alice/secret", "w.bin", "sixteen weights!");
    CommitLfs(alice, "alice/secret", "m.gguf", Gguf());
    Create(alice, "open");
    MUST(database().Write([&](storage::Connection& c) { return HoldElsewhere(c); }));
    const auto revision = Get("/api/banyan/v0/models/alice/secret/revision/main", alice).Parsed();
    manifest = revision["manifest"];
  }
  Status HoldElsewhere(storage::Connection& c) {
    const auto file = TRY(storage::FindFile(c, HashSha256(AsBytes("sixteen weights!"))));
    hash = file->hash.ToString();
    for (int i = 0; i < kOtherHolders; ++i) {
      storage::NewRepository made;
      made.id = TRY(storage::ParseRepositoryId(storage::RepositoryKind::Model,
                                               "alice/holder-" + std::to_string(i)));
      made.is_private = true;
      const auto creation = TRY(storage::CreateRepository(c, SystemRandom(), made, 1));
      TRY(storage::HoldFile(c, creation.repository.row, *file, storage::Holding::Committed, 1));
    }
    return Ok();
  }

  const Router& router() const { return router_; }

  std::string hash;
  std::string manifest;

 private:
  const Router& router_ = node().router();
};

// A request about something that is there, or about something that is not.
struct Question {
  std::string method;
  std::string target;  // with {id}, {hash} or {manifest}
  std::string body = {};
};

const std::string kBatch =
    R"({"operation": "download", "objects": [{"size": 16, "oid":)"
    R"( "8e85ef6be376afeba54c1af7cc007c2f046c2b9f4fd48f5c52a9b449469de301"}]})";
const std::string kUpload = R"({"operation": "upload", "objects": []})";

// The owner gets all of these.
const std::vector<Question> kReads = {
    {"GET", "/api/models/{id}"},
    {"GET", "/api/models/{id}?expand=sha"},
    {"GET", "/api/models/{id}/revision/main"},
    {"GET", "/api/models/{id}/tree/main"},
    {"GET", "/api/models/{id}/tree/main/folder?recursive=true&expand=true"},
    {"POST", "/api/models/{id}/paths-info/main", R"({"paths": ["w.bin"]})"},
    {"GET", "/api/models/{id}/refs"},
    {"GET", "/api/models/{id}/commits/main"},
    {"GET", "/api/models/{id}/discussions"},
    {"GET", "/api/models/{id}/lfs-files"},
    {"GET", "/api/models/{id}/standing"},
    {"GET", "/api/models/{id}/auth-check"},
    {"GET", "/api/models/{id}/xet-read-token/main"},
    {"GET", "/{id}/resolve/main/w.bin"},
    {"GET", "/{id}/resolve/main/no.bin"},
    {"GET", "/{id}/raw/main/w.bin"},
    {"POST", "/{id}.git/info/lfs/objects/batch", kBatch},
    {"GET", "/{id}/info/refs?service=git-upload-pack"},
    {"GET", "/{id}.git/info/refs?service=git-upload-pack"},
    {"GET", "/v2/{id}/manifests/latest"},
    {"GET",
     "/v2/{id}/blobs/sha256:8e85ef6be376afeba54c1af7cc007c2f046c2b9f4fd48f5c52a9b449469de301"},
    {"GET", "/api/v1/models/{id}"},
    {"GET", "/api/v1/models/{id}/revisions"},
    {"GET", "/api/v1/models/{id}/repo/files?Revision=master&Recursive=True"},
    {"GET", "/api/v1/models/{id}/repo?Revision=master&FilePath=w.bin"},
    {"GET", "/api/banyan/v0/models/{id}/revision/main"},
    {"GET", "/fed/f/{hash}/outline"},
    {"GET", "/fed/f/{hash}/section/0"},
    {"GET", "/fed/f/{hash}/data/0"},
    {"GET", "/fed/o/{manifest}"},
    {"GET", "/fed/o/{manifest}?root={manifest}"},
};
// These change something, or need more than to read.
const std::vector<Question> kWrites = {
    {"GET", "/api/models/{id}/auth-check/write"},
    {"GET", "/api/models/{id}/xet-write-token/main"},
    {"POST", "/api/models/{id}/preupload/main", R"({"files": []})"},
    {"POST", "/api/models/{id}/commit/main", R"({"key": "header", "value": {"summary": "x"}})"},
    {"POST", "/{id}.git/info/lfs/objects/batch", kUpload},
    {"POST", "/{id}/git-upload-pack"},
    {"GET", "/{id}/info/refs?service=git-receive-pack"},
    {"POST", "/{id}/git-receive-pack"},
    {"POST", "/api/models/{id}/lfs-files/batch", "{}"},
    {"POST", "/api/models/{id}/lfs-files/duplicate", "{}"},
    {"POST", "/api/models/alice/open/lfs-files/duplicate",
     R"({"target": {"name": "{id}"}, "files": []})"},
    {"POST", "/api/models/{id}/duplicate", "{}"},
    {"POST", "/api/models/{id}/discussions", "{}"},
    {"GET", "/api/models/{id}/discussions/1"},
    {"POST", "/api/models/{id}/discussions/1/comment", "{}"},
    {"POST", "/api/models/{id}/branch/b", "{}"},
    {"DELETE", "/api/models/{id}/branch/main"},
    {"POST", "/api/models/{id}/tag/main", R"({"tag": "t"})"},
    {"DELETE", "/api/models/{id}/tag/t"},
    {"POST", "/api/models/{id}/super-squash/main", "{}"},
    {"PUT", "/api/models/{id}/settings", "{}"},
    {"PUT", "/api/models/{id}/standing", R"({"status": "live"})"},
    {"POST", "/api/models/{id}/user-access-request", "{}"},
    {"GET", "/api/models/{id}/user-access-request/pending"},
    {"POST", "/api/models/{id}/user-access-request/handle", "{}"},
    {"POST", "/api/models/{id}/user-access-request/grant", "{}"},
    {"DELETE", "/api/repos/delete", R"({"name": "{id}"})"},
    {"POST", "/api/repos/move", R"({"fromRepo": "{id}", "toRepo": "bob/mine"})"},
    {"POST", "/api/banyan/v0/models/{id}/sessions"},
    {"POST", "/api/banyan/v0/models/{id}/sessions/s/offers"},
    {"GET", "/api/banyan/v0/models/{id}/sessions/s/offers/1"},
    {"DELETE", "/api/banyan/v0/models/{id}/sessions/s"},
};

// And HEAD of what has GET.
std::vector<Question> WithHead(const std::vector<Question>& questions) {
  std::vector<Question> all = questions;
  for (const auto& question : questions) {
    if (question.method == "GET") all.push_back({"HEAD", question.target});
  }
  return all;
}

std::string Fill(std::string text, const std::string& name, const std::string& value) {
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
  return text;
}
Question About(const Question& question, const std::string& id, const std::string& hash,
               const std::string& manifest) {
  auto filled = question;
  for (auto* text : {&filled.target, &filled.body}) {
    *text = Fill(Fill(Fill(*text, "{id}", id), "{hash}", hash), "{manifest}", manifest);
  }
  return filled;
}
Question Forbidden(const Fixture& hub, const Question& question) {
  return About(question, "alice/secret", hub.hash, hub.manifest);
}
Question Unknown(const Question& question, const std::string& id = "alice/absent") {
  return About(question, id, kUnknownHash, kUnknownHash);
}

// All that a client can look at.
std::string Look(const Fixture& hub, const Question& question, const std::string& token) {
  const auto reply =
      hub.Send({question.method, question.target, token, {{"X-Request-Id", "one"}}, question.body});
  std::string text = std::to_string(reply.status) + "\n";
  for (const auto& [name, value] : reply.headers.fields()) {
    if (name == "Date") continue;
    text += name + ": " + value + "\n";
  }
  return text + "\n" + reply.body;
}

double Microseconds(const std::function<void()>& call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
      .count();
}
double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

constexpr double kToleratedMicroseconds = kSanitized ? 200 : 50;
struct Precision {
  int pairs = 200;
  double tolerated_share = 0.25;
};
constexpr Precision kLong{5'000, 0.05};

// Whether the two take the same time, but for those microseconds or that share. Interleaved, so
// that a busy machine slows both; one quiet moment in three is enough.
bool TakeTheSameTime(const std::function<void()>& one, const std::function<void()>& other,
                     const Precision& precision = {}) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::vector<double> ones;
    std::vector<double> others;
    for (int i = 0; i < precision.pairs; ++i) {
      ones.push_back(Microseconds(one));
      others.push_back(Microseconds(other));
    }
    const double a = Median(ones);
    const double b = Median(others);
    UNSCOPED_INFO("medians " << a << " and " << b << " microseconds");
    const double share = precision.tolerated_share * std::max(a, b);
    if (std::abs(a - b) < std::max(kToleratedMicroseconds, share)) return true;
  }
  return false;
}

class TextBody final : public BodySource {
 public:
  explicit TextBody(const std::string& text) : text_(text) {}
  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    const auto size = std::min(out.size(), text_.size() - read_);
    text_.copy(reinterpret_cast<char*>(out.data()), size, read_);
    read_ += size;
    return size;
  }
  std::optional<std::uint64_t> size_bytes() const override { return text_.size(); }

 private:
  const std::string& text_;
  std::size_t read_ = 0;
};

// Without the network, whose noise would hide what is looked for.
void Dispatch(const Fixture& hub, const Question& question, const storage::Caller& caller) {
  Request request;
  request.method = question.method;
  request.target = question.target;
  const auto mark = question.target.find('?');
  request.path = question.target.substr(0, mark);
  if (mark != std::string::npos) request.query = MUST(ParseQuery(question.target.substr(mark + 1)));
  request.caller = caller;
  TextBody body(question.body);
  request.body = &body;
  Response response;
  hub.router().Dispatch(request, response);
  REQUIRE(response.status >= 400);
}

void RequireTheSameTime(const std::vector<Question>& questions, const Precision& precision) {
  Fixture hub;
  auto lease = MUST(hub.database().Read());
  const auto bob = MUST(storage::Authenticate(*lease, hub.bob, 1));
  for (const auto& caller : {storage::Caller(), bob}) {
    for (const auto& question : questions) {
      INFO(question.method << " " << question.target << " as " << caller.name);
      const auto forbidden = Forbidden(hub, question);
      const auto unknown = Unknown(question);
      CHECK(TakeTheSameTime([&] { Dispatch(hub, forbidden, caller); },
                            [&] { Dispatch(hub, unknown, caller); }, precision));
    }
  }
}

}  // namespace

TEST_CASE("UnknownAndForbiddenLookTheSame") {
  Fixture hub;
  for (const auto& token : {std::string(), hub.bob}) {
    for (const auto* questions : {&kReads, &kWrites}) {
      for (const auto& question : WithHead(*questions)) {
        INFO(question.method << " " << question.target << (token.empty() ? "" : " (bob)"));
        const auto forbidden = Look(hub, Forbidden(hub, question), token);
        CHECK(forbidden.starts_with("40"));
        CHECK(forbidden == Look(hub, Unknown(question), token));
        CHECK(forbidden == Look(hub, Unknown(question, "nobody/absent"), token));
      }
    }
  }
}

TEST_CASE("TheOwnerSeesWhatOthersDoNot") {
  Fixture hub;
  for (const auto& question : WithHead(kReads)) {
    if (question.target.find("/no.bin") != std::string::npos) continue;
    if (question.target.find("/folder") != std::string::npos) continue;
    INFO(question.method << " " << question.target);
    CHECK(Look(hub, Forbidden(hub, question), hub.alice).starts_with("200"));
  }
}

TEST_CASE("ABatchTellsNothingOfObjectsElsewhere") {
  Fixture hub;
  const std::string secret = HashSha256(AsBytes("sixteen weights!")).ToString();
  for (const auto& token : {std::string(), hub.bob}) {
    const auto ask = [&](const std::string& oid) {
      const auto body = Fill(kBatch, secret, oid);
      return Fill(Look(hub, {"POST", "/alice/open.git/info/lfs/objects/batch", body}, token), oid,
                  "OID");
    };
    CHECK(ask(secret) == ask(kUnknownHash));
  }
}

TEST_CASE("ANodeThatAdmitsNobodyAnonymousSaysNoMore") {
  TestNode hub([](Config& config) { config.access_anonymous = false; });
  const auto alice = hub.NewUser("alice");
  hub.Create(alice, "open");
  hub.Commit(alice, "alice/open", {{"a.txt", "a"}});
  const auto revision = hub.Get("/api/banyan/v0/models/alice/open/revision/main", alice);
  REQUIRE(revision.status == 200);
  const std::string manifest = revision.Parsed()["manifest"];
  CHECK(hub.Get("/fed/o/" + manifest, alice).status == 200);
  for (const auto& target :
       {std::string("/api/models/alice/open"),
        std::string("/api/banyan/v0/models/alice/open/revision/main"), "/fed/o/" + manifest,
        "/fed/o/" + kUnknownHash, "/fed/f/" + kUnknownHash + "/outline"}) {
    INFO(target);
    CHECK(hub.Get(target).status == 401);
  }
}

TEST_CASE("UnknownAndForbiddenTakeTheSameTime") { RequireTheSameTime(kReads, {}); }

TEST_CASE("UnknownAndForbiddenTakeTheSameTimeInThousandsOfPairs") {
  if (std::getenv("BANYAN_LONG") == nullptr) return;
  RequireTheSameTime(WithHead(kReads), kLong);
  RequireTheSameTime(WithHead(kWrites), kLong);
}

TEST_CASE("AWalkOnOneSideIsNoticed") {
  Fixture hub;
  auto lease = MUST(hub.database().Read());
  const auto walk = [&] {
    for (int i = 0; i < kOtherHolders; ++i) {
      (void)storage::GetRepository(*lease, 1 + i);
    }
  };
  const Question question = {"GET", "/api/models/alice/absent"};
  const auto ask = [&] { Dispatch(hub, question, storage::Caller()); };
  CHECK(TakeTheSameTime(ask, ask));
  CHECK_FALSE(TakeTheSameTime(ask, [&] {
    ask();
    walk();
  }));
}
