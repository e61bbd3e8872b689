#include "storage/history/lfs.h"

#include "tests/support/git_program.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

const LfsPointer kPointer{HashSha256(AsBytes("hello")), 12345};
const std::string kText =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n"
    "size 12345\n";

}  // namespace

TEST_CASE("PointerTextIsCanonicalAndParsesBack") {
  REQUIRE(PointerText(kPointer) == kText);
  REQUIRE(ParsePointer(kText) == kPointer);
  REQUIRE(ParsePointer(PointerText({Sha256(), 0})) == LfsPointer{Sha256(), 0});
  TempDirectory directory;
  const auto oid = test::Git(directory.path(), {"hash-object", "--stdin"}, kText);
  REQUIRE(PointerOid(kPointer).ToString() + "\n" == oid);
}

TEST_CASE("AnythingButTheCanonicalPointerIsAnOrdinaryFile") {
  const auto replaced = [](const std::string& from, const std::string& to) {
    std::string text = kText;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const auto& text :
       {std::string(), kText + "x", kText.substr(0, kText.size() - 1), " " + kText,
        replaced("12345", "012345"), replaced("12345", "-1"), replaced("12345", "1e3"),
        replaced("12345", "99999999999999999999999"), replaced("2cf2", "2CF2"),
        replaced("sha256:", "sha1:"), replaced("size", "ext-0-a b\nsize"),
        replaced("git-lfs.github.com", "hawser.github.com"), replaced("\noid", "\r\noid")}) {
    INFO(text);
    REQUIRE_FALSE(ParsePointer(text).has_value());
  }
}

TEST_CASE("FormFollowsAttributesSampleAndSize") {
  const std::string text(600, 'a');
  REQUIRE(ChooseForm(LfsFilter::None, text, 600) == FileForm::Blob);
  REQUIRE(ChooseForm(LfsFilter::Tracked, text, 600) == FileForm::Pointer);
  REQUIRE(ChooseForm(LfsFilter::Tracked, "", 0) == FileForm::Blob);
  REQUIRE(ChooseForm(LfsFilter::Plain, text, 600) == FileForm::Blob);
  REQUIRE(ChooseForm(LfsFilter::None, std::string("a\0b", 3), 3) == FileForm::Pointer);
  REQUIRE(ChooseForm(LfsFilter::None, "caf\xE9 au lait", 12) == FileForm::Pointer);
  REQUIRE(ChooseForm(LfsFilter::None, "café", 5) == FileForm::Blob);
  REQUIRE(ChooseForm(LfsFilter::Plain, text, kMaxGitBlobBytes + 1) == FileForm::Pointer);
  REQUIRE(ChooseForm(LfsFilter::None, text, kMaxGitBlobBytes) == FileForm::Blob);
}

TEST_CASE("CharacterCutOffByTheSampleIsNoBinary") {
  for (std::size_t cut = 1; cut < 4; ++cut) {
    const std::string sample = std::string(kSampleBytes - cut, 'a') + "\xF0\x9F\x98\x80 more";
    REQUIRE(ChooseForm(LfsFilter::None, sample, 10000) == FileForm::Blob);
  }
  // The file ends there: not UTF-8.
  REQUIRE(ChooseForm(LfsFilter::None, "a\xF0\x9F", 3) == FileForm::Pointer);
  // No character begins like this.
  REQUIRE(ChooseForm(LfsFilter::None, std::string(511, 'a') + "\xFF", 10000) == FileForm::Pointer);
  REQUIRE(ChooseForm(LfsFilter::None, std::string(510, 'a') + "\xE2\x41", 10000) ==
          FileForm::Pointer);
}

TEST_CASE("NewRepositoriesTrackWhatPublicHubsTrack") {
  const auto model = DefaultAttributes(RepositoryKind::Model);
  REQUIRE(model.rfind("*.7z filter=lfs diff=lfs merge=lfs -text\n*.arrow ", 0) == 0);
  REQUIRE(model.find("*.mp3") == std::string::npos);
  const GitAttributes models(model);
  for (const char* path : {"a.safetensors", "x/y.bin", "saved_model/v/vars", "m.tar.gz"}) {
    REQUIRE(models.Filter(path) == LfsFilter::Tracked);
  }
  for (const char* path : {"README.md", "config.json", "x.mp3", ".gitattributes"}) {
    REQUIRE(models.Filter(path) == LfsFilter::None);
  }
  const GitAttributes datasets(DefaultAttributes(RepositoryKind::Dataset));
  REQUIRE(datasets.Filter("x.mp3") == LfsFilter::Tracked);
  REQUIRE(datasets.Filter("train.csv") == LfsFilter::None);
}
