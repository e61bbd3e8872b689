#include "node/policy_file.h"

#include "federation/cosignatures.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;
using federation::Action;
using storage::StandingReason;
using storage::StandingStatus;

namespace {

std::string Problem(const std::string& text) {
  const auto policy = ParsePolicy("policy.toml", text);
  REQUIRE_FALSE(policy.has_value());
  CHECK(policy.error().code() == Errc::Invalid);
  return policy.error().message();
}

void Write(FileSystem& fs, const std::string& text) {
  MUST(WriteFileDurably(fs, "/policy.toml", AsBytes(text)));
}

}  // namespace

TEST_CASE("APolicyFileSaysWhoComesIn") {
  const std::string one = federation::NodeId(federation::HashLeaf(AsBytes("1"))).ToString();
  const std::string two = federation::NodeId(federation::HashLeaf(AsBytes("2"))).ToString();
  const auto parse = [](const std::string& text) { return MUST(ParsePolicy("p", text)); };
  CHECK_FALSE(parse("").readers.has_value());
  CHECK(parse("").accept_from.empty());
  CHECK_FALSE(parse("readers = \"any\"").readers.has_value());
  CHECK(parse("readers = []").readers->empty());
  CHECK(parse("readers = \"" + one + "\"").readers->size() == 1);
  const auto policy =
      parse("readers = [\"" + one + "\", \"" + two + "\"]\naccept_from = [\"" + one + "\"]");
  CHECK(policy.readers->size() == 2);
  CHECK(policy.accept_from.contains(MUST(federation::NodeId::Parse(one))));
  CHECK(Problem("readers = [\"any\"]").starts_with("policy.toml: line 1: \"any\" is no node id"));
  CHECK(Problem("readers = 5").starts_with("policy.toml: line 1: expected a text"));
  CHECK(Problem("accept_from = \"any\"").starts_with("policy.toml: line 1: \"any\" is no node id"));
}

TEST_CASE("APolicyFileSaysWhatIsCosigned") {
  const auto policy = MUST(ParsePolicy("p", "[cosignatures]\nmake = false\nkeep = 3\n"));
  CHECK_FALSE(policy.cosignatures.makes);
  CHECK(policy.cosignatures.keeps == 3);
  CHECK(MUST(ParsePolicy("p", "")).cosignatures.makes);
  CHECK(MUST(ParsePolicy("p", "")).cosignatures.keeps == federation::kMaxCosignatures);
}

TEST_CASE("ASelectionMayNameOriginsAndRepositories") {
  const std::string one = federation::NodeId(federation::HashLeaf(AsBytes("1"))).ToString();
  const auto policy = MUST(ParsePolicy("p", "[[select]]\norigin = [\"" + one + "\"]\n" +
                                                "repository = [\"models/lab/*\", \"*/*/w*\"]\n"));
  REQUIRE(policy.selections.size() == 1);
  CHECK(policy.selections[0].origins == std::set{MUST(federation::NodeId::Parse(one))});
  CHECK(policy.selections[0].repositories == std::vector<std::string>{"models/lab/*", "*/*/w*"});
  CHECK(Problem("[[select]]\norigin = \"lab\"").find("is no node id") != std::string::npos);
  CHECK(Problem("[[select]]\nrepository = \"lab/*\"").find("KIND/NAMESPACE") != std::string::npos);
  CHECK(Problem("[[answer]]\nrepository = \"model/lab/*\"\naction = \"stop\"")
            .find("of which KIND is models, datasets or *") != std::string::npos);
}

TEST_CASE("WordsThatStandForNothingAreRefusedWithTheLegalOnes") {
  const auto select = [](const std::string& line) { return "[[select]]\n" + line + "\n"; };
  const auto says = [&](const std::string& line, const std::string& what) {
    const auto problem = Problem(select(line));
    INFO(problem);
    return problem.starts_with("policy.toml: line 2: ") && problem.find(what) != problem.npos;
  };
  CHECK(says("kind = \"model\"", "\"model\" stands for nothing: expected models or datasets"));
  CHECK(says("kind = [\"models\", \"spaces\"]", "expected models or datasets"));
  CHECK(says("licence = \"apache2\"", "SPDX"));
  CHECK(says("licence = \"GPL-3.0\"", "expected GPL-3.0-only"));
  CHECK(says("task = \"speech\"", "a task such as"));
  CHECK(says("language = \"swahili\"", "the code of a language"));
  CHECK(Problem("[[answer]]\nstatus = \"gone\"\naction = \"stop\"")
            .find("live yanked withdrawn removed") != std::string::npos);
  for (const auto* line :
       {"kind = [\"Models\", \"data*\"]",
        "licence = [\"mit\", \"CC-*\", \"LicenseRef-x\", \"NONE\"]",
        "licence = \"MIT AND CC-BY-4.0\"", "task = [\"text-generation\", \"my-own-*\"]",
        "language = [\"sw\", \"zh-Hant\", \"yue\", \"*\"]"}) {
    INFO(line);
    CHECK(ParsePolicy("p", select(line)).has_value());
  }
}

