#include "storage/catalog/schema.h"

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

// Logs of cards (federation/PROTOCOL.md section 5).
constexpr const char* kVersion3 = R"sql(
CREATE TABLE origin(                         -- whose log it is
  id INTEGER PRIMARY KEY,
  node BLOB NOT NULL UNIQUE,                 -- node id: leaf hash of its genesis entry
  own INTEGER NOT NULL DEFAULT 0);           -- 1: this node
CREATE UNIQUE INDEX origin_own ON origin(own) WHERE own = 1;
CREATE TABLE log_entry(
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,                 -- 0, 1, ... without a gap
  entry BLOB NOT NULL,
  PRIMARY KEY(origin, epoch, position)) WITHOUT ROWID;
CREATE TABLE repository_card(                -- the latest card of each repository
  id INTEGER PRIMARY KEY,
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  key BLOB NOT NULL,                         -- repository id: leaf hash of its first card
  repository INTEGER UNIQUE,                 -- its row, also when that is gone; NULL: none here
  number INTEGER NOT NULL,
  leaf BLOB NOT NULL,
  epoch INTEGER NOT NULL,                    -- where in the log it is
  position INTEGER NOT NULL,
  written_ms INTEGER NOT NULL,
  meta BLOB,                                 -- names: the one place, dropped with withdrawal
  manifest BLOB,                             -- roots that the card states; NULL: no content
  refs BLOB,
  commits BLOB,
  UNIQUE(origin, key));
CREATE TABLE open_object(                    -- what public cards reach (federation/open_objects.h)
  id BLOB NOT NULL,                          -- SHA-256
  card INTEGER NOT NULL REFERENCES repository_card ON DELETE CASCADE,
  kind INTEGER NOT NULL,                     -- 0 tree node, 1 commit or tag, 2 meta, 3 file
  oid BLOB,                                  -- of a commit or tag
  PRIMARY KEY(id, card)) WITHOUT ROWID;
CREATE INDEX open_object_of ON open_object(card);
-- Public repositories that changed since their card was written; entered with the change itself.
CREATE TABLE card_due(repository INTEGER PRIMARY KEY);
INSERT INTO card_due SELECT id FROM repository WHERE private = 0;
-- (Not OR IGNORE: the conflict clause of the statement that fires a trigger would replace it.)
CREATE TRIGGER card_due_created AFTER INSERT ON repository WHEN new.private = 0 BEGIN
  INSERT INTO card_due SELECT new.id WHERE new.id NOT IN card_due;
END;
CREATE TRIGGER card_due_changed
AFTER UPDATE OF namespace, name, private, gated, default_branch, head, described, licence
ON repository WHEN old.private = 0 OR new.private = 0 BEGIN
  INSERT INTO card_due SELECT new.id WHERE new.id NOT IN card_due;
END;
CREATE TRIGGER card_due_deleted AFTER DELETE ON repository WHEN old.private = 0 BEGIN
  INSERT INTO card_due SELECT old.id WHERE old.id NOT IN card_due;
END;
CREATE TRIGGER card_due_ref_created AFTER INSERT ON ref BEGIN
  INSERT INTO card_due SELECT id FROM repository
    WHERE id = new.repository AND private = 0 AND id NOT IN card_due;
END;
CREATE TRIGGER card_due_ref_moved AFTER UPDATE ON ref BEGIN
  INSERT INTO card_due SELECT id FROM repository
    WHERE id = new.repository AND private = 0 AND id NOT IN card_due;
END;
CREATE TRIGGER card_due_ref_deleted AFTER DELETE ON ref BEGIN
  INSERT INTO card_due SELECT id FROM repository
    WHERE id = old.repository AND private = 0 AND id NOT IN card_due;
END;
)sql";

