#include "storage/content/loose_places.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace banyan::storage {
namespace {

// Neighbouring places that a session holds.
struct Held {
  std::uint32_t first = 0;
  std::vector<std::uint32_t> sizes_bytes;  // of the chunks from there on
  std::uint32_t End() const { return first + static_cast<std::uint32_t>(sizes_bytes.size()); }
};

struct InPack {
  std::int64_t session = 0;
  PackId pack = 0;
};

std::uint64_t Sum(std::span<const std::uint32_t> sizes_bytes) {
  return std::accumulate(sizes_bytes.begin(), sizes_bytes.end(), std::uint64_t{0});
}

std::vector<std::uint32_t> ParseSizes(ByteView bytes, std::size_t count) {
  std::vector<std::uint32_t> sizes(count);
  ByteReader in(bytes);
  for (auto& size : sizes) size = in.Le<std::uint32_t>();  // 0 where none was noted
  return sizes;
}

// In order; those that share a chunk with [first, end), or touch it.
Result<std::vector<Held>> FindHeld(Connection& connection, const InPack& in, std::uint32_t first,
                                   std::uint32_t end) {
  std::vector<Held> found;
  auto rows = connection.Query(
      "SELECT first, count, sizes FROM upload_range"
      " WHERE session = ? AND pack = ? AND first <= ? AND first + count >= ? ORDER BY first",
      in.session, in.pack, end, first);
  while (rows.Next()) {
    found.push_back({static_cast<std::uint32_t>(rows.Int(0)),
                     ParseSizes(rows.Blob(2), static_cast<std::size_t>(rows.Int(1)))});
  }
  TRY(Status(rows.status()));
  return found;
}

Status Insert(Connection& connection, const InPack& in, std::uint32_t first,
              std::span<const std::uint32_t> sizes_bytes) {
  if (sizes_bytes.empty()) return Ok();
  Bytes sizes(sizes_bytes.size() * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < sizes_bytes.size(); ++i) {
    StoreLe(&sizes[i * sizeof(std::uint32_t)], sizes_bytes[i]);
  }
  return connection.Execute(
      "INSERT INTO upload_range(session, pack, first, count, bytes, sizes) VALUES(?,?,?,?,?,?)",
      in.session, in.pack, first, static_cast<std::int64_t>(sizes_bytes.size()), Sum(sizes_bytes),
      sizes);
}

Status Delete(Connection& connection, const InPack& in, const Held& held) {
  return connection.Execute("DELETE FROM upload_range WHERE session = ? AND pack = ? AND first = ?",
                            in.session, in.pack, held.first);
}

std::vector<Term> JoinNeighbours(std::vector<Term> places) {
  std::ranges::sort(places);
  std::vector<Term> runs;
  for (const Term& place : places) {
    if (runs.empty() || runs.back().pack != place.pack ||
        runs.back().first + runs.back().count < place.first) {
      runs.push_back(place);
      continue;
    }
    const auto end = std::max(runs.back().first + runs.back().count, place.first + place.count);
    runs.back().count = end - runs.back().first;
  }
  return runs;
}

Status LetGo(Connection& connection, const InPack& in, std::uint32_t first, std::uint32_t end) {
  for (const Held& held : TRY(FindHeld(connection, in, first + 1, end - 1))) {  // none that touch
    TRY(Delete(connection, in, held));
    const std::span sizes(held.sizes_bytes);
    const auto before = std::max(first, held.first) - held.first;
    TRY(Insert(connection, in, held.first, sizes.first(before)));
    const auto after = std::min(end, held.End());
    TRY(Insert(connection, in, after, sizes.subspan(after - held.first)));
  }
  return Ok();
}

}  // namespace

// As one row with what it touches.
Status HoldPlaces(Connection& connection, std::int64_t session, const Term& run,
                  std::span<const std::uint32_t> sizes_bytes) {
  const InPack in{session, run.pack};
  const auto end = run.first + run.count;
  const auto touched = TRY(FindHeld(connection, in, run.first, end));
  Held whole{run.first, {}};
  if (!touched.empty()) whole.first = std::min(run.first, touched.front().first);
  whole.sizes_bytes.resize((touched.empty() ? end : std::max(end, touched.back().End())) -
                           whole.first);
  const auto put = [&](std::uint32_t first, std::span<const std::uint32_t> sizes) {
    std::ranges::copy(sizes, whole.sizes_bytes.begin() + (first - whole.first));
  };
  for (const Held& held : touched) {
    TRY(Delete(connection, in, held));
    put(held.first, held.sizes_bytes);
  }
  put(run.first, sizes_bytes);
  return Insert(connection, in, whole.first, whole.sizes_bytes);
}

Result<std::vector<std::int64_t>> FindHoldingSessions(Connection& connection,
                                                      std::int64_t repository) {
  std::vector<std::int64_t> sessions;
  auto rows = connection.Query(
      "SELECT id FROM upload_session WHERE repository = ?"
      " AND EXISTS(SELECT 1 FROM upload_range WHERE session = id)",
      repository);
  while (rows.Next()) sessions.push_back(rows.Int(0));
  TRY(Status(rows.status()));
  return sessions;
}

Status LetGoOfPlaces(Connection& connection, std::span<const std::int64_t> sessions,
                     std::vector<Term> places) {
  const auto runs = JoinNeighbours(std::move(places));
  for (const std::int64_t session : sessions) {
    for (const Term& run : runs) {
      TRY(LetGo(connection, {session, run.pack}, run.first, run.first + run.count));
    }
  }
  return Ok();
}

Result<std::uint64_t> CountLooseBytes(Connection& connection, std::int64_t repository) {
  struct Shared {
    InPack in;
    std::uint32_t first;
    std::uint32_t counted_to;
  };
  std::vector<Shared> shared;
  std::uint64_t bytes = 0;
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
    for (const Held& held : TRY(FindHeld(connection, in, first, first))) {
      const std::span sizes(held.sizes_bytes);
      if (held.first == first) bytes += Sum(sizes.subspan(counted_to - first));
    }
  }
  return bytes;
}

}  // namespace banyan::storage
