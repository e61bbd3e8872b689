// Processor time of rounds in which nothing is new, of the one who asks and the one who is asked,
// without HTTP: bench_round [origins, default 1000] [repositories of each, default 10].
// Prints "ROUND TICK ASKED" in microseconds: of a whole round, of a second without one, of an
// answer that nothing changed.

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "federation/follow/service.h"
#include "federation/head_rows.h"
#include "storage/catalog/schema.h"
#include "tests/support/temp_directory.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::Database;

constexpr std::int64_t kStartMs = 1'764'000'000'000;
constexpr int kRounds = 2000;
constexpr std::int64_t kRoundMs = 76'000;

double NowUs() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

void Must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "bench_round: %s\n", status.error().message().c_str());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result) {
  Must(result ? Ok() : Status(result.error()));
  return *std::move(result);
}

// Followed origins, each with a head and with repositories that are as their cards say.
Status Fill(Connection& connection, std::size_t origins, std::size_t repositories) {
  for (std::size_t i = 0; i < origins; ++i) {
    TRY(connection.Execute("INSERT INTO origin(node) VALUES(randomblob(32))"));
    const auto origin = connection.LastInsertId();
    TRY(connection.Execute("INSERT INTO follow(origin, pattern, added_ms) VALUES(?, '*/*/*', 0)",
                           origin));
    Frontier log;
    log.Append(HashLeaf(AsBytes(std::to_string(i))));
    TRY(PutHead(connection, {origin, 0}, {log, std::string(330, 'n'), kStartMs}));
    for (std::size_t j = 0; j < repositories; ++j) {
      TRY(connection.Execute(
          "INSERT INTO repository_card(origin, key, number, leaf, epoch, position, written_ms, "
          "meta, meta_id) VALUES(?, randomblob(32), 1, randomblob(32), 0, ?, 0, randomblob(300), "
          "randomblob(32))",
          origin, j));
      TRY(
          connection.Execute("INSERT INTO mirror(card, leaf) SELECT id, leaf FROM repository_card "
                             "WHERE id = last_insert_rowid()"));
    }
  }
  return Ok();
}

class Rounds {
 public:
  explicit Rounds(Database& database) : database_(database), service_(database, SystemRandom()) {
    Must(database.Write([](Connection& connection) -> Status {
      const auto peer = TRY(AddPeer(connection, "http://peer.example", kStartMs));
      return PeerAnswered(connection, peer, NodeId(HashLeaf({})), {"0123456789abcdef", 7},
                          kStartMs);
    }));
    Work(PolicyRead{});
    Round();
  }

  // The peer says that nothing changed.
  void Round() {
    now_ms_ += kRoundMs;
    if (Work(Tick{}) != 1) std::exit(1);
  }
  void Second() {
    now_ms_ += 1;
    if (Work(Tick{}) != 0) std::exit(1);
  }
  void BeAsked() {
    auto lease = Must(database_.Read());
    const auto place = Must(FindJournalPlace(*lease));
    if (Must(ReadHeads(*lease, place, now_ms_))) std::exit(1);
  }

 private:
  // How many answers it took.
  int Work(const Input& input) {
    int answers = 0;
    for (const auto& output : Must(service_.Step(now_ms_, input))) {
      const auto* ask = std::get_if<Ask>(&output);
      if (ask != nullptr) answers += 1 + Work(Answer{ask->id, {}, {}, {}});
    }
    return answers;
  }

  Database& database_;
  Service service_;
  std::int64_t now_ms_ = kStartMs;
};

template <typename Work>
double Measure(const Work& work) {
  const auto started = NowUs();
  for (int i = 0; i < kRounds; ++i) work();
  return (NowUs() - started) / kRounds;
}

void Run(std::size_t origins, std::size_t repositories) {
  const TempDirectory directory;
  auto database = Must(Database::Open({directory.Join("catalog"), ""}));
  Must(storage::Migrate(*database));
  Must(database->Write([&](Connection& c) { return Fill(c, origins, repositories); }));
  Rounds rounds(*database);
  const auto round_us = Measure([&] { rounds.Round(); });
  const auto tick_us = Measure([&] { rounds.Second(); });
  const auto asked_us = Measure([&] { rounds.BeAsked(); });
  std::printf("%.1f %.1f %.1f\n", round_us, tick_us, asked_us);
}

}  // namespace
}  // namespace banyan::federation

int main(int argc, char** argv) {
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  banyan::federation::Run(number(1, 1000), number(2, 10));
}
