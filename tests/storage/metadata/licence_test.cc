#include "storage/metadata/licence.h"

#include "storage/metadata/table.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

std::string Expression(std::string_view declared) { return NormaliseLicence(declared).expression; }

}  // namespace

TEST_CASE("EveryHubLicenceIdIsKnownWithItsKind") {
  const auto rows = TableRows("hf-licenses.tsv");
  REQUIRE(rows.size() == 83);
  for (const auto& row : rows) {
    const auto licence = NormaliseLicence(row[0]);
    INFO(row[0]);
    REQUIRE(licence.declared == row[0]);
    REQUIRE(licence.id == row[0]);
    REQUIRE(licence.expression == (row[2].empty() ? row[3] : row[2]));
    REQUIRE(ToString(licence.kind) == row[4]);
    REQUIRE(NormaliseLicence(row[1]).id == row[0]);  // by its title
  }
}

TEST_CASE("EverySpdxIdIsKnownInAnyCase") {
  const auto rows = TableRows("spdx-licenses.tsv");
  REQUIRE(rows.size() > 700);
  for (const auto& row : rows) {
    std::string upper(row[0]);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    INFO(upper);
    REQUIRE(Expression(row[0]) == row[0]);
    REQUIRE(Expression(upper) == row[0]);
  }
}

TEST_CASE("EveryAiLicenceIsKnownByItsAliases") {
  for (const auto& row : TableRows("ai-licenses.tsv")) {
    for (const auto alias : SplitFields(row[1], ',')) {
      INFO(alias);
      REQUIRE(Expression(alias) == row[2]);
    }
  }
}

TEST_CASE("LicenceTitlesOfOtherHubsAreNormalised") {
  REQUIRE(Expression("Apache License 2.0") == "Apache-2.0");
  REQUIRE(Expression("Apache License, Version 2.0") == "Apache-2.0");
  REQUIRE(Expression("apache 2.0") == "Apache-2.0");
  REQUIRE(Expression("The MIT License") == "MIT");
  REQUIRE(Expression(" mit\n") == "MIT");
  REQUIRE(Expression("CC BY-NC 4.0") == "CC-BY-NC-4.0");
  REQUIRE(Expression("AFL-3.0") == "AFL-3.0");
  REQUIRE(Expression("ECL-2.0") == "ECL-2.0");
}

TEST_CASE("GnuLicencesWithoutAChoiceAreFlagged") {
  for (const auto declared : {"gpl-3.0", "GPL-3.0", "LGPL-2.1", "agpl-3.0", "LGPL-2.0"}) {
    const auto licence = NormaliseLicence(declared);
    INFO(declared);
    REQUIRE(licence.expression.ends_with("-only"));
    REQUIRE(licence.Has("only-or-later-ambiguous"));
  }
  const auto only = NormaliseLicence("GPL-3.0-only");
  REQUIRE(only.kind == LicenceKind::Copyleft);
  REQUIRE_FALSE(only.Has("only-or-later-ambiguous"));
  const auto later = NormaliseLicence("GPL-2.0-or-later");
  REQUIRE(later.expression == "GPL-2.0-or-later");
  REQUIRE(later.kind == LicenceKind::Copyleft);
  REQUIRE(later.osi == true);
  REQUIRE(Expression("GPL-2.0+") == "GPL-2.0-or-later");
}

TEST_CASE("SpdxLicencesOutsideTheHubTableKeepWhatIsKnown") {
  const auto port = NormaliseLicence("cc-by-nc-sa-2.5");
  REQUIRE(port.expression == "CC-BY-NC-SA-2.5");
  REQUIRE(port.kind == LicenceKind::NonCommercial);
  REQUIRE(port.Has("SA"));
  REQUIRE(NormaliseLicence("CC-BY-ND-3.0-DE").kind == LicenceKind::NoDerivatives);
  const auto rare = NormaliseLicence("Python-2.0");
  REQUIRE(rare.kind == LicenceKind::Unknown);
  REQUIRE(rare.osi == true);
  REQUIRE(rare.Has("verify-text"));
}