// Following and mirroring other nodes (federation/PROTOCOL.md sections 8 and 9).
constexpr const char* kVersion4 = R"sql(
CREATE TABLE peer(                           -- whom this node asks
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,              -- a URL, or a folder
  node BLOB,                                 -- who answered there; NULL: nobody yet
  journal TEXT NOT NULL DEFAULT '',          -- of its heads, as read last
  sequence INTEGER NOT NULL DEFAULT 0,
  added_ms INTEGER NOT NULL,
  answered_ms INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,       -- since it answered
  problem TEXT NOT NULL DEFAULT '');
CREATE TABLE follow(                         -- what of an origin is mirrored
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  pattern TEXT NOT NULL,                     -- kind/namespace/name
  added_ms INTEGER NOT NULL,
  UNIQUE(origin, pattern));
ALTER TABLE origin ADD COLUMN stopped TEXT NOT NULL DEFAULT '';  -- why nothing later is taken
CREATE TABLE log_head(                       -- verified: the entries of the log lead to it
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  frontier BLOB NOT NULL,                    -- to append to it without reading it again
  note TEXT NOT NULL,                        -- as signed
  sequence INTEGER NOT NULL UNIQUE,          -- of its last change, in the heads journal
  seen_ms INTEGER NOT NULL,                  -- when a peer showed this or a newer one
  PRIMARY KEY(origin, epoch)) WITHOUT ROWID;
CREATE TABLE heads_journal(id TEXT NOT NULL);
INSERT INTO heads_journal VALUES(lower(hex(randomblob(8))));
CREATE TABLE fork_evidence(                  -- two signed heads that no log joins
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  first TEXT NOT NULL,
  second TEXT NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY(origin, epoch)) WITHOUT ROWID;
CREATE TABLE mirror_namespace(               -- where repositories of another origin are
  namespace INTEGER PRIMARY KEY REFERENCES namespace ON DELETE CASCADE,
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  folded TEXT NOT NULL,                      -- the name at its origin
  qualified TEXT NOT NULL UNIQUE,            -- with the beginning of the node id, folded
  UNIQUE(origin, folded));
CREATE TABLE mirror(                         -- how far a followed repository has come
  card INTEGER PRIMARY KEY REFERENCES repository_card ON DELETE CASCADE,
  leaf BLOB,                                 -- the card that is served; NULL: none yet
  session TEXT NOT NULL DEFAULT '',          -- upload session of what arrives
  tried_ms INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT '');
-- Of other origins' cards: what they state without a look at the log.
ALTER TABLE repository_card ADD COLUMN meta_id BLOB;  -- SHA-256 of the meta object; NULL: none
ALTER TABLE repository_card ADD COLUMN status INTEGER NOT NULL DEFAULT 0;  -- as StandingStatus
ALTER TABLE repository ADD COLUMN origin INTEGER REFERENCES origin;  -- of a mirror; NULL: ours
-- What another node published has its card already.
DROP TRIGGER card_due_created;
DROP TRIGGER card_due_changed;
DROP TRIGGER card_due_deleted;
DROP TRIGGER card_due_ref_created;
DROP TRIGGER card_due_ref_moved;
DROP TRIGGER card_due_ref_deleted;
CREATE TRIGGER card_due_created AFTER INSERT ON repository
WHEN new.private = 0 AND new.origin IS NULL BEGIN
  INSERT INTO card_due SELECT new.id WHERE new.id NOT IN card_due;
END;
CREATE TRIGGER card_due_changed
AFTER UPDATE OF namespace, name, private, gated, default_branch, head, described, licence
ON repository WHEN (old.private = 0 OR new.private = 0) AND new.origin IS NULL BEGIN
  INSERT INTO card_due SELECT new.id WHERE new.id NOT IN card_due;
END;
CREATE TRIGGER card_due_deleted AFTER DELETE ON repository
WHEN old.private = 0 AND old.origin IS NULL BEGIN
  INSERT INTO card_due SELECT old.id WHERE old.id NOT IN card_due;
END;
CREATE TRIGGER card_due_ref_created AFTER INSERT ON ref BEGIN
  INSERT INTO card_due SELECT id FROM repository
    WHERE id = new.repository AND private = 0 AND origin IS NULL AND id NOT IN card_due;
