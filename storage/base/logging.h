#pragma once
// One line per event on standard error: time, level, room, then "event key=value ...".
// Callers shorten digests (Digest::Short) and never pass tokens, signed URLs or headers.
// Thread safe.

#include <spdlog/fmt/fmt.h>

#include <string_view>

namespace banyan::log {

enum class Level { Debug, Info, Warning, Error };

// Lines below `level` are dropped; Info at start.
void SetLevel(Level level);
bool Enabled(Level level);
void Write(Level level, std::string_view room, std::string_view line);

template <typename... Args>
void Info(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (Enabled(Level::Info))
    Write(Level::Info, room, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void Warning(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::Warning, room, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void Error(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::Error, room, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void Debug(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (Enabled(Level::Debug))
    Write(Level::Debug, room, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace banyan::log
