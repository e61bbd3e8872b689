#include "storage/base/sqlite.h"

#include "storage/base/sqlite_log.h"

namespace banyan::storage {
namespace {

Error SqliteError(sqlite3* handle, std::string_view doing) {
  const int code = handle == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(handle);
  const std::string text = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  const std::string message = "catalog: " + text + " (" + std::string(doing) + ")";
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT: return Error(Errc::Conflict, message);
    case SQLITE_FULL: return Error(Errc::NoSpace, message + ": free some space and try again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Error(Errc::Corrupt, message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Error(Errc::Unavailable, message);
    default: return Error(Errc::Io, message);
  }
}

constexpr const char* kConnectionPragmas =
    "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF;"
    "PRAGMA trusted_schema = OFF;";

constexpr std::size_t kMaxIdleReaders = 16;

// Of any database. A lease that ends on another thread than it began on leaves both wrong by one:
// one waits never, the other a moment too long.
thread_local int leases_of_thread = 0;

}  // namespace

int SqlValue::Bind(sqlite3_stmt* statement, int index) const {
  // A null pointer would bind NULL: empty text and blobs need a real address.
  const char* at = view_.empty() ? "" : reinterpret_cast<const char*>(view_.data());
  switch (kind_) {
    case Kind::Null: return sqlite3_bind_null(statement, index);
    case Kind::Int: return sqlite3_bind_int64(statement, index, int_);
    case Kind::Real: return sqlite3_bind_double(statement, index, real_);
    case Kind::Text:
      return sqlite3_bind_text64(statement, index, at, view_.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    case Kind::Blob:
      return sqlite3_bind_blob64(statement, index, at, view_.size(), SQLITE_TRANSIENT);
  }
  return SQLITE_MISUSE;
}

Rows::Rows(sqlite3_stmt* statement, Status status)
    : statement_(statement), status_(std::move(status)) {}
Rows::Rows(Rows&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), status_(std::move(other.status_)) {}
Rows::~Rows() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::Next() {
  if (!status_ || statement_ == nullptr) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    status_ = SqliteError(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
  }
  return false;
}

bool Rows::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Rows::Int(int column) const { return sqlite3_column_int64(statement_, column); }
double Rows::Real(int column) const { return sqlite3_column_double(statement_, column); }
std::string Rows::Text(int column) const { return std::string(AsText(Blob(column))); }
ByteView Rows::Blob(int column) const {
  const auto* at = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {at, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Connection>> Connection::Open(const Options& options) {
  sqlite3* handle = nullptr;
  const int mode = options.writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                    : SQLITE_OPEN_READWRITE;  // WAL readers write the shm file
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, mode | SQLITE_OPEN_NOMUTEX,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return SqliteError(handle, "opening " + options.path);
  sqlite3_extended_result_codes(handle, 1);
  TRY(connection->ExecuteScript(kConnectionPragmas));
  if (options.writable) {
    TRY(connection->ExecuteScript("PRAGMA journal_mode = WAL;"));
  } else {
    TRY(connection->ExecuteScript("PRAGMA query_only = ON;"));
  }
  return connection;
}

Connection::~Connection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Rows Connection::Start(std::string_view sql, std::span<const SqlValue> values) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) return Rows(nullptr, SqliteError(handle_, sql));
    found = statements_.emplace(std::string(sql), made).first;
  }
  sqlite3_stmt* statement = found->second;
  ENSURE(!sqlite3_stmt_busy(statement));  // one running use of a statement at a time
  ENSURE(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].Bind(statement, static_cast<int>(i + 1)) != SQLITE_OK) {
      return Rows(nullptr, SqliteError(handle_, sql));
    }
  }
  return Rows(statement, Ok());
}

Status Connection::ExecuteScript(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return SqliteError(handle_, sql.substr(0, 80));
  }
  return Ok();
}

Result<std::unique_ptr<Database>> Database::Open(const Options& options) {
  std::unique_ptr<Database> database(new Database(options));
  auto writer = TRY(Connection::Open({options.path, options.vfs, /*writable=*/true}));
  TRY(RewriteLog(*writer));
  {
    MutexLock lock(database->writer_mutex_);
    database->writer_ = std::move(writer);
  }
  return database;
}

Status Database::Write(const std::function<Status(Connection&)>& change) {
  MutexLock lock(writer_mutex_);
  TRY(writer_->Execute("BEGIN IMMEDIATE"));
  Status status = change(*writer_);
  if (status) status = writer_->Execute("COMMIT");
  if (!status && sqlite3_get_autocommit(writer_->handle()) == 0) {
    (void)writer_->Execute("ROLLBACK").has_value();
  }
  return status;
}

Database::Lease::Lease(Database* database, std::unique_ptr<Connection> connection)
    : database_(database), connection_(std::move(connection)) {
  ++leases_of_thread;
}

Database::Lease::~Lease() {
  if (!connection_) return;
  --leases_of_thread;
  database_->GiveBack(std::move(connection_));
}

std::unique_ptr<Connection> Database::TakeIdle() {
  MutexLock lock(pool_mutex_);
  while (pool_.empty() && lent_ >= kReaders && leases_of_thread <= 0) {
    const auto before = times_given_back_;
    came_back_.WaitFor(pool_mutex_, options_.reader_patience_ms);
    if (times_given_back_ == before) break;
  }
  ++lent_;
  if (pool_.empty()) return nullptr;
  auto connection = std::move(pool_.back());
  pool_.pop_back();
  return connection;
}

void Database::GiveBack(std::unique_ptr<Connection> connection) {
  MutexLock lock(pool_mutex_);
  --lent_;
  ++times_given_back_;
  if (connection && pool_.size() < kMaxIdleReaders) pool_.push_back(std::move(connection));
  came_back_.NotifyOne();
}

Result<Database::Lease> Database::Read() {
  auto connection = TakeIdle();
  if (connection) return Lease(this, std::move(connection));
  auto opened = Connection::Open({options_.path, options_.vfs, /*writable=*/false});
  if (opened) return Lease(this, *std::move(opened));
  GiveBack(nullptr);
  return opened.error();
}

Status Database::Snapshot(const std::function<Status(Connection&)>& read) {
  auto lease = TRY(Read());
  TRY(lease->Execute("BEGIN"));
  Status status = read(*lease);
  (void)lease->Execute("COMMIT").has_value();
  return status;
}

// The copy is written under a rollback journal: when it is complete it is one durable file, while
// a write-ahead log could still hold pages whose loss at closing nobody reports.
Status Database::BackupTo(const std::string& path) {
  auto source = TRY(Read());
  sqlite3* target = nullptr;
  const int mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path.c_str(), &target, mode,
                             options_.vfs.empty() ? nullptr : options_.vfs.c_str());
  if (code == SQLITE_OK) {
    sqlite3_backup* backup = sqlite3_backup_init(target, "main", source->handle(), "main");
    if (backup != nullptr) code = sqlite3_backup_step(backup, -1);
    const int finished =
        backup == nullptr ? sqlite3_errcode(target) : sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE) code = finished;
  }
  Status status = code == SQLITE_OK ? Ok() : Status(SqliteError(target, "copying the catalog"));
  sqlite3_close(target);
  return status;
}

}  // namespace banyan::storage
