#pragma once
// What is stated of a repository, and how this node answers it, as columns of its row. Functions
// work on the connection they are given.

#include "storage/base/sqlite.h"
#include "storage/base/standing.h"

namespace banyan::storage {

// What a node does about a repository's standing. In the order of severity.
enum class Answer {
  Keep = 0,
  Hide = 1,     // in no list, served to whoever has the name
  Stop = 2,     // files are withheld: Errc::Withheld
  Archive = 3,  // both
};
std::string_view ToString(Answer answer);  // "keep", ...
inline bool Withholds(Answer answer) { return answer >= Answer::Stop; }

struct Answered {
  Answer answer = Answer::Keep;
  std::optional<std::int64_t> delete_ms;  // when it goes; nullopt: it stays
  bool operator==(const Answered&) const = default;
};

// Sets both, with what follows for the visibility of its files. Inside Database::Write. NotFound
// when there is no such repository.
Status SetStanding(Connection& connection, std::int64_t repository, const Standing& standing,
                   const Answered& answered, std::int64_t since_ms);

// As columns: the reason's number or NULL, and country codes with a space between.
SqlValue ReasonColumn(const Standing& standing);
std::string ScopeColumn(const Standing& standing);
// From three columns, the first of which is `column`: status, reason, scope.
Standing ReadStanding(const Rows& rows, int column);

}  // namespace banyan::storage