TEST_CASE("APolicyFileSaysHowToAnswer") {
  const std::string node = federation::NodeId(federation::LogHash()).ToString();
  const auto policy = MUST(ParsePolicy("policy.toml",
                                       "jurisdictions = [\"KE\", \"TZ\"]\n"
                                       "[brake]\nrepositories = 3\npercent = 50\n"
                                       "[receipts]\nexcept = \"court\"\n"
                                       "[[answer]]\nrepository = \"models/lab/*\"\n"
                                       "status = [\"live\", \"yanked\"]\naction = \"stop\"\n"
                                       "[[answer]]\norigin = \"" +
                                           node +
                                           "\"\nreason = \"copyright\"\n"
                                           "jurisdiction = \"TZ\"\naction = \"delete\"\n"
                                           "after_days = 7\n"));
  CHECK(policy.jurisdictions == std::vector<std::string>{"KE", "TZ"});
  CHECK(policy.brake == federation::Brake{3, 50});
  CHECK(policy.publishes_receipts);
  CHECK(policy.unpublished == std::set{StandingReason::Court});
  REQUIRE(policy.answers.size() == 2);
  const auto& first = policy.answers[0];
  CHECK(first.repository == "models/lab/*");
  CHECK(first.statuses == std::set{StandingStatus::Live, StandingStatus::Yanked});
  CHECK(first.decision.action == Action::Stop);
  const auto& second = policy.answers[1];
  CHECK(second.origin.has_value());
  CHECK(second.jurisdictions == std::vector<std::string>{"TZ"});
  CHECK(first.jurisdictions.empty());
  CHECK(second.reasons == std::set{StandingReason::Copyright});
  CHECK(second.decision == federation::Decision{Action::Delete, 7});
}

