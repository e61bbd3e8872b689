#include "node/git/git_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace banyan::node {
namespace {

constexpr int kPollMs = 1000;
constexpr std::size_t kBufferBytes = 64u << 10;
constexpr std::size_t kMaxErrorBytes = 8u << 10;
constexpr std::size_t kMaxProtocolBytes = 200;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Error(Errc::Unavailable, std::string("pipe: ") + std::strerror(errno));
  }
  Pipe made;
  made.read = Descriptor(ends[0]);
  made.write = Descriptor(ends[1]);
  return made;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const GitCommand& command) {
  std::vector<std::string> variables = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                        "HOME=/nonexistent",
                                        "LC_ALL=C.UTF-8",
                                        "GIT_CONFIG_NOSYSTEM=1",
                                        "GIT_CONFIG_SYSTEM=/dev/null",
                                        "GIT_CONFIG_GLOBAL=/dev/null",
                                        "GIT_TERMINAL_PROMPT=0",
                                        "GIT_CONFIG_COUNT=2",
                                        "GIT_CONFIG_KEY_0=safe.directory",
                                        "GIT_CONFIG_VALUE_0=*",
                                        "GIT_CONFIG_KEY_1=core.hooksPath",
                                        "GIT_CONFIG_VALUE_1=/dev/null"};
  if (!command.protocol.empty()) variables.push_back("GIT_PROTOCOL=" + command.protocol);
  return variables;
}

// Of a process that has just been started, before it was given anything to work on.
void Limit(pid_t pid, const GitLimits& limits) {
  const auto set = [&](auto resource, std::uint64_t most) {
    if (most == 0) return;
    const rlimit limit{most, most};
    (void)::prlimit(pid, resource, &limit, nullptr);
  };
  set(RLIMIT_AS, limits.memory_bytes);
  set(RLIMIT_FSIZE, limits.file_bytes);
  set(RLIMIT_CPU, static_cast<std::uint64_t>(limits.time_ms + 999) / 1000);
  const rlimit no_core{0, 0};
  (void)::prlimit(pid, RLIMIT_CORE, &no_core, nullptr);
}

