#include "federation/format/note.h"

#include "federation/format/checkpoint.h"
#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

constexpr const char* kLogKey =
    "hub.example/node-a+6be8d1c0+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
constexpr const char* kWitnessKey =
    "hub.example/node-b+55f34a05+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
constexpr const char* kText =
    "hub.example/node-a\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n";
constexpr const char* kNote =
    "hub.example/node-a\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n\n"
    "\xE2\x80\x94 hub.example/node-a "
    "a+jRwKGQnEmiL9aVNSd7Gh8PARHGAlwlOvrhvbfuBs+R4ep62Uup5k7WT1Aja0d20H4156sfab4Bz7qJfZMM0Iv6vwg="
    "\n\xE2\x80\x94 hub.example/node-b "
    "VfNKBQAAAABlU/EAd7rOsDrDrzxA4JblWKAgMJY/y8U2Iav84gI+s7QwZJimkZLCdriKkR9yyBIRPkcMKBvinC13QDTb"
    "ugFgENhCCg==\n";

}  // namespace

TEST_CASE("KeysHaveTheTextOfTheSpecification") {
  REQUIRE(MUST(NoteKey::Make("hub.example/node-a", NoteKeyType::Ed25519, LogKey().public_key()))
              .ToString() == kLogKey);
  REQUIRE(
      MUST(NoteKey::Make("hub.example/node-b", NoteKeyType::Cosignature, WitnessKey().public_key()))
          .ToString() == kWitnessKey);
  REQUIRE(MUST(NoteKey::Parse(kLogKey)).ToString() == kLogKey);
  const std::string key = kLogKey;
  for (const std::string& bad : std::vector<std::string>{"", "a+b", "x" + key, key + "=",
                                                         key.substr(1), "a b+6be8d1c0+AYqI"}) {
    MUST_FAIL(NoteKey::Parse(bad), Errc::Invalid);
  }
  for (const char* name : {"", "a b", "a+b", "a\u00a0b", "a\u3000", "a\xff"}) {
    MUST_FAIL(NoteKey::Make(name, NoteKeyType::Ed25519, LogKey().public_key()), Errc::Invalid);
  }
}

TEST_CASE("SignsAndCosignsToTheBytesOfTheVector") {
  SignedNote note{kText, {SignNote(kText, "hub.example/node-a", LogKey())}};
  note.signatures.push_back(CosignNote(kText, "hub.example/node-b", 1700000000, WitnessKey()));
  REQUIRE(note.ToString() == kNote);
  const auto parsed = MUST(SignedNote::Parse(kNote));
  REQUIRE(parsed.text == kText);
  REQUIRE(parsed.signatures == note.signatures);
  REQUIRE(MUST(CosignatureTime(parsed.signatures[1])) == 1700000000);
  MUST_FAIL(CosignatureTime(parsed.signatures[0]), Errc::Invalid);
}

TEST_CASE("VerifiesByKnownKeysAndPassesOverOthers") {
  const auto note = MUST(SignedNote::Parse(kNote));
  const auto log = MUST(NoteKey::Parse(kLogKey));
  const auto witness = MUST(NoteKey::Parse(kWitnessKey));
  REQUIRE(MUST(VerifyNote(note, {log, witness})).size() == 2);
  REQUIRE(MUST(VerifyNote(note, {witness})).size() == 1);
  MUST_FAIL(VerifyNote(note, {}), Errc::Invalid);

  const auto stranger =
      MUST(NoteKey::Make("hub.example/node-a", NoteKeyType::Ed25519, WitnessKey().public_key()));
  MUST_FAIL(VerifyNote(note, {stranger}), Errc::Invalid);
  auto spoilt = note;
  spoilt.signatures[1].signature.back() ^= 1;
  MUST_FAIL(VerifyNote(spoilt, {log, witness}), Errc::Invalid);
  REQUIRE(MUST(VerifyNote(spoilt, {log})).size() == 1);
  auto changed = note;
  changed.text[0] = 'H';
  MUST_FAIL(VerifyNote(changed, {log}), Errc::Invalid);
}

TEST_CASE("VerifiesTheExampleOfTheSpecification") {
  const auto key =
      MUST(NoteKey::Parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"));
  const auto note = MUST(SignedNote::Parse(
      "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM"
      "=\n"));
  REQUIRE(MUST(VerifyNote(note, {key})).size() == 1);
}

TEST_CASE("NotesHaveOneFormOnlyAttack16") {
  const std::string good = kNote;
  std::vector<std::string> bad = {"",
                                  "\n",
                                  "text\n",
                                  "text\n\n",
                                  good + "\n",
                                  good + "x",
                                  good.substr(0, good.size() - 1),
                                  "\r" + good,
                                  "\t" + good,
                                  std::string("\xff") + good,
                                  "a" + std::string(1, '\0') + good};
  const auto dash = good.find("\xE2\x80\x94");
  bad.push_back(std::string(good).replace(dash, 3, "-"));
  bad.push_back(std::string(good).insert(dash + 4, " "));
  bad.push_back(std::string(good).insert(good.size() - 1, " "));
  bad.push_back(std::string(good).replace(good.size() - 4, 1, "h"));
  for (const auto& text : bad) {
    INFO(text);
    MUST_FAIL(SignedNote::Parse(text), Errc::Invalid);
  }
  MUST_FAIL(SignedNote::Parse(std::string(kMaxNoteBytes, 'a') + good), Errc::TooLarge);
  std::string many = good;
  for (int i = 0; i < 100; ++i) many += good.substr(dash, good.find('\n', dash) + 1 - dash);
  MUST_FAIL(SignedNote::Parse(many), Errc::TooLarge);
}

TEST_CASE("CheckpointsHaveOneFormOnlyAttack16") {
  const auto checkpoint = MUST(Checkpoint::Parse(kText));
  REQUIRE(checkpoint.origin == "hub.example/node-a");
  REQUIRE(checkpoint.state == LogState{7, LogOf(7).Root()});
  REQUIRE(checkpoint.ToString() == kText);
  const std::string root = "mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n";
  for (const std::string& bad : std::vector<std::string>{
           "", "a\n7\n" + root + "\n", "a\n07\n" + root, "a\n+7\n" + root, "a\n 7\n" + root,
           "a\n\n" + root, "\n7\n" + root, "a\n-1\n" + root, "a\n9223372036854775808\n" + root,
           "a\n18446744073709551616\n" + root, "a\n7\n" + root.substr(0, 44), "a\n7\nAAAA\n",
           "a\n7\n" + root + "extension\n",
           std::string("a\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYd=\n")}) {
    INFO(bad);
    MUST_FAIL(Checkpoint::Parse(bad), Errc::Invalid);
  }
}
