#include "storage/content/loose_places.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace banyan::storage {
namespace {

// Whose: of the sessions of a repository, and of one session.
constexpr std::string_view kOfRepository = "s.repository = ?1";
constexpr std::string_view kOfNamed = "s.name = ?1";
constexpr std::string_view kOfSession = "s.id = ?1";

struct InPack {
  std::int64_t session = 0;
  PackId pack = 0;
};

// Neighbouring places that a session holds: a row of upload_range.
struct Held {
  InPack in;
  std::uint32_t first = 0;
  std::vector<std::uint32_t> sizes_bytes;  // of the chunks from there on
  std::uint32_t End() const { return first + static_cast<std::uint32_t>(sizes_bytes.size()); }
};

std::uint32_t EndOf(const Term& run) { return run.first + run.count; }

std::uint64_t Sum(std::span<const std::uint32_t> sizes_bytes) {
  return std::accumulate(sizes_bytes.begin(), sizes_bytes.end(), std::uint64_t{0});
}

std::vector<std::uint32_t> ParseSizes(ByteView bytes, std::size_t count) {
  std::vector<std::uint32_t> sizes(count);
  ByteReader in(bytes);
  for (auto& size : sizes) size = in.Le<std::uint32_t>();  // 0 where none was noted
  return sizes;
}

// Those that share a chunk with [first, end). Rows of one session share no place: so the first one
// is the last that does not begin after `first`.
Result<std::vector<Held>> FindHeld(Connection& connection, std::string_view whose,
                                   const SqlValue& whose_value, PackId pack, std::int64_t first,
                                   std::int64_t end) {
  const std::string sql =
      "SELECT u.session, u.first, u.count, u.sizes FROM upload_session s CROSS JOIN upload_range u"
      " ON u.session = s.id WHERE " +
      std::string(whose) +
      " AND u.pack = ?2 AND u.first < ?3 AND u.first + u.count > ?4"
      " AND u.first >= ifnull((SELECT b.first FROM upload_range b WHERE b.session = s.id"
      " AND b.pack = ?2 AND b.first <= ?4 ORDER BY b.first DESC LIMIT 1), 0)";
  std::vector<Held> found;
  auto rows = connection.Query(sql, whose_value, pack, end, first);
  while (rows.Next()) {
    found.push_back({{rows.Int(0), pack},
                     static_cast<std::uint32_t>(rows.Int(1)),
                     ParseSizes(rows.Blob(3), static_cast<std::size_t>(rows.Int(2)))});
  }
  TRY(Status(rows.status()));
  return found;
}

// Of two rows that begin at one place the longer one stays.
Status Insert(Connection& connection, const InPack& in, std::uint32_t first,
              std::span<const std::uint32_t> sizes_bytes) {
  if (sizes_bytes.empty()) return Ok();
  Bytes sizes(sizes_bytes.size() * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < sizes_bytes.size(); ++i) {
    StoreLe(&sizes[i * sizeof(std::uint32_t)], sizes_bytes[i]);
  }
  return connection.Execute(
      "INSERT INTO upload_range(session, pack, first, count, bytes, sizes) VALUES(?,?,?,?,?,?)"
      " ON CONFLICT DO UPDATE SET count = excluded.count, bytes = excluded.bytes,"
      " sizes = excluded.sizes WHERE excluded.count > count",
      in.session, in.pack, first, static_cast<std::int64_t>(sizes_bytes.size()), Sum(sizes_bytes),
      sizes);
}

Status Delete(Connection& connection, const Held& held) {
  return connection.Execute("DELETE FROM upload_range WHERE session = ? AND pack = ? AND first = ?",
                            held.in.session, held.in.pack, held.first);
}

// `runs`: of its pack, in order, apart from each other. What is between them is held on.
Status LetGo(Connection& connection, const Held& held, std::span<const Term> runs) {
  const auto from =
      std::ranges::partition_point(runs, [&](const Term& run) { return EndOf(run) <= held.first; });
  const auto to =
      std::ranges::partition_point(runs, [&](const Term& run) { return run.first < held.End(); });
  if (from == to) return Ok();
  TRY(Delete(connection, held));
  const std::span sizes(held.sizes_bytes);
  std::uint32_t at = held.first;
  for (const Term& run : std::span(from, to)) {
    if (run.first > at) {
      TRY(Insert(connection, held.in, at, sizes.subspan(at - held.first, run.first - at)));
    }
    at = std::min(EndOf(run), held.End());
  }
  return Insert(connection, held.in, at, sizes.subspan(at - held.first));
}

Status LetGo(Connection& connection, std::string_view whose, const SqlValue& whose_value,
             std::vector<Term> places) {
  const auto joined = JoinNeighbours(std::move(places));
  std::span<const Term> left(joined);
  while (!left.empty()) {
    const PackId pack = left.front().pack;
    const auto others =
        std::ranges::find_if(left, [&](const Term& run) { return run.pack != pack; });
    const std::span runs(left.begin(), others);
    const auto rows =
        TRY(FindHeld(connection, whose, whose_value, pack, runs.front().first, EndOf(runs.back())));
    for (const Held& held : rows) TRY(LetGo(connection, held, runs));
    left = left.subspan(runs.size());
  }
  return Ok();
}

}  // namespace

