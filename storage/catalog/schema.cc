#include "storage/catalog/schema.h"

#include "storage/catalog/schema_versions.h"

namespace banyan::storage {
namespace {

// Times are Unix milliseconds, digests raw bytes, flags 0 or 1. "folded" columns hold the
// case-folded form by which names are unique.
constexpr const char* kVersion1 = R"sql(
-- Accounts. A namespace is owned by one user (kind 0, the user itself) or is an organisation (1).
CREATE TABLE namespace(
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never reused: callers keep it across calls
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  fullname TEXT NOT NULL DEFAULT '',
  is_admin INTEGER NOT NULL DEFAULT 0,
  quota_bytes INTEGER,                       -- NULL: the node's default
  used_bytes INTEGER NOT NULL DEFAULT 0,     -- logical: sum of its repositories' stored_bytes
  created_ms INTEGER NOT NULL);
CREATE TABLE member(
  organisation INTEGER NOT NULL REFERENCES namespace ON DELETE CASCADE,
  user INTEGER NOT NULL REFERENCES namespace ON DELETE CASCADE,
  role INTEGER NOT NULL,                     -- 0 read, 1 write, 2 admin
  PRIMARY KEY(organisation, user)) WITHOUT ROWID;
CREATE INDEX member_user ON member(user);
CREATE TABLE token(
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never reused: callers keep it across calls
  user INTEGER NOT NULL REFERENCES namespace ON DELETE CASCADE,
  name TEXT NOT NULL,
  role INTEGER NOT NULL,                     -- 0 read, 1 write, 2 admin
  hash BLOB NOT NULL UNIQUE,                 -- SHA-256 of the token text
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  used_ms INTEGER,
  UNIQUE(user, name));

-- Repositories.
CREATE TABLE repository(
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never reused: callers keep it across calls
  uid BLOB NOT NULL UNIQUE,                  -- 32 bytes; survives rename, new after recreation
  kind INTEGER NOT NULL,                     -- 0 model, 1 dataset
  namespace INTEGER NOT NULL REFERENCES namespace,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  private INTEGER NOT NULL DEFAULT 0,
  gated INTEGER NOT NULL DEFAULT 0,          -- 0 no, 1 auto, 2 manual
  default_branch TEXT NOT NULL DEFAULT 'main',
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  downloads INTEGER NOT NULL DEFAULT 0,
  likes INTEGER NOT NULL DEFAULT 0,
  head BLOB,                                 -- commit of the default branch; NULL: none yet
  described BLOB,                            -- the commit that licence to metadata speak of
  head_bytes INTEGER NOT NULL DEFAULT 0,
  head_files INTEGER NOT NULL DEFAULT 0,
  stored_bytes INTEGER NOT NULL DEFAULT 0,   -- logical: sum over its committed files
  licence TEXT NOT NULL DEFAULT '',          -- SPDX expression or LicenseRef-...; '' none declared
  task TEXT NOT NULL DEFAULT '',
  library TEXT NOT NULL DEFAULT '',
  parameters INTEGER,
  UNIQUE(kind, namespace, folded));
-- Lists walk one of these backwards or forwards; private and namespace are in them so that rows a
-- caller may not see are skipped without reading the table (storage/catalog/repository_search.h).
CREATE INDEX repository_updated ON repository(kind, updated_ms, id, private, namespace);
CREATE INDEX repository_created ON repository(kind, created_ms, id, private, namespace);
CREATE INDEX repository_downloads ON repository(kind, downloads, id, private, namespace);
CREATE INDEX repository_likes ON repository(kind, likes, id, private, namespace);
CREATE INDEX repository_namespace ON repository(namespace, kind);
CREATE INDEX repository_licence ON repository(licence, kind);
CREATE INDEX repository_task ON repository(task, kind);
CREATE INDEX repository_library ON repository(library, kind);
-- namespace.used_bytes is always the sum over its repositories.
CREATE TRIGGER repository_charge AFTER UPDATE OF stored_bytes, namespace ON repository BEGIN
  UPDATE namespace SET used_bytes = used_bytes - old.stored_bytes WHERE id = old.namespace;
  UPDATE namespace SET used_bytes = used_bytes + new.stored_bytes WHERE id = new.namespace;
END;
CREATE TRIGGER repository_discharge AFTER DELETE ON repository BEGIN
  UPDATE namespace SET used_bytes = used_bytes - old.stored_bytes WHERE id = old.namespace;
END;
-- The wide part, apart so that lists and filters read narrow rows.
CREATE TABLE repository_document(
  repository INTEGER PRIMARY KEY REFERENCES repository ON DELETE CASCADE,
  metadata TEXT NOT NULL DEFAULT '{}',       -- JSON: card, file headers, title, description
  search_text TEXT NOT NULL DEFAULT '');     -- exactly what repository_text holds; line 1: names
CREATE TABLE repository_moved(               -- old names; answered by a redirect
  kind INTEGER NOT NULL,
  path_folded TEXT NOT NULL,                 -- "namespace/name"
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  PRIMARY KEY(kind, path_folded)) WITHOUT ROWID;
CREATE INDEX repository_moved_of ON repository_moved(repository);
CREATE TABLE repository_access(              -- who may read the files of a gated repository
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  user INTEGER NOT NULL REFERENCES namespace ON DELETE CASCADE,
  status INTEGER NOT NULL,                   -- 0 pending, 1 accepted, 2 rejected
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY(repository, user)) WITHOUT ROWID;
CREATE INDEX repository_access_of ON repository_access(user);
CREATE TABLE repository_tag(
  tag TEXT NOT NULL,
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  PRIMARY KEY(tag, repository)) WITHOUT ROWID;
CREATE INDEX repository_tag_of ON repository_tag(repository);
CREATE VIRTUAL TABLE repository_text USING fts5(
  search_text, content='repository_document', content_rowid='repository',
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'");

-- History. Objects are shared by all repositories; a repository reaches only those under its own
-- revisions. A tree's data is its list of segments, so that revisions share what did not change.
CREATE TABLE git_object(
  id INTEGER PRIMARY KEY,
  oid BLOB NOT NULL UNIQUE,
  type INTEGER NOT NULL,                     -- git's: 1 commit, 2 tree, 4 tag
  size INTEGER NOT NULL,                     -- of the canonical object
  data BLOB NOT NULL);
CREATE TABLE tree_segment(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,                 -- SHA-256 of data
  data BLOB NOT NULL);
CREATE TABLE git_blob(
  oid BLOB PRIMARY KEY,
  size INTEGER NOT NULL,
  content INTEGER REFERENCES file,           -- its bytes; NULL for a canonical LFS pointer
  lfs INTEGER REFERENCES file) WITHOUT ROWID;  -- the file an LFS pointer stands for
CREATE INDEX git_blob_content ON git_blob(content);
CREATE INDEX git_blob_lfs ON git_blob(lfs);
CREATE TABLE ref(
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  name TEXT NOT NULL,                        -- refs/heads/main, refs/tags/v1
  target BLOB NOT NULL,                      -- a commit, or an annotated tag object
  peeled BLOB NOT NULL,                      -- the commit it leads to
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY(repository, name)) WITHOUT ROWID;
CREATE TABLE revision(
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  oid BLOB NOT NULL,                         -- commit
  manifest BLOB NOT NULL,                    -- root of its manifest tree
  bytes INTEGER NOT NULL,
  files INTEGER NOT NULL,
  ancestors INTEGER NOT NULL,                -- commits in its log, itself among them
  created_ms INTEGER NOT NULL,
  unreachable_ms INTEGER,                    -- under no ref since; NULL: reachable
  PRIMARY KEY(repository, oid)) WITHOUT ROWID;
CREATE INDEX revision_manifest ON revision(manifest);
CREATE TABLE tree_node(                      -- nodes of manifest and ref trees; derived
  id BLOB PRIMARY KEY,                       -- SHA-256 of the node
  data BLOB NOT NULL);                       -- in place or as segments: shared_bytes.h

-- Content.
CREATE TABLE file(
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never reused: collection relies on it
  sha256 BLOB NOT NULL UNIQUE,
  hash BLOB NOT NULL,                        -- canonical Merkle file hash
  size INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  recipe BLOB NOT NULL,                      -- terms: storage/content/FORMAT.md section 5
  public_references INTEGER NOT NULL DEFAULT 0,  -- public repositories that hold it, committed
  created_ms INTEGER NOT NULL,
  unreferenced_ms INTEGER);                  -- in quarantine since; NULL: referenced
CREATE INDEX file_hash ON file(hash);
CREATE INDEX file_unreferenced ON file(unreferenced_ms) WHERE unreferenced_ms IS NOT NULL;
CREATE TABLE repository_file(
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  file INTEGER NOT NULL REFERENCES file,
  committed INTEGER NOT NULL,                -- 0: uploaded, no commit names it yet
  since_ms INTEGER NOT NULL,
  PRIMARY KEY(repository, file)) WITHOUT ROWID;
CREATE INDEX repository_file_of ON repository_file(file);
CREATE TABLE pack_visibility(                -- per chunk: in how many public files; u16 each
  pack INTEGER PRIMARY KEY,
  counts BLOB NOT NULL);
CREATE TABLE upload_session(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,                 -- random; what the client holds
  user INTEGER NOT NULL REFERENCES namespace ON DELETE CASCADE,
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL);
CREATE TABLE upload_range(                   -- chunks stored by a session, not yet in a file
  session INTEGER NOT NULL REFERENCES upload_session ON DELETE CASCADE,
  pack INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY(session, pack, first)) WITHOUT ROWID;
)sql";

// What scrubs found damaged.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE damaged_chunk(
  pack INTEGER NOT NULL,
  chunk INTEGER NOT NULL,                    -- its index in the pack
  PRIMARY KEY(pack, chunk)) WITHOUT ROWID;
ALTER TABLE file ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0;  -- 1: uses such a chunk
)sql";

