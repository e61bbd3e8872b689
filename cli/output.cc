#include "cli/output.h"

#include <algorithm>

#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kHoldBytes = 64u << 10;

}  // namespace

Status Output::Hold(std::string_view text) {
  held_ += text;
  return held_.size() < kHoldBytes ? Ok() : Flush();
}

Status Output::Flush() {
  const auto text = std::exchange(held_, {});
  return text.empty() ? Ok() : terminal_.Write(text);
}

Status Output::Raw(std::string_view text) { return Hold(text); }
Status Output::Document(const char* member, std::string_view text) {
  return json() ? Hold(DumpJson(Json{{member, std::string(text)}}, 2) + "\n") : Hold(text);
}
Status Output::Line(std::string_view text) { return Hold(Printable(text) + "\n"); }

Status Output::Print(const Json& value, std::string_view text) {
  if (json()) return Hold(DumpJson(value, 2) + "\n");
  return Line(text);
}

Status Output::Print(const Json& value, const Table& table) {
  if (json()) return Hold(DumpJson(value, 2) + "\n");
  if (!terminal_.OutputIsTerminal()) return Hold(table.ForPipe());
  return table.empty() ? Ok() : Hold(table.ForTerminal(terminal_.Columns()));
}

Status Output::Print(const Json& value,
                     const std::vector<std::pair<std::string, std::string>>& fields) {
  if (json()) return Hold(DumpJson(value, 2) + "\n");
  std::size_t width = 0;
  for (const auto& [name, text] : fields) width = std::max(width, DisplayWidth(name));
  for (const auto& [name, text] : fields) {
    if (text.empty()) continue;
    TRY(Line(name + ":" + std::string(width - DisplayWidth(name) + 1, ' ') + text));
  }
  return Ok();
}

void Output::Note(std::string_view text) {
  if (!options_.quiet) terminal_.WriteError(Printable(text) + "\n");
}

void Output::Detail(std::string_view text) {
  if (options_.verbose) terminal_.WriteError(Printable(text) + "\n");
}

void Output::Failure(const Error& error) {
  (void)Flush();
  if (json()) {
    terminal_.WriteError(
        DumpJson(Json{{"error", error.message()}, {"code", std::string(ToString(error.code()))}}) +
        "\n");
  } else {
    terminal_.WriteError("banyan: " + Printable(error.message()) + "\n");
  }
}

}  // namespace banyan::cli