std::vector<Term> JoinNeighbours(std::vector<Term> places) {
  std::ranges::sort(places);
  std::vector<Term> runs;
  for (const Term& place : places) {
    if (runs.empty() || runs.back().pack != place.pack || EndOf(runs.back()) < place.first) {
      runs.push_back(place);
      continue;
    }
    runs.back().count = std::max(EndOf(runs.back()), EndOf(place)) - runs.back().first;
  }
  return runs;
}

Result<Recipe> FindLoose(PackStore& packs, const RepositoryPlaces& files, const Recipe& chunks) {
  Recipe loose;
  for (const Term& term : chunks.terms) {
    if (!files.Overlaps(term)) {
      loose.terms.push_back(term);
      continue;
    }
    const auto sizes_bytes = TRY(packs.RawSizesOf(term));
    for (std::uint32_t i = 0; i < term.count; ++i) {
      const ChunkLocation at{term.pack, term.first + i};
      if (!files.Contains(at)) loose.Append(at.pack, at.index, sizes_bytes[i]);
    }
  }
  return loose;
}

// As one row with what it touches. A chunk has one size: 0 is none that was noted.
Status HoldPlaces(Connection& connection, std::int64_t session, const Term& run,
                  std::span<const std::uint32_t> sizes_bytes) {
  auto parts = TRY(FindHeld(connection, kOfSession, session, run.pack, std::int64_t{run.first} - 1,
                            std::int64_t{EndOf(run)} + 1));
  for (const Held& held : parts) TRY(Delete(connection, held));
  parts.push_back({{session, run.pack}, run.first, {sizes_bytes.begin(), sizes_bytes.end()}});
  const auto first = std::ranges::min(parts, {}, &Held::first).first;
  const auto end = std::ranges::max(parts, {}, &Held::End).End();
  std::vector<std::uint32_t> whole(end - first);
  for (const Held& held : parts) {
    std::uint32_t at = held.first - first;
    for (const auto size : held.sizes_bytes) {
      whole[at] = std::max(whole[at], size);
      ++at;
    }
  }
  return Insert(connection, {session, run.pack}, first, whole);
}

Result<Loose> LookForPlaces(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT 1 FROM upload_session WHERE repository = ?"
      " AND EXISTS(SELECT 1 FROM upload_range WHERE session = id) LIMIT 1",
      repository);
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? Loose::Something : Loose::Nothing;
}

Status LetGoOfPlaces(Connection& connection, std::int64_t repository, std::vector<Term> places) {
  return LetGo(connection, kOfRepository, repository, std::move(places));
}

// Its name may be wanted for one that begins.
Status EndSession(Connection& connection, std::int64_t session) {
  TRY(
      connection.Execute("DELETE FROM upload_session WHERE id = ? AND offer_bytes = 0"
                         " AND NOT EXISTS(SELECT 1 FROM upload_range WHERE session = id)",
                         session));
  return connection.Execute(
      "UPDATE upload_session SET used_ms = 0, name = 'ended ' || id WHERE id = ?", session);
}