END;
CREATE TRIGGER card_due_ref_moved AFTER UPDATE ON ref BEGIN
  INSERT INTO card_due SELECT id FROM repository
    WHERE id = new.repository AND private = 0 AND origin IS NULL AND id NOT IN card_due;
END;
CREATE TRIGGER card_due_ref_deleted AFTER DELETE ON ref BEGIN
  INSERT INTO card_due SELECT id FROM repository
    WHERE id = old.repository AND private = 0 AND origin IS NULL AND id NOT IN card_due;
END;
)sql";

// What is stated of repositories, and how this node answers (federation/PROTOCOL.md section 10).
constexpr const char* kVersion5 = R"sql(
ALTER TABLE repository ADD COLUMN status INTEGER NOT NULL DEFAULT 0;  -- as StandingStatus
ALTER TABLE repository ADD COLUMN reason INTEGER;                     -- as StandingReason
ALTER TABLE repository ADD COLUMN scope TEXT NOT NULL DEFAULT '';     -- country codes
ALTER TABLE repository ADD COLUMN answer INTEGER NOT NULL DEFAULT 0;  -- as Answer
ALTER TABLE repository ADD COLUMN delete_ms INTEGER;                  -- when it goes
ALTER TABLE repository ADD COLUMN answered_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX repository_delete ON repository(delete_ms) WHERE delete_ms IS NOT NULL;
ALTER TABLE repository_card ADD COLUMN reason INTEGER;                -- beside status
ALTER TABLE repository_card ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE mirror ADD COLUMN passed_over INTEGER NOT NULL DEFAULT 0;  -- 1: not fetched, by policy
CREATE TABLE receipt(                        -- how this node answered a card of another
  card INTEGER PRIMARY KEY REFERENCES repository_card ON DELETE CASCADE,
  action INTEGER NOT NULL,                   -- as Action
  since_ms INTEGER NOT NULL,
  bytes INTEGER NOT NULL,                    -- that were held of it
  is_due INTEGER NOT NULL);                  -- 1: the own log does not say so yet
CREATE INDEX receipt_due ON receipt(card) WHERE is_due = 1;
CREATE TABLE fetched(day INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);  -- 20261129: of content
CREATE TABLE block_entry(                    -- block entries of all logs
  what BLOB NOT NULL,
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  action INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  time_s INTEGER NOT NULL,
  PRIMARY KEY(what, origin, epoch, position)) WITHOUT ROWID;
DROP TRIGGER card_due_changed;
CREATE TRIGGER card_due_changed
AFTER UPDATE OF namespace, name, private, gated, default_branch, head, described, licence, status,
reason, scope
ON repository WHEN (old.private = 0 OR new.private = 0) AND new.origin IS NULL BEGIN
  INSERT INTO card_due SELECT new.id WHERE new.id NOT IN card_due;
END;
)sql";

constexpr const char* kVersion6 = R"sql(
-- Peers that cannot reach this node (federation/PROTOCOL.md section 7).
ALTER TABLE peer ADD COLUMN pushed INTEGER NOT NULL DEFAULT 0;  -- 1: is brought what it wants
-- Later epochs and restored logs (federation/PROTOCOL.md sections 5 and 6).
CREATE TABLE state_entry(                    -- the latest state entry of each epoch
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  root BLOB NOT NULL,                        -- of the tree of all latest cards
  cards INTEGER NOT NULL,
  taken_ms INTEGER NOT NULL,
  PRIMARY KEY(origin, epoch)) WITHOUT ROWID;
CREATE TABLE log_again(                      -- own entries that a repair took out
  id INTEGER PRIMARY KEY,                    -- in their order
  entry BLOB NOT NULL);
