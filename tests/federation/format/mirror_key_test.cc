#include "federation/format/mirror_key.h"

#include "federation/format/checkpoint.h"
#include "federation/format/key_set.h"
#include "federation/format/log_name.h"
#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

const NodeId kOrigin(LogHash::FromRaw(Bytes(32, 1)));
const NodeId kMirror(LogHash::FromRaw(Bytes(32, 2)));

SigningKeys KeysOf(std::uint8_t byte) {
  Secret seed;
  seed.fill(byte);
  return SigningKeys(seed);
}

// PROTOCOL.md section 14.
constexpr const char* kVerifier =
    "banyan/aibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaiba/mirror+b7b2fa35+"
    "BLDgwDZUbRvuWOZZ+jtAyxpu1O5Gz9EoeDs6JMLunoui";
constexpr const char* kNote =
    "banyan/aeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaq/0\n"
    "7\n"
    "mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n"
    "\n"
    "\xE2\x80\x94 banyan/aeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaq/0 "
    "RSCkxGIhBLabL6eILnkIBshBSYVmO9mGy6FcpuSsGoyCVFhpszVK+j8wpF6jswog0JKn868PEXmNgxqZ7EsCjtW7qAE="
    "\n"
    "\xE2\x80\x94 banyan/aibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaiba/mirror "
    "t7L6NQAAAABlU/"
    "EAiwrscFXynuFZKaNvcJX4duIoN+66xgQnswMp0jWFo6yOlVU8arEB3znd4q0iTejcq3XpHRoefMfa8Gw"
    "GwA/vAg==\n";

}  // namespace

TEST_CASE("AMirrorCosignsToTheBytesOfTheVector") {
  const LogName log{kOrigin, 0};
  const Checkpoint checkpoint{log.ToString(), {7, LogOf(7).Root()}};
  SignedNote note{checkpoint.ToString(), {}};
  note.signatures.push_back(SignNote(note.text, log.ToString(), KeysOf(1).log));
  note.signatures.push_back(
      CosignNote(note.text, MirrorKeyName(kMirror), 1700000000, KeysOf(2).mirror));
  CHECK(note.ToString() == kNote);
  const auto key = MirrorKey(kMirror, KeysOf(2).mirror.public_key());
  CHECK(key.ToString() == kVerifier);
  CHECK(MUST(NoteKey::Parse(kVerifier)).ToString() == kVerifier);
  CHECK(IsSignedBy(key, note.text, note.signatures[1]));
  CHECK_FALSE(IsSignedBy(key, note.text, note.signatures[0]));
  CHECK_FALSE(IsSignedBy(key, note.text + "x\n", note.signatures[1]));
}

TEST_CASE("TheNamesOfMirrorsHaveOneForm") {
  CHECK(MUST(ParseMirrorKeyName(MirrorKeyName(kMirror))) == kMirror);
  const auto id = kMirror.ToString();
  for (const auto& bad :
       {std::string(), std::string("banyan/mirror"), std::string("banyan//mirror"), "banyan/" + id,
        "banyan/" + id + "/witness", "banyan/" + id + "/mirror/", "banyan/x" + id + "/mirror",
        id + "/mirror"}) {
    MUST_FAIL(ParseMirrorKeyName(bad), Errc::Invalid);
  }
}

TEST_CASE("ACosignatureOfNoTimeIsNone") {
  const auto key = MirrorKey(kMirror, KeysOf(2).mirror.public_key());
  const auto signature =
      CosignNote("text\n", MirrorKeyName(kMirror), std::uint64_t{1} << 63, KeysOf(2).mirror);
  MUST_FAIL(CosignatureTime(signature), Errc::Invalid);
  CHECK_FALSE(IsSignedBy(key, "text\n", signature));
}