// What accounts may call xorbs (storage/xet/FORMAT.md section 3).
constexpr const char* kVersion8 = R"sql(
CREATE TABLE xet_xorb(
  user INTEGER NOT NULL REFERENCES namespace ON DELETE CASCADE,
  hash BLOB NOT NULL,
  recipe BLOB NOT NULL,                      -- of its chunks, which it does not keep
  uploaded INTEGER NOT NULL,                 -- 1: by this account; 0: it was shown
  used_ms INTEGER NOT NULL,
  PRIMARY KEY(user, hash)) WITHOUT ROWID;
CREATE INDEX xet_xorb_used ON xet_xorb(used_ms);
)sql";

// Where a xorb was shown.
constexpr const char* kVersion9 = R"sql(
ALTER TABLE xet_xorb ADD COLUMN shown_in INTEGER;  -- repository; NULL: unknown, or uploaded
)sql";

// What uploads hold counts against a quota (storage/content/loose_places.h).
constexpr const char* kVersion10 = R"sql(
ALTER TABLE upload_range ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;  -- raw
ALTER TABLE upload_range ADD COLUMN sizes BLOB NOT NULL DEFAULT x'';   -- raw of each chunk: u32
CREATE INDEX upload_session_repository ON upload_session(repository);
)sql";

// Reading everything that is stored (storage/content/scrub_pass.h).
constexpr const char* kVersion11 = R"sql(
CREATE TABLE scrub_pass(
  id INTEGER PRIMARY KEY CHECK(id = 1),      -- one row
  begun_ms INTEGER,                          -- the node's own reading; NULL: none yet
  after_pack INTEGER NOT NULL DEFAULT 0,     -- packs up to this one are read
  until_pack INTEGER NOT NULL DEFAULT 0,     -- the last one to read; under way while it is greater
  bytes INTEGER NOT NULL DEFAULT 0,          -- stored bytes that are read
  damaged INTEGER NOT NULL DEFAULT 0,        -- chunks found damaged
  ended_ms INTEGER,                          -- when everything was read last, by hand too
  ended_bytes INTEGER NOT NULL DEFAULT 0,
  ended_damaged INTEGER NOT NULL DEFAULT 0);