-- Mirrors that hold a part of the files (federation/PROTOCOL.md section 10).
ALTER TABLE mirror ADD COLUMN selected TEXT NOT NULL DEFAULT '';  -- files, by policy, as text
ALTER TABLE mirror ADD COLUMN taken TEXT NOT NULL DEFAULT '';     -- by which `leaf` was mirrored
ALTER TABLE origin ADD COLUMN peer TEXT NOT NULL DEFAULT '';      -- who showed a head of it last
CREATE TABLE demanded_file(                  -- what clients asked for and peers are sending
  repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
  sha256 BLOB NOT NULL,
  session TEXT NOT NULL,                     -- upload session of what arrives
  PRIMARY KEY(repository, sha256)) WITHOUT ROWID;
-- Where nodes are reached, as logs say (federation/PROTOCOL.md section 13).
CREATE TABLE learned_address(
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,  -- whose log says so,
  node BLOB NOT NULL,                                           -- of this node
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  addresses TEXT NOT NULL,                                      -- one a line, best first
  PRIMARY KEY(origin, node)) WITHOUT ROWID;
ALTER TABLE peer ADD COLUMN found INTEGER NOT NULL DEFAULT 0;   -- as federation::Found
ALTER TABLE peer ADD COLUMN expected BLOB;                      -- the node that found it names
)sql";

constexpr const char* kVersion7 = R"sql(
CREATE TABLE obtained_object(                -- given by peers for cards (federation/mirror)
  id BLOB PRIMARY KEY,                       -- SHA-256 of a tree node, or of
  oid BLOB) WITHOUT ROWID;                   -- this commit or tag
CREATE TABLE introduced_node(                -- what nodes that sign showed of themselves
  node BLOB PRIMARY KEY,                     -- node id
  introduction TEXT NOT NULL) WITHOUT ROWID; -- of their latest epoch (federation/known_keys.h)
-- Who holds a log up to where, as they signed it (federation/PROTOCOL.md section 14).
CREATE TABLE cosignature(                    -- of each cosigner that of the largest head
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,  -- whose log
  epoch INTEGER NOT NULL,
  cosigner BLOB NOT NULL,                    -- node id
  role INTEGER NOT NULL,                     -- of its key: 0 mirror
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  key_id INTEGER NOT NULL,
  signature BLOB NOT NULL,                   -- u64 big-endian seconds since 1970, Ed25519
  is_led INTEGER NOT NULL,                   -- 1: entries that are here lead to this head
  PRIMARY KEY(origin, epoch, cosigner, role)) WITHOUT ROWID;
-- What of followed repositories is to be brought to another state (federation/mirror_state.h), so
-- that a round without news looks at no others.
ALTER TABLE mirror ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mirror_waits ON mirror(tried_ms, card) WHERE waits = 1;
CREATE TRIGGER mirror_waits_card AFTER UPDATE OF leaf, status, meta ON repository_card BEGIN
  UPDATE mirror SET waits = (leaf IS NOT new.leaf OR taken <> selected) AND passed_over = 0
    AND new.status IN (0, 1) AND new.meta IS NOT NULL WHERE card = new.id;
END;
CREATE TRIGGER mirror_waits_state
AFTER UPDATE OF leaf, taken, selected, passed_over ON mirror BEGIN
  UPDATE mirror SET waits = (new.leaf IS NOT c.leaf OR new.taken <> new.selected)
    AND new.passed_over = 0 AND c.status IN (0, 1) AND c.meta IS NOT NULL
    FROM repository_card c WHERE mirror.card = new.card AND c.id = new.card;
END;
CREATE TRIGGER mirror_waits_begun AFTER INSERT ON mirror BEGIN
  UPDATE mirror SET passed_over = new.passed_over WHERE card = new.card;  -- as a change does
END;
UPDATE mirror SET passed_over = passed_over;
-- Cards of one origin in the order of their rows, and by the names that peers give.
CREATE INDEX repository_card_of ON repository_card(origin);
CREATE INDEX repository_card_meta ON repository_card(meta_id) WHERE meta_id IS NOT NULL;
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
    return connection.ExecuteScript("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  });
}

}  // namespace banyan::storage