TEST_CASE("FamiliesOtherAndUnknownAllowNothing") {
  REQUIRE(NormaliseLicence("openrail").kind == LicenceKind::Family);
  REQUIRE(NormaliseLicence("BSD License").kind == LicenceKind::Family);
  REQUIRE(NormaliseLicence("gpl").expression == "LicenseRef-hf-gpl");
  REQUIRE(NormaliseLicence("unknown").kind == LicenceKind::Unknown);
  REQUIRE(NormaliseLicence("unknown").expression.empty());
  REQUIRE(NormaliseLicence("other").kind == LicenceKind::Other);
  REQUIRE(NormaliseLicence("other").Has("ambiguous"));
}

TEST_CASE("TextInNoTableIsUnknownAndNeverGuessed") {
  const auto licence = NormaliseLicence("My Company / Licence <v1>");
  REQUIRE(licence.kind == LicenceKind::Unknown);
  REQUIRE(licence.expression == "LicenseRef-declared-my-company-licence-v1");
  REQUIRE(licence.Has("ambiguous"));
  REQUIRE(NormaliseLicence("apache-2.0-modified").kind == LicenceKind::Unknown);
  REQUIRE(NormaliseLicence("许可证").expression.empty());
  REQUIRE(NormaliseLicence(std::string(5000, 'x')).id.size() == 64);
}

TEST_CASE("NoneDeclaredIsAStateOfItsOwn") {
  for (const auto silent : {"", "  ", "\n"}) {
    REQUIRE(NormaliseLicence(silent).kind == LicenceKind::NoneDeclared);
  }
  const auto licences = NormaliseLicences({}, "");
  REQUIRE(licences.size() == 1);
  REQUIRE(licences[0].kind == LicenceKind::NoneDeclared);
  REQUIRE(LicenceExpression(licences) == "NONE");
  REQUIRE(LicenceExpression({NormaliseLicence("unknown")}) == "NOASSERTION");
}

TEST_CASE("OtherTakesItsMeaningFromTheLicenceName") {
  const auto qwen = NormaliseLicences({"other"}, "qwen");
  REQUIRE(qwen[0].declared == "other");
  REQUIRE(qwen[0].kind == LicenceKind::Community);
  REQUIRE(qwen[0].Value("mau") == "100000000");
  REQUIRE(qwen[0].Value("built-with") == "Qwen");
  REQUIRE_FALSE(qwen[0].Value("built").has_value());

  const auto own = NormaliseLicences({"other"}, "Village Commons 1.0");
  REQUIRE(own[0].kind == LicenceKind::Other);
  REQUIRE(own[0].expression == "LicenseRef-other-village-commons-1.0");

  const auto standard = NormaliseLicences({"other"}, "MIT");
  REQUIRE(standard[0].expression == "MIT");
  REQUIRE(standard[0].Has("verify-text"));

  const auto kept = NormaliseLicences({"mit"}, "qwen");  // a name needs `other`
  REQUIRE(kept[0].expression == "MIT");
}

TEST_CASE("SeveralLicencesAllApply") {
  const auto both = NormaliseLicences({"cc-by-sa-3.0", "GFDL-1.3-or-later"}, "");
  REQUIRE(both.size() == 2);
  REQUIRE(LicenceExpression(both) == "CC-BY-SA-3.0 AND GFDL-1.3-or-later");
}

TEST_CASE("LicenceKindsRoundTripAsText") {
  for (const auto& row : TableRows("hf-licenses.tsv")) REQUIRE(ParseLicenceKind(row[4]));
  for (const auto& row : TableRows("ai-licenses.tsv")) REQUIRE(ParseLicenceKind(row[3]));
  REQUIRE(ParseLicenceKind(ToString(LicenceKind::NoneDeclared)) == LicenceKind::NoneDeclared);
  REQUIRE_FALSE(ParseLicenceKind("free").has_value());
}
