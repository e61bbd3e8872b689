#include "cli/program.h"

#include <algorithm>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/session.h"
#include "storage/base/json.h"
#include "storage/base/version.h"

namespace banyan::cli {
namespace {

Status Perform(Session& session, Output& output, const Result<ParsedLine>& parsed) {
  if (!parsed) return parsed.error();
  switch (parsed->wish) {
    case ParsedLine::Wish::Version:
      return output.Print(Json{{"version", std::string(Version())}},
                          "banyan " + std::string(Version()));
    case ParsedLine::Wish::Help:
      return output.Document("help", TRY(HelpAbout(session.table(), parsed->topic,
                                                   session.environment().terminal.Columns())));
    case ParsedLine::Wish::Run:
      ENSURE(parsed->command != nullptr);
      return parsed->command->Run(session);
  }
  return Ok();
}

}  // namespace

int RunProgram(Environment& environment, std::vector<std::string> arguments) {
  CommandTable table(AllCommands());
  // A wrong line, or one that asks for help, may not have been read as far as its --json.
  const bool wants_json =
      std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  const auto parsed = ParseCommandLine(table, std::move(arguments));
  Session session(environment, table);
  Output json(environment.terminal, {.json = true});
  const bool runs = parsed && parsed->wish == ParsedLine::Wish::Run;
  Output& output = wants_json && !runs ? json : session.output();
  auto status = Perform(session, output, parsed);
  if (status) status = output.Flush();
  if (status) return kExitDone;
  output.Failure(status.error());
  return ExitCodeOf(status.error().code());
}

}  // namespace banyan::cli