INSERT INTO scrub_pass(id) VALUES(1);
CREATE INDEX file_damaged ON file(id) WHERE damaged = 1;
-- Read anew, for the tags of their weight files.
UPDATE repository SET described = NULL WHERE id IN (
  SELECT repository FROM repository_document
  WHERE metadata LIKE '%"safetensors":%' OR metadata LIKE '%"gguf":%'
    OR metadata LIKE '%"architectures":%');
)sql";

// Rows of upload_range of one session share no places. Before version 10 they did, where a run was
// sent again from within: these become one, which counts nothing (storage/content/loose_places.h).
constexpr const char* kVersion12 = R"sql(
CREATE TABLE joined(
  session INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  first INTEGER NOT NULL,
  past INTEGER NOT NULL,
  PRIMARY KEY(session, pack, first)) WITHOUT ROWID;
INSERT INTO joined
WITH range AS (
  SELECT session, pack, first, first + count AS past,
    max(first + count) OVER (PARTITION BY session, pack ORDER BY first
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM upload_range),
numbered AS (
  SELECT session, pack, first, past,
    sum(before IS NULL OR first >= before)
      OVER (PARTITION BY session, pack ORDER BY first) AS number
  FROM range)
SELECT session, pack, min(first), max(past) FROM numbered
GROUP BY session, pack, number HAVING count(*) > 1;
-- They share no places themselves: a row is in the last one that does not begin after it, or none.
DELETE FROM upload_range WHERE first < (SELECT j.past FROM joined j
  WHERE j.session = upload_range.session AND j.pack = upload_range.pack
    AND j.first <= upload_range.first ORDER BY j.first DESC LIMIT 1);
INSERT INTO upload_range(session, pack, first, count)
  SELECT session, pack, first, past - first FROM joined;
DROP TABLE joined;
)sql";

