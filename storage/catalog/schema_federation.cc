#include "storage/catalog/schema_versions.h"

namespace banyan::storage {

// Logs of cards (federation/PROTOCOL.md section 5).
const char* const kVersion3 = R"sql(
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
const char* const kVersion4 = R"sql(
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
const char* const kVersion5 = R"sql(
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

const char* const kVersion6 = R"sql(
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

const char* const kVersion7 = R"sql(
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

const char* const kVersion13 = R"sql(
CREATE TABLE log_mark(                       -- on the way to log_head (federation/log_marks.h)
  origin INTEGER NOT NULL REFERENCES origin ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  size INTEGER NOT NULL,                     -- what so many entries lead to:
  frontier BLOB NOT NULL,                    -- hashes, as in log_head
  PRIMARY KEY(origin, epoch, size)) WITHOUT ROWID;
INSERT INTO log_mark(origin, epoch, size, frontier)
  SELECT origin, epoch, size, frontier FROM log_head WHERE size >= 1024;
)sql";

}  // namespace banyan::storage
