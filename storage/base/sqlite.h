#pragma once
// SQLite without exceptions or raw handles. One Database is one file in WAL mode with one writer
// connection and a pool of readers; a change is one transaction through Write.
//
// Errors: Conflict for a violated constraint, NoSpace for a full disk, Corrupt for a damaged
// file, Unavailable when locked by another process, Io for the rest. After Io from Write the
// change may or may not have happened: read again before deciding.

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/digest.h"
#include "storage/base/mutex.h"
#include "storage/base/result.h"

namespace banyan::storage {

// One argument of a statement: converts from integers, text, bytes, digests and optionals.
// Borrows text and bytes: they must live until the statement has been stepped.
class SqlValue {
 public:
  SqlValue(std::nullptr_t) {}  // NOLINT
  template <std::integral T>
  SqlValue(T value) : kind_(Kind::Int), int_(static_cast<std::int64_t>(value)) {}  // NOLINT
  SqlValue(double value) : kind_(Kind::Real), real_(value) {}                      // NOLINT
  SqlValue(std::string_view text) : kind_(Kind::Text), view_(AsBytes(text)) {}     // NOLINT
  SqlValue(const std::string& text) : SqlValue(std::string_view(text)) {}          // NOLINT
  SqlValue(const char* text) : SqlValue(std::string_view(text)) {}                 // NOLINT
  SqlValue(ByteView blob) : kind_(Kind::Blob), view_(blob) {}                      // NOLINT
  SqlValue(const Bytes& blob) : SqlValue(ByteView(blob)) {}                        // NOLINT
  template <typename Tag>
  SqlValue(const Digest<Tag>& digest) : SqlValue(digest.bytes()) {}  // NOLINT
  template <typename T>
  SqlValue(const std::optional<T>& value) {  // NOLINT
    if (value) *this = SqlValue(*value);
  }
  int Bind(sqlite3_stmt* statement, int index) const;

 private:
  enum class Kind { Null, Int, Real, Text, Blob };
  Kind kind_ = Kind::Null;
  std::int64_t int_ = 0;
  double real_ = 0;
  ByteView view_;
};

// The rows of a running statement:
//   auto rows = connection.Query("SELECT a FROM t WHERE b = ?", 7);
//   while (rows.Next()) Use(rows.Text(0));
//   TRY(rows.status());
// Column values are valid until the next call of Next. Must not outlive the connection.
class Rows {
 public:
  Rows(sqlite3_stmt* statement, Status status);
  ~Rows();
  Rows(Rows&& other) noexcept;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool Next();
  const Status& status() const { return status_; }
  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  double Real(int column) const;
  std::string Text(int column) const;
  ByteView Blob(int column) const;
  // Corrupt through status() (and a zero digest) when the column has another size.
  template <typename D>
  D DigestAt(int column) {
    auto digest = D::FromBytes(Blob(column));
    if (digest) return *digest;
    status_ = Error(Errc::Corrupt, "catalog: a digest column has the wrong size");
    return D();
  }

 private:
  sqlite3_stmt* statement_;
  Status status_;
};

// One connection; used by one thread at a time. Statements are prepared once and kept.
class Connection {
 public:
  struct Options {
    std::string path;
    std::string vfs;  // empty: SQLite's default
    bool writable = false;
  };
  static Result<std::unique_ptr<Connection>> Open(const Options& options);
  ~Connection();

  template <typename... Args>
  Rows Query(std::string_view sql, const Args&... args) {
    const SqlValue values[] = {SqlValue(args)..., SqlValue(nullptr)};
    return Start(sql, std::span(values, sizeof...(Args)));
  }
  // Runs a statement that gives no rows.
  template <typename... Args>
  Status Execute(std::string_view sql, const Args&... args) {
    auto rows = Query(sql, args...);
    while (rows.Next()) {
    }
    return rows.status();
  }
  Rows QueryList(std::string_view sql, std::span<const SqlValue> values) {
    return Start(sql, values);
  }
  // Several statements without arguments, such as a schema.
  Status ExecuteScript(const std::string& sql);
  std::int64_t LastInsertId() const { return sqlite3_last_insert_rowid(handle_); }
  std::int64_t Changes() const { return sqlite3_changes64(handle_); }
  sqlite3* handle() { return handle_; }

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  Rows Start(std::string_view sql, std::span<const SqlValue> values);

  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

class Database {
 public:
  struct Options {
    std::string path;
    std::string vfs;
    std::int64_t reader_patience_ms = 50;
  };
  // Opens or creates the file, WAL, synchronous=FULL, foreign keys on. Thread safe afterwards.
  static Result<std::unique_ptr<Database>> Open(const Options& options);

  // Runs `change` inside one BEGIN IMMEDIATE transaction and commits it durably, or rolls back
  // and returns the error. Must not be called from within a change.
  Status Write(const std::function<Status(Connection&)>& change);

  // A reader connection for one thread, returned to the pool at the end of its life. Each
  // statement sees the newest commit; for several statements on one snapshot use Snapshot.
  class Lease {
   public:
    Lease(Database* database, std::unique_ptr<Connection> connection);
    ~Lease();
    Lease(Lease&&) noexcept = default;
    Connection* operator->() { return connection_.get(); }
    Connection& operator*() { return *connection_; }

   private:
    Database* database_;
    std::unique_ptr<Connection> connection_;
  };
  // With kReaders lent, a thread that holds none waits while others come back, and opens one more
  // when none does within `reader_patience_ms`: a crowd that comes at once queues instead of
  // opening a connection each, and leases that are held for long stop nobody.
  static constexpr std::size_t kReaders = 32;
  Result<Lease> Read();
  // Runs `read` inside one read transaction.
  Status Snapshot(const std::function<Status(Connection&)>& read);

  // Copies the live database, consistent as of one moment, to a new file (SQLite backup API).
  Status BackupTo(const std::string& path);
  const Options& options() const { return options_; }

 private:
  friend class Lease;
  explicit Database(Options options) : options_(std::move(options)) {}
  // One that is idle, or null when one must be opened; lent from now on in both cases.
  std::unique_ptr<Connection> TakeIdle();
  void GiveBack(std::unique_ptr<Connection> connection);  // null: it could not be opened

  Options options_;
  Mutex writer_mutex_;
  std::unique_ptr<Connection> writer_ GUARDED_BY(writer_mutex_);
  Mutex pool_mutex_;
  CondVar came_back_;
  std::vector<std::unique_ptr<Connection>> pool_ GUARDED_BY(pool_mutex_);
  std::size_t lent_ GUARDED_BY(pool_mutex_) = 0;
  std::uint64_t times_given_back_ GUARDED_BY(pool_mutex_) = 0;
};

}  // namespace banyan::storage
