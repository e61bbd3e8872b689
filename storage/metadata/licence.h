#pragma once
// What a card's licence means: one canonical id, an SPDX expression, a kind and the flags the
// policy rules work on. The facts are the tables storage/metadata/data/{hf,ai,spdx}-licenses.tsv;
// nothing is guessed beyond them, because a guessed licence is a wrong permission. Pure functions,
// safe for concurrent use.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::storage {

enum class LicenceKind {
  NoneDeclared,  // the card is silent, or there is no card: not the same as Unknown
  Unknown,       // declared, but nobody can say what it allows
  Other,         // `other` with a name and text of its own that no table lists
  Family,        // names a family (`gpl`, `cc`, `openrail`) and so no licence
  PublicDomain,
  Permissive,
  WeakCopyleft,
  Copyleft,
  NetworkCopyleft,
  NoDerivatives,
  NonCommercial,
  ResearchOnly,
  UseRestricted,  // behavioural limits, e.g. RAIL
  Community,      // free below thresholds, e.g. Llama
  Tiered,         // terms depend on who asks
};

// "none-declared", "public-domain", ...; ParseLicenceKind is its inverse, nullopt for others.
std::string_view ToString(LicenceKind kind);
std::optional<LicenceKind> ParseLicenceKind(std::string_view text);

struct Licence {
  std::string declared;    // as the card writes it; empty when none
  std::string id;          // lower case, hub style: "apache-2.0"; empty when none
  std::string expression;  // SPDX id or LicenseRef-...; empty for NoneDeclared and `unknown`
  std::string name;        // for people; may be empty
  LicenceKind kind = LicenceKind::NoneDeclared;
  std::optional<bool> osi;  // approved by the OSI; nullopt when nobody has decided
  // Words of governance facts: "commercial", "NC", "SA", "use-based", "mau:700000000",
  // "name-prefix:Llama 3", ..., "ambiguous", "verify-text" (do not decide on this alone).
  std::vector<std::string> flags;

  bool Has(std::string_view flag) const;
  // What follows "key:" in the flags, e.g. Value("mau") is "700000000"; nullopt without it.
  std::optional<std::string_view> Value(std::string_view key) const;
  bool operator==(const Licence&) const = default;
};

// Takes a hub id, an SPDX id in any case, a title as other hubs show it ("Apache License 2.0",
// "MIT License") or a known name of an AI licence. Blank text gives NoneDeclared; text in no
// table gives Unknown with the flag "ambiguous" and a LicenseRef-declared-... expression.
// GPL, LGPL and AGPL without "only" or "or later" are read as -only and flagged
// "only-or-later-ambiguous".
Licence NormaliseLicence(std::string_view declared);

// The same for a whole card: `declared` as listed there, `name` its license_name, which decides
// what `other` means. Never empty: a silent card gives one NoneDeclared.
std::vector<Licence> NormaliseLicences(const std::vector<std::string>& declared,
                                       std::string_view name);

// All of them apply: "MIT AND CC-BY-4.0"; "NONE" when none is declared and "NOASSERTION" where
// one has no expression, as SPDX documents say it.
std::string LicenceExpression(const std::vector<Licence>& licences);

}  // namespace banyan::storage
