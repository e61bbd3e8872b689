// Git as a process: what goes in and out, what it sees, and how it ends.

#include "node/git/git_process.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

GitCommand Command(std::vector<std::string> arguments) {
  return {"git", std::move(arguments), "", {0, 0, 60'000}};
}

}  // namespace

TEST_CASE("GitReadsItsInputAndWritesItsOutput") {
  const std::string large(3u << 20, 'x');
  std::size_t sent = 0;
  std::string got;
  MUST(RunGit(SystemClock(), Command({"stripspace"}),
              {[&](std::span<std::uint8_t> out) -> Result<std::size_t> {
                 const auto size = std::min(out.size(), large.size() - sent);
                 large.copy(reinterpret_cast<char*>(out.data()), size, sent);
                 sent += size;
                 return size;
               },
               [&](ByteView bytes) {
                 got += AsText(bytes);
                 return Ok();
               }}));
  CHECK(got == large + "\n");
}

TEST_CASE("GitSeesNoConfigurationOfTheMachine") {
  const auto config = MUST(
      ReadGit(SystemClock(),
              Command({"--git-dir=/nonexistent", "config", "--list", "--show-scope"}), 1u << 16));
  CHECK(config == "command\tsafe.directory=*\ncommand\tcore.hookspath=/dev/null\n");
}

TEST_CASE("AFailureOfGitIsItsLastLine") {
  const auto failed = ReadGit(SystemClock(), Command({"--git-dir=/nonexistent", "log"}), 1000);
  MUST_FAIL(failed, Errc::Invalid);
  CHECK(failed.error().message().find("not a git repository") != std::string::npos);
  MUST_FAIL(ReadGit(SystemClock(), {"/nonexistent/git", {}, "", {}}, 1000), Errc::Unavailable);
  MUST_FAIL(ReadGit(SystemClock(), Command({"help", "-a"}), 100), Errc::TooLarge);
}

TEST_CASE("GitEndsWhenItsStreamFails") {
  const auto broken = [](ByteView) { return Status(Error(Errc::Cancelled, "gone")); };
  MUST_FAIL(RunGit(SystemClock(), Command({"help", "-a"}), {nullptr, broken}), Errc::Cancelled);
  const auto no_more = [](std::span<std::uint8_t>) {
    return Result<std::size_t>(Error(Errc::Unavailable, "too slow"));
  };
  MUST_FAIL(RunGit(SystemClock(), Command({"stripspace"}), {no_more, broken}), Errc::Unavailable);
}

TEST_CASE("GitMayEndBeforeItHasReadAll") {
  const auto endless = [](std::span<std::uint8_t> out) { return Result<std::size_t>(out.size()); };
  const auto nowhere = [](ByteView) { return Ok(); };
  MUST(RunGit(SystemClock(), Command({"version"}), {endless, nowhere}));
}

TEST_CASE("GitThatIsLimitedFails") {
  auto command = Command({"stripspace"});
  command.limits.memory_bytes = 64u << 20;
  const auto endless = [](std::span<std::uint8_t> out) { return Result<std::size_t>(out.size()); };
  const auto nowhere = [](ByteView) { return Ok(); };
  MUST_FAIL(RunGit(SystemClock(), command, {endless, nowhere}), Errc::Invalid);
}

TEST_CASE("OnlyHarmlessProtocolHeadersAreHandedOn") {
  CHECK(CheckedProtocol("version=2") == "version=2");
  CHECK(CheckedProtocol("version=2:side-band=1") == "version=2:side-band=1");
  CHECK(CheckedProtocol("version=2\n").empty());
  CHECK(CheckedProtocol("$(x)").empty());
  CHECK(CheckedProtocol(std::string(201, 'a')).empty());
}
