#pragma once
// The meta objects of followed repositories that are not here, asked for of one peer in one round:
// those of the logs whose heads it showed, and from time to time those of all others. A peer that
// holds a log may get the names later, or never: a log cannot forget, but names are dropped.

#include <functional>
#include <map>
#include <set>

#include "federation/follow/card_chain.h"
#include "federation/follow/follows.h"
#include "federation/follow/reader_book.h"

namespace banyan::federation {

// When a peer that lacked names is asked for them again: sooner at first, every hour in the end.
// In memory only: after a start each peer is asked once.
class NamePauses {
 public:
  bool IsDue(std::int64_t peer, std::int64_t now_ms) const;
  // It was asked, and has all, or lacks some.
  void Got(std::int64_t peer);
  void Lacks(std::int64_t peer, std::int64_t now_ms);

 private:
  friend class ServiceMemory;
  struct Pause {
    std::int64_t pause_ms = 0;
    std::optional<std::int64_t> due_ms;  // nullopt: nothing is lacking
  };
  std::map<std::int64_t, Pause> pauses_;
};

// Origins whose names have no room left, so that it is said once of each, and again when there was
// room meanwhile. In memory only.
class FullOrigins {
 public:
  enum class News { No, Yes };
  News Note(std::int64_t origin) { return rows_.insert(origin).second ? News::Yes : News::No; }
  void HasRoom(std::int64_t origin) { rows_.erase(origin); }

 private:
  std::set<std::int64_t> rows_;
};

// Of one origin so much is kept as honest names may need: 64 MiB, and 4 KiB for each repository.
class NameAsks {
 public:
  // Each origin counts once.
  void Add(const FollowedOrigin& origin);
  // The next to be asked for, with a limit; empty: that was all, or it waits for the turn of an
  // origin, and this is to be called again.
  using TurnOf = std::function<ReaderBook::Turn(std::int64_t origin)>;
  Result<std::vector<Sha256>> Next(storage::Connection& connection, const TurnOf& turn_of,
                                   FullOrigins& full);
  bool waits() const { return waits_; }
  // Corrupt when one of `objects` is another than was asked for, in the order of `ids`.
  static Status Check(const std::vector<Sha256>& ids,
                      const std::vector<std::optional<Bytes>>& objects);
  // Keeps them, unless they are larger than a name may be. Inside Database::Write.
  Status Take(storage::Connection& connection, const std::vector<Sha256>& ids,
              const std::vector<std::optional<Bytes>>& objects);

  const std::vector<FollowedOrigin>& origins() const { return origins_; }
  std::uint64_t taken() const { return taken_; }
  // The peer had not what a repository waits for.
  bool lacks() const { return lacks_; }

 private:
  std::vector<FollowedOrigin> origins_;
  std::size_t at_ = 0;           // of origins_
  std::int64_t after_card_ = 0;  // of that one
  std::set<Sha256> awaited_;     // of those asked for last
  std::int64_t room_bytes_ = 0;  // for names of that origin
  std::uint64_t taken_ = 0;
  bool lacks_ = false;
  bool waits_ = false;
};

}  // namespace banyan::federation
