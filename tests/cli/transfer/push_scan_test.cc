// Which files of a folder are read again, and which are known.
#include "cli/transfer/push_scan.h"

#include <filesystem>
#include <functional>

#include "storage/base/clock.h"
#include "tests/support/must.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// Counts what is read, and can let somebody write a file as soon as it was opened.
class WatchedFileSystem final : public PassingFileSystem {
 public:
  WatchedFileSystem() : PassingFileSystem(DiskFileSystem()) {}
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    auto file = PassingFileSystem::Open(path, mode);
    if (mode == OpenMode::Read && path.find("/src/") != path.npos) {
      ++opened;
      if (on_open) on_open();
    }
    return file;
  }
  int opened = 0;
  std::function<void()> on_open;
};

struct Fixture {
  TempDirectory home;
  WatchedFileSystem fs;
  const std::string path = home.Join("src/a.bin");

  Fixture() {
    MUST(fs.CreateDirectories(home.Join("src")));
    Write("one");
  }
  // Into the file that is there.
  void Write(std::string_view text) {
    const auto file = MUST(fs.Open(path, OpenMode::Create));
    MUST(file->Truncate(0));
    MUST(file->WriteAt(0, AsBytes(text)));
  }
  // So long after now.
  Sha256 Scan(std::int64_t later_ms = 10'000) {
    ScanRequest request;
    request.folder = home.Join("src");
    request.memory_path = home.Join("memory");
    request.now_ms = SystemClock().NowMs() + later_ms;
    const std::atomic<bool> cancelled{false};
    std::atomic<std::uint64_t> hashed_bytes{0};
    fs.opened = 0;
    const auto files = MUST(ScanFolder(fs, request, cancelled, hashed_bytes));
    REQUIRE(files.size() == 1);
    REQUIRE(hashed_bytes == files[0].offer.size_bytes);
    return files[0].offer.sha256;
  }
};

const Sha256 kOne = HashSha256(AsBytes("one"));
const Sha256 kOther = HashSha256(AsBytes("0ne"));

}  // namespace

TEST_CASE("AFileThatNobodyChangedIsNotReadAgain") {
  Fixture f;
  CHECK(f.Scan() == kOne);
  CHECK(f.fs.opened == 1);
  CHECK(f.Scan() == kOne);
  CHECK(f.fs.opened == 0);
}

TEST_CASE("AChangeOfTheSameSizeShowsThoughItsTimeIsPutBack") {
  Fixture f;
  const auto time = std::filesystem::last_write_time(f.path);
  CHECK(f.Scan() == kOne);
  SystemClock().SleepMs(50);  // the clock of files goes on
  f.Write("0ne");
  std::filesystem::last_write_time(f.path, time);
  CHECK(f.Scan() == kOther);
  CHECK(f.fs.opened == 1);
}

TEST_CASE("AFileThatWasChangedJustNowIsReadAgain") {
  Fixture f;
  CHECK(f.Scan(0) == kOne);
  f.Write("0ne");  // perhaps at the same time, by the clock of files
  CHECK(f.Scan(0) == kOther);
  CHECK(f.Scan() == kOther);
  CHECK(f.fs.opened == 1);
  CHECK(f.Scan(0) == kOther);
  CHECK(f.fs.opened == 0);
}

TEST_CASE("AFileThatIsChangedWhileItIsReadIsReadAgain") {
  Fixture f;
  f.fs.on_open = [&] {
    SystemClock().SleepMs(50);
    f.Write("0ne");
  };
  (void)f.Scan();
  f.fs.on_open = nullptr;
  CHECK(f.Scan() == kOther);
  CHECK(f.fs.opened == 1);
}

TEST_CASE("AMemoryThatIsDamagedIsNone") {
  Fixture f;
  CHECK(f.Scan() == kOne);
  auto kept = MUST(ReadFile(f.fs, f.home.Join("memory"), 1u << 20));
  kept[kept.size() / 2] ^= 1;
  MUST(WriteFileDurably(f.fs, f.home.Join("memory"), kept));
  CHECK(f.Scan() == kOne);
  CHECK(f.fs.opened == 1);
}

TEST_CASE("AMemoryOfAnEarlierVersionIsNone") {
  Fixture f;
  const auto stat = MUST(f.fs.Stat(f.path));
  const std::string key = "3 " + std::to_string(stat.modified_ms) + " " + f.path;
  const storage::ChunkRef chunk{storage::HashChunk(AsBytes("0ne")), 3};
  const storage::OfferedFile file{kOther, 3, storage::ChunkList(1, chunk)};
  ByteWriter out;
  out.Le(std::uint32_t{1});
  out.Le(static_cast<std::uint32_t>(key.size()));
  out.Raw(AsBytes(key));
  out.Raw(storage::EncodeOffer({&file, 1}));
  out.Raw(HashSha256(out.bytes()).bytes());
  MUST(WriteFileDurably(f.fs, f.home.Join("memory"), out.bytes()));
  CHECK(f.Scan() == kOne);
  CHECK(f.fs.opened == 1);
}