TEST_CASE("APolicyFileSaysWhenAndHowMuchToMirror") {
  const auto policy = MUST(ParsePolicy("policy.toml",
                                       "[mirror]\nwindow = [\"22:00-06:00\", \"12:00-13:00\"]\n"
                                       "rate = \"500 kB\"\nper_day = \"2 GB\"\n"
                                       "per_month = \"40 GB\"\nheld = \"500 GB\"\n"
                                       "held_per_origin = \"200 GB\"\n"
                                       "[[select]]\nkind = \"models\"\nlicence = [\"MIT\"]\n"
                                       "max_size = \"5 GB\"\n[[select]]\nlanguage = \"sw\"\n"));
  const auto& limits = policy.limits;
  CHECK(limits.windows.size() == 2);
  CHECK(limits.bytes_per_s == 500'000);
  CHECK(limits.bytes_per_day == 2'000'000'000);
  CHECK(limits.bytes_per_month == 40'000'000'000);
  CHECK(limits.held_bytes == 500'000'000'000);
  CHECK(limits.held_origin_bytes == 200'000'000'000);
  REQUIRE(policy.selections.size() == 2);
  CHECK(policy.selections[0].max_bytes == 5'000'000'000);
  CHECK(policy.selections[1].languages == std::vector<std::string>{"sw"});
  CHECK(Problem("[mirror]\nwindow = \"night\"").starts_with("policy.toml: line 2: a window is"));
  CHECK(Problem("[mirror]\nrate = \"fast\"").starts_with("policy.toml: line 2"));
  CHECK(Problem("[[select]]\nsize = \"5 GB\"").starts_with("policy.toml: line 2: there is no key"));
}

TEST_CASE("APolicyFileSaysWhomToDial") {
  const std::string node(52, 'a');
  const auto peers = MUST(ParsePolicy("p", "[peers]\ndial = \"any\"\nmost = 3\nrefuse = \"" + node +
                                               "\"\npublish = false\n"))
                         .peers;
  CHECK(peers.dial == federation::PeerRules::Dial::Any);
  CHECK(peers.most == 3);
  CHECK(peers.refused.size() == 1);
  CHECK_FALSE(peers.publishes);
  CHECK(MUST(ParsePolicy("p", "")).peers.dial == federation::PeerRules::Dial::Followed);
  CHECK(MUST(ParsePolicy("p", "[peers]\ndial = \"none\"")).peers.dial ==
        federation::PeerRules::Dial::None);
}

TEST_CASE("APolicyFileSaysWhichFilesOfARepositoryAreWanted") {
  using federation::ContentSelection;
  const auto policy =
      MUST(ParsePolicy("policy.toml",
                       "[[select]]\nfiles = \"*.json\"\nrefs = [\"main\", \"v*\"]\n"
                       "history = \"all\"\ncontent = \"on demand\"\n"
                       "[[select]]\nhistory = \"heads\"\ncontent = \"selected\"\n"));
  REQUIRE(policy.selections.size() == 2);
  CHECK(policy.selections[0].content == ContentSelection{{"*.json"},
                                                         {"main", "v*"},
                                                         ContentSelection::History::All,
                                                         ContentSelection::Others::OnDemand});
  CHECK(policy.selections[1].content == ContentSelection());
  CHECK(Problem("[[select]]\ncontent = \"never\"") ==
        "policy.toml: line 2: expected \"selected\" or \"on demand\"");
  CHECK(Problem("[[select]]\nhistory = true").starts_with("policy.toml: line 2: expected a text"));
  CHECK(Problem("[[select]]\nfiles = 5").starts_with("policy.toml: line 2: expected a text"));
}

TEST_CASE("WhatIsWrongWithAPolicyIsSaidWithItsLine") {
  CHECK(
      Problem("jurisdiction = []") ==
      "policy.toml: line 1: there is no key \"jurisdiction\" here; did you mean "
      "\"jurisdictions\"? Legal here are accept_from, answer, brake, cosignatures, jurisdictions, "
      "mirror, peers, readers, receipts or select");
  CHECK(Problem("[peers]\nbogus = 1") ==
        "policy.toml: line 2: there is no key \"bogus\" here: expected dial, most, refuse or "
        "publish");
  for (const char* table : {"[mirror]", "[[select]]", "[brake]", "[receipts]", "[cosignatures]",
                            "[[answer]]\naction = \"keep\""}) {
    INFO(table);
    CHECK(Problem(std::string(table) + "\nbogus = 1").find("\"bogus\" here: expected ") !=
          std::string::npos);
  }
  CHECK(Problem("\n\njurisdictions = [\"Kenya\"]").starts_with("policy.toml: line 3: a scope is"));
  CHECK(Problem("[[answer]]\naction = \"keep\"\njurisdiction = [\"KE\", \"Chad\"]")
            .starts_with("policy.toml: line 3: a scope is"));
  CHECK(Problem("[[answer]]\nreason = \"court\"").ends_with("a rule needs an action"));
  CHECK(Problem("[[answer]]\naction = \"burn\"").starts_with("policy.toml: line 2: an action is"));
  CHECK(Problem("[[answer]]\naction = \"keep\"\nreason = [\"cort\"]")
            .starts_with("policy.toml: line 3: a reason is one of"));
  CHECK(Problem("[answer]\naction = \"keep\"").ends_with("rules are written as [[answer]]"));
  CHECK(Problem("[brake]\npercent = 101").starts_with("policy.toml: line 2: expected a whole"));
  CHECK(Problem("[peers]\ndial = \"all\"").find("\"followed\"") != std::string::npos);
  CHECK(Problem("[receipts]\npublish = \"no\"").ends_with("expected true or false"));
  CHECK(Problem("[cosignatures]\nkeep = 17").find("from 0 to 16") != std::string::npos);
  CHECK(Problem("[[answer]]\nrepository = \"lab/x\"\naction = \"stop\"").ends_with("models/lab/*"));
  CHECK(Problem("brake = 3").ends_with("expected a table"));
  CHECK(
      Problem("[[answer]]\norigin = \"me\"\naction = \"keep\"").starts_with("policy.toml: line 2"));
  CHECK(Problem("= 3").starts_with("policy.toml: line 1"));
}

TEST_CASE("APolicyIsReadAgainWhenItChanges") {
  MemoryFileSystem fs;
  PolicyFile file(fs, "/policy.toml", PolicyFile::Missing::Fine);
  CHECK(MUST(file.Read()) == PolicyFile::Outcome::Same);  // none: the defaults
  CHECK(file.policy()->jurisdictions.empty());
  Write(fs, "jurisdictions = [\"KE\"]");
  CHECK(MUST(file.Read()) == PolicyFile::Outcome::Changed);
  CHECK(MUST(file.Read()) == PolicyFile::Outcome::Same);
  CHECK(file.policy()->jurisdictions.size() == 1);
  Write(fs, "jurisdictions = [");
  MUST_FAIL(file.Read(), Errc::Invalid);
  CHECK_FALSE(file.problem().empty());
  CHECK(file.policy()->jurisdictions.size() == 1);  // as before
  Write(fs, "jurisdictions = [\"KE\"]");            // as it was
  CHECK(MUST(file.Read()) == PolicyFile::Outcome::Same);
  CHECK(file.problem().empty());
  MUST(fs.Remove("/policy.toml"));
  MUST_FAIL(file.Read(), Errc::Invalid);
  CHECK(file.policy()->jurisdictions.size() == 1);
  Write(fs, "");
  CHECK(MUST(file.Read()) == PolicyFile::Outcome::Changed);
  CHECK(file.problem().empty());
  CHECK(file.policy()->jurisdictions.empty());
}

TEST_CASE("APolicyThatWasNamedMustBeThere") {
  MemoryFileSystem fs;
  PolicyFile file(fs, "/named.toml", PolicyFile::Missing::Wrong);
  MUST_FAIL(file.Read(), Errc::Invalid);
}
