#include "tests/support/sqlite_vfs.h"

#include <thread>

#include "tests/support/fault_loop.h"

using namespace banyan;

namespace {

// A connection to "d/test.db", in WAL mode with every commit synced.
class Connection {
 public:
  static Result<Connection> Open(SqliteVfs& vfs) {
    Connection connection;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int rc = sqlite3_open_v2("d/test.db", &connection.db_, flags, vfs.name());
    if (rc != SQLITE_OK) return Error(Errc::Io, sqlite3_errstr(rc));
    TRY(connection.Text("pragma journal_mode = wal"));
    TRY(connection.Text("pragma synchronous = full"));
    return connection;
  }
  Connection(Connection&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  ~Connection() { sqlite3_close(db_); }

  // The first column of the last row.
  Result<std::string> Text(const std::string& sql) {
    std::string text;
    char* message = nullptr;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) = values[0] != nullptr ? values[0] : "";
      return 0;
    };
    const int rc = sqlite3_exec(db_, sql.c_str(), keep, &text, &message);
    if (rc == SQLITE_OK) return text;
    const Error error(rc == SQLITE_BUSY ? Errc::Conflict : Errc::Io, message);
    sqlite3_free(message);
    return error;
  }

 private:
  Connection() = default;
  sqlite3* db_ = nullptr;
};

// Inserts the numbers from 1 up, one commit each, with a checkpoint on the way.
struct Insertions {
  int acknowledged = 0;
  int attempted = 0;

  void Setup(MemoryFileSystem& fs) {
    acknowledged = attempted = 0;
    MUST(fs.CreateDirectories("d"));
  }

  Status Run(MemoryFileSystem& fs) {
    SqliteVfs vfs(fs);
    Connection connection = TRY(Connection::Open(vfs));
    TRY(connection.Text("create table if not exists t (n integer, filler blob)"));
    for (int n = 1; n <= 5; ++n) {
      attempted = n;
      TRY(connection.Text("insert into t values (" + std::to_string(n) + ", randomblob(3000))"));
      acknowledged = n;
      if (n == 3) TRY(connection.Text("pragma wal_checkpoint(truncate)"));
    }
    return Ok();
  }

  void Verify(MemoryFileSystem& fs) const {
    SqliteVfs vfs(fs);
    Connection connection = MUST(Connection::Open(vfs));
    REQUIRE(MUST(connection.Text("pragma integrity_check")) == "ok");
    if (attempted == 0) return;
    const int count = std::stoi(MUST(connection.Text("select count(*) from t")));
    REQUIRE(MUST(connection.Text("select coalesce(max(n), 0) from t")) == std::to_string(count));
    REQUIRE(count >= acknowledged);
    REQUIRE(count <= attempted);
  }

  Workload AsWorkload() {
    return {.setup = [this](MemoryFileSystem& fs) { Setup(fs); },
            .operation = [this](MemoryFileSystem& fs) { return Run(fs); },
            .verify = [this](MemoryFileSystem& fs) { Verify(fs); }};
  }
};

}  // namespace

TEST_CASE("WalDatabaseReadsBackOnMemory") {
  MemoryFileSystem fs;
  Insertions insertions;
  insertions.Setup(fs);
  MUST(insertions.Run(fs));
  REQUIRE(insertions.acknowledged == 5);
  insertions.Verify(fs);
  REQUIRE(MUST(fs.List("d")) == std::vector<std::string>{"test.db"});
}

TEST_CASE("WalDatabaseSurvivesEveryFault") {
  Insertions insertions;
  ForEveryFault(insertions.AsWorkload());
}

TEST_CASE("WalDatabaseSurvivesEveryCrash") {
  Insertions insertions;
  ForEveryCrash(insertions.AsWorkload(), 6);
}

TEST_CASE("ConnectionsLockEachOtherOut") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("d"));
  SqliteVfs vfs(fs);
  Connection first = MUST(Connection::Open(vfs));
  Connection second = MUST(Connection::Open(vfs));
  MUST(first.Text("create table t (n)"));
  MUST(first.Text("begin immediate"));
  MUST_FAIL(second.Text("begin immediate"), Errc::Conflict);
  MUST(first.Text("insert into t values (1)"));
  REQUIRE(MUST(second.Text("select count(*) from t")) == "0");
  MUST(first.Text("commit"));
  REQUIRE(MUST(second.Text("select count(*) from t")) == "1");
  MUST(second.Text("begin immediate"));
  MUST(second.Text("rollback"));
}

TEST_CASE("RollbackJournalLocksWorkToo") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("d"));
  SqliteVfs vfs(fs);
  Connection first = MUST(Connection::Open(vfs));
  MUST(first.Text("pragma journal_mode = delete"));
  MUST(first.Text("create table t (n)"));
  Connection second = MUST(Connection::Open(vfs));
  MUST(second.Text("pragma journal_mode = delete"));
  MUST(first.Text("begin exclusive"));
  MUST_FAIL(second.Text("select count(*) from t"), Errc::Conflict);
  MUST(first.Text("insert into t values (1)"));
  MUST(first.Text("commit"));
  MUST(second.Text("begin"));
  REQUIRE(MUST(second.Text("select count(*) from t")) == "1");
  MUST(first.Text("begin immediate"));
  MUST(first.Text("insert into t values (2)"));
  MUST_FAIL(first.Text("commit"), Errc::Conflict);  // a reader is left
  MUST(second.Text("commit"));
  MUST(first.Text("commit"));
}

TEST_CASE("ThreadsShareADatabase") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("d"));
  SqliteVfs vfs(fs);
  MUST(MUST(Connection::Open(vfs)).Text("create table t (n)"));
  const auto insert = [&vfs] {
    auto connection = Connection::Open(vfs);
    while (!connection) {  // the other one recovers the log, or closes it
      std::this_thread::yield();
      connection = Connection::Open(vfs);
    }
    for (int i = 0; i < 20; ++i) {
      while (!connection->Text("insert into t values (1)")) std::this_thread::yield();
    }
  };
  std::thread first(insert);
  std::thread second(insert);
  first.join();
  second.join();
  REQUIRE(MUST(MUST(Connection::Open(vfs)).Text("select count(*) from t")) == "40");
}

TEST_CASE("TemporaryFilesComeAndGo") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("d"));
  SqliteVfs vfs(fs);
  {
    Connection connection = MUST(Connection::Open(vfs));
    MUST(connection.Text("pragma temp.cache_size = 5"));
    MUST(
        connection.Text("create temp table t as with recursive c(n) as (select 1 union all "
                        "select n + 1 from c where n < 3000) select n, randomblob(200) from c"));
    REQUIRE(MUST(fs.List("/")) == std::vector<std::string>{"d", "sqlite-temporary-1"});
    REQUIRE(MUST(connection.Text("select count(*) from t")) == "3000");
  }
  REQUIRE(MUST(fs.List("/")) == std::vector<std::string>{"d"});
}
