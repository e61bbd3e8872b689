#include "cli/progress.h"

#include <algorithm>

#include "cli/text.h"

namespace banyan::cli {
namespace {

constexpr std::int64_t kWindowMs = 10'000;
constexpr std::int64_t kStepMs = 100;
constexpr int kStepsPerDrawing = 3;
constexpr std::string_view kClearLine = "\r\x1b[K";

void AddPart(std::string& text, std::uint64_t bytes, const char* what) {
  if (bytes > 0) text += ", " + FormatBytes(bytes) + " " + what;
}

}  // namespace

void RateMeter::Add(std::int64_t now_ms, std::uint64_t bytes) {
  readings_.push_back({now_ms, bytes});
  while (readings_.size() > 2 && now_ms - readings_[1].at_ms >= kWindowMs) readings_.pop_front();
}

std::uint64_t RateMeter::BytesPerSecond() const {
  if (readings_.size() < 2) return 0;
  const auto& first = readings_.front();
  const auto& last = readings_.back();
  const std::int64_t elapsed_ms = last.at_ms - first.at_ms;
  if (elapsed_ms <= 0 || last.bytes < first.bytes) return 0;
  return (last.bytes - first.bytes) * 1000 / static_cast<std::uint64_t>(elapsed_ms);
}

std::string ProgressText(const std::string& verb, const TransferFigures& figures,
                         std::uint64_t bytes_per_s) {
  std::string text = verb + " " + FormatBytes(figures.DoneBytes());
  const std::uint64_t total = figures.total_bytes;
  const std::uint64_t done = std::min(figures.DoneBytes(), total);
  if (total > 0) {
    const auto percent =
        static_cast<int>(static_cast<double>(done) * 100 / static_cast<double>(total));
    text += " of " + FormatBytes(total) + " (" + std::to_string(percent) + " %)";
  }
  if (bytes_per_s > 0) text += ", " + FormatBytes(bytes_per_s) + "/s";
  if (bytes_per_s > 0 && total > done) {
    text += ", " + FormatDuration(static_cast<std::int64_t>((total - done) * 1000 / bytes_per_s)) +
            " left";
  }
  AddPart(text, figures.resumed_bytes, "resumed");
  AddPart(text, figures.reused_bytes, "reused");
  return text;
}

std::string TransferSummary(const TransferFigures& figures, std::int64_t duration_ms) {
  std::string text = FormatBytes(figures.DoneBytes()) + " in " + FormatCount(figures.files) +
                     (figures.files == 1 ? " file: " : " files: ") +
                     FormatBytes(figures.moved_bytes) + " moved in " + FormatDuration(duration_ms);
  if (duration_ms > 0 && figures.moved_bytes > 0) {
    const auto rate = figures.moved_bytes * 1000 / static_cast<std::uint64_t>(duration_ms);
    text += " (" + FormatBytes(rate) + "/s)";
  }
  AddPart(text, figures.resumed_bytes, "resumed");
  AddPart(text, figures.reused_bytes, "reused");
  return text;
}

Progress::Progress(Clock& clock, Output& output, std::string verb,
                   std::function<TransferFigures()> sample)
    : clock_(clock), output_(output), verb_(std::move(verb)), sample_(std::move(sample)) {
  if (output.quiet() || output.json() || !output.terminal().ErrorIsTerminal()) return;
  thread_ = std::thread([this] {
    for (int step = 0; !ended_; ++step) {
      if (step % kStepsPerDrawing == 0) Draw();
      clock_.SleepMs(kStepMs);
    }
  });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  ended_ = true;
  thread_.join();
  output_.terminal().WriteError(kClearLine);
}

void Progress::Draw() {
  auto figures = sample_();
  meter_.Add(clock_.MonotonicMs(), figures.moved_bytes);
  if (figures.DoneBytes() < shown_done_bytes_) {  // a file that starts over after a change
    figures.moved_bytes += shown_done_bytes_ - figures.DoneBytes();
  }
  shown_done_bytes_ = figures.DoneBytes();
  auto& terminal = output_.terminal();
  const auto text = ProgressText(verb_, figures, meter_.BytesPerSecond());
  terminal.WriteError(std::string(kClearLine) + FitWidth(text, terminal.Columns() - 1));
}

}  // namespace banyan::cli