// A copy of a file that others have too, and who knows of it (storage/content/FORMAT.md section 5).
constexpr const char* kVersion14 = R"sql(
ALTER TABLE repository_file ADD COLUMN recipe BLOB;  -- of its own copy; NULL: the file's
CREATE INDEX repository_file_own ON repository_file(file) WHERE recipe IS NOT NULL;
CREATE INDEX repository_file_since ON repository_file(repository, since_ms);
-- Who asks for a file by its digest touches no row of a file that it may not have.
CREATE INDEX file_public ON file(id) WHERE public_references > 0;
)sql";

// What waits as a part of one file to come, and for nothing else (storage/history/uploads.h), and
// what sessions keep (storage/content/loose_places.h). Of what waited before, nothing says which
// were parts: the end of their upload does not drop them, and they are charged until they expire,
// unused for 7 days.
constexpr const char* kVersion15 = R"sql(
ALTER TABLE repository_file ADD COLUMN part_of BLOB;  -- its SHA-256; NULL: wanted by itself
ALTER TABLE upload_session ADD COLUMN offer_bytes INTEGER NOT NULL DEFAULT 0;  -- on the disk
)sql";

// What waits of a namespace is asked with every upload (storage/history/uploads.h).
constexpr const char* kVersion16 = R"sql(
CREATE INDEX repository_file_waiting ON repository_file(repository) WHERE committed = 0;
)sql";

Result<std::int64_t> Version(Connection& connection) {
  auto rows = connection.Query("PRAGMA user_version");
  const bool found = rows.Next();
  TRY(rows.status());
  return found ? rows.Int(0) : 0;
}

}  // namespace

Status Migrate(Database& database) {
  return database.Write([](Connection& connection) -> Status {
    const std::int64_t version = TRY(Version(connection));
    if (version > kSchemaVersion) {
      return Error(Errc::Invalid, "the catalog has schema version " + std::to_string(version) +
                                      ", newer than this program's " +
                                      std::to_string(kSchemaVersion) +
                                      ": run the newer program, or restore a backup");
    }
    if (version < 1) TRY(connection.ExecuteScript(kVersion1));
    if (version < 2) TRY(connection.ExecuteScript(kVersion2));
    if (version < 3) TRY(connection.ExecuteScript(kVersion3));
    if (version < 4) TRY(connection.ExecuteScript(kVersion4));
    if (version < 5) TRY(connection.ExecuteScript(kVersion5));
    if (version < 6) TRY(connection.ExecuteScript(kVersion6));
    if (version < 7) TRY(connection.ExecuteScript(kVersion7));
    if (version < 8) TRY(connection.ExecuteScript(kVersion8));
    if (version < 9) TRY(connection.ExecuteScript(kVersion9));
    if (version < 10) TRY(connection.ExecuteScript(kVersion10));
    if (version < 11) TRY(connection.ExecuteScript(kVersion11));
    if (version < 12) TRY(connection.ExecuteScript(kVersion12));
    if (version < 13) TRY(connection.ExecuteScript(kVersion13));
    if (version < 14) TRY(connection.ExecuteScript(kVersion14));
    if (version < 15) TRY(connection.ExecuteScript(kVersion15));
    if (version < 16) TRY(connection.ExecuteScript(kVersion16));
    return connection.ExecuteScript("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  });
}

}  // namespace banyan::storage