Result<std::optional<std::int64_t>> LeftoverSession(Connection& connection,
                                                    const SessionOwner& owner) {
  const std::string name =
      "left over " + std::to_string(owner.user) + " " + std::to_string(owner.repository);
  TRY(connection.Execute(
      "INSERT INTO upload_session(name, user, repository, created_ms, used_ms)"
      " SELECT ?, n.id, r.id, 0, 0 FROM namespace n, repository r WHERE n.id = ? AND r.id = ?"
      " ON CONFLICT(name) DO NOTHING",
      name, owner.user, owner.repository));
  std::optional<std::int64_t> session;
  auto rows = connection.Query("SELECT id FROM upload_session WHERE name = ?", name);
  if (rows.Next()) session = rows.Int(0);
  TRY(Status(rows.status()));
  return session;
}

Status LeavePlaces(Connection& connection, const std::string& session, const SessionOwner& owner,
                   const std::vector<Term>& places) {
  if (places.empty()) return Ok();
  const auto leftovers = TRY(LeftoverSession(connection, owner));
  for (const Term& run : JoinNeighbours(places)) {
    const auto rows = TRY(FindHeld(connection, kOfNamed, session, run.pack, run.first, EndOf(run)));
    for (const Held& held : rows) {
      const auto first = std::max(held.first, run.first);
      const auto count = std::min(held.End(), EndOf(run)) - first;
      const auto sizes = std::span(held.sizes_bytes).subspan(first - held.first, count);
      if (leftovers) TRY(HoldPlaces(connection, *leftovers, {run.pack, first, count, 0}, sizes));
    }
  }
  return LetGo(connection, kOfNamed, session, places);
}

namespace {

Result<std::uint64_t> CountOfferBytes(Connection& connection, std::int64_t repository) {
  auto rows = connection.Query(
      "SELECT coalesce(sum(offer_bytes), 0) FROM upload_session s JOIN repository r"
      " ON r.id = s.repository"
      " WHERE r.namespace = (SELECT namespace FROM repository WHERE id = ?)",
      repository);
  const bool found = rows.Next();
  TRY(Status(rows.status()));
  return found ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
}

}  // namespace

Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t repository) {
  struct Shared {
    InPack in;
    std::uint32_t first;
    std::uint32_t counted_to;
  };
  std::vector<Shared> shared;
  std::uint64_t bytes = TRY(CountOfferBytes(connection, repository));
  {
    auto rows = connection.Query(
        "SELECT session, pack, first, count, bytes FROM upload_range WHERE session IN"
        " (SELECT s.id FROM upload_session s JOIN repository r ON r.id = s.repository"
        " WHERE r.namespace = (SELECT namespace FROM repository WHERE id = ?))"
        " ORDER BY pack, first",
        repository);
    PackId pack = 0;
    std::uint32_t counted_to = 0;
    while (rows.Next()) {
      const InPack in{rows.Int(0), static_cast<PackId>(rows.Int(1))};
      const auto first = static_cast<std::uint32_t>(rows.Int(2));
      const auto end = first + static_cast<std::uint32_t>(rows.Int(3));
      if (std::exchange(pack, in.pack) != in.pack) counted_to = 0;
      if (first >= counted_to) {
        bytes += static_cast<std::uint64_t>(rows.Int(4));
      } else if (end > counted_to) {
        shared.push_back({in, first, counted_to});
      }
      counted_to = std::max(counted_to, end);
    }
    TRY(Status(rows.status()));
  }
  for (const auto& [in, first, counted_to] : shared) {
    const auto rows =
        TRY(FindHeld(connection, kOfSession, in.session, in.pack, first, std::int64_t{first} + 1));
    for (const Held& held : rows) {
      const std::span sizes(held.sizes_bytes);
      if (held.first == first) bytes += Sum(sizes.subspan(counted_to - first));
    }
  }
  return bytes;
}

}  // namespace banyan::storage