class Process {
 public:
  Process(Clock& clock, const GitCommand& command) : clock_(clock), command_(command) {}
  ~Process() { Kill(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Status Start();
  Status Exchange(const GitStreams& streams);
  Status End();

 private:
  Status Spawn(const std::array<int, 3>& ends);
  void Kill();
  Status ReadOutput(const GitStreams& streams);
  void ReadErrors();
  Status WriteInput(const GitStreams& streams);
  Error Failed(const std::string& how) const;

  Clock& clock_;
  const GitCommand& command_;
  pid_t pid_ = -1;
  Descriptor input_;
  Descriptor output_;
  Descriptor errors_;
  Bytes buffer_ = Bytes(kBufferBytes);   // of output
  Bytes pending_ = Bytes(kBufferBytes);  // of input
  std::size_t pending_from_ = 0;
  std::size_t pending_to_ = 0;
  std::string error_text_;
  std::int64_t heard_ms_ = 0;
};

Status Process::Start() {
  Pipe input = TRY(MakePipe());
  Pipe output = TRY(MakePipe());
  Pipe errors = TRY(MakePipe());
  TRY(Spawn({input.read.get(), output.write.get(), errors.write.get()}));
  Limit(pid_, command_.limits);
  input_ = std::move(input.write);
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
  ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
  heard_ms_ = clock_.MonotonicMs();
  return Ok();
}

Status Process::Spawn(const std::array<int, 3>& ends) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  for (int to = 0; to < 3; ++to) {
    posix_spawn_file_actions_adddup2(&actions, ends[static_cast<std::size_t>(to)], to);
  }
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  // A group of its own, to be killed whole, with no signal blocked or ignored.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::vector<std::string> arguments = {command_.program};
  arguments.insert(arguments.end(), command_.arguments.begin(), command_.arguments.end());
  auto variables = Environment(command_);
  const int failed = ::posix_spawnp(&pid_, command_.program.c_str(), &actions, &attributes,
                                    Pointers(arguments).data(), Pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return Ok();
  pid_ = -1;
  return Error(Errc::Unavailable, "cannot run " + command_.program + ": " + std::strerror(failed));
}

void Process::Kill() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

// Until git has closed both its outputs, which it does when it ends.
Status Process::Exchange(const GitStreams& streams) {
  while (output_.is_open() || errors_.is_open()) {
    std::array<pollfd, 3> waits = {
        {{output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}, {input_.get(), POLLOUT, 0}}};
    const int ready = ::poll(waits.data(), waits.size(), kPollMs);
    if (ready < 0 && errno != EINTR) return Error(Errc::Io, "poll failed");
    if (ready <= 0) {
      const auto silent_ms = clock_.MonotonicMs() - heard_ms_;
      if (command_.limits.time_ms == 0 || silent_ms < command_.limits.time_ms) continue;
      return Error(Errc::Unavailable, "git took too long and was ended");
    }
    if (waits[0].revents != 0) TRY(ReadOutput(streams));
    if (waits[1].revents != 0) ReadErrors();
    // Nobody waits for input while there is output to pass on.
    if ((waits[2].revents & (POLLERR | POLLHUP)) != 0) {
      input_.Close();  // it has read all that it wants
    } else if (waits[2].revents != 0 && waits[0].revents == 0) {
      TRY(WriteInput(streams));
    }
  }
  return Ok();
}

Status Process::ReadOutput(const GitStreams& streams) {
  const auto size = ::read(output_.get(), buffer_.data(), buffer_.size());
  if (size < 0 && errno == EINTR) return Ok();
  if (size < 0) return Error(Errc::Io, "reading what git says failed");
  heard_ms_ = clock_.MonotonicMs();
  if (size == 0) {
    output_.Close();
    return Ok();
  }
  return streams.output(ByteView(buffer_).first(static_cast<std::size_t>(size)));
}

void Process::ReadErrors() {
  std::array<char, 1024> text;
  const auto size = ::read(errors_.get(), text.data(), text.size());
  if (size < 0 && errno == EINTR) return;
  if (size <= 0) return errors_.Close();
  error_text_.append(text.data(), static_cast<std::size_t>(size));
  if (error_text_.size() > kMaxErrorBytes) error_text_.erase(0, error_text_.size() / 2);
}

Status Process::WriteInput(const GitStreams& streams) {
  if (pending_from_ == pending_to_) {
    pending_from_ = 0;
    pending_to_ = streams.input ? TRY(streams.input(pending_)) : 0;
    heard_ms_ = clock_.MonotonicMs();
  }
  if (pending_to_ == 0) {
    input_.Close();
    return Ok();
  }
  const auto size =
      ::write(input_.get(), pending_.data() + pending_from_, pending_to_ - pending_from_);
  if (size >= 0) {
    pending_from_ += static_cast<std::size_t>(size);
  } else if (errno != EAGAIN && errno != EINTR) {
    input_.Close();
  }
  return Ok();
}

Error Process::Failed(const std::string& how) const {
  std::string_view text = error_text_;
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto last = text.rfind('\n');
  if (last != text.npos) text.remove_prefix(last + 1);
  return Error(Errc::Invalid, "git " + how + (text.empty() ? "" : ": ") + std::string(text));
}

Status Process::End() {
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) < 0) {
    if (errno != EINTR) return Error(Errc::Io, "waiting for git failed");
  }
  ::kill(-pid_, SIGKILL);  // whoever it left behind, while nobody else can have its number
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok();
  if (WIFSIGNALED(status)) return Failed("was ended by signal " + std::to_string(WTERMSIG(status)));
  return Failed("failed");
}

}  // namespace

Status RunGit(Clock& clock, const GitCommand& command, const GitStreams& streams) {
  Process process(clock, command);
  TRY(process.Start());
  TRY(process.Exchange(streams));
  return process.End();
}

Result<std::string> ReadGit(Clock& clock, const GitCommand& command, std::size_t max_bytes) {
  std::string text;
  const auto take = [&](ByteView bytes) -> Status {
    if (text.size() + bytes.size() > max_bytes) {
      return Error(Errc::TooLarge, "git says more than " + std::to_string(max_bytes) + " bytes");
    }
    text += AsText(bytes);
    return Ok();
  };
  TRY(RunGit(clock, command, {nullptr, take}));
  return text;
}

std::string CheckedProtocol(std::string_view header) {
  constexpr std::string_view kLegal = "abcdefghijklmnopqrstuvwxyz0123456789=:-";
  const bool legal =
      header.size() <= kMaxProtocolBytes && header.find_first_not_of(kLegal) == header.npos;
  return legal ? std::string(header) : std::string();
}

}  // namespace banyan::node
