// help, completion.
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/session.h"
#include "storage/base/version.h"

namespace banyan::cli {
namespace {

class Help final : public Command {
 public:
  Help() : Command("help", "explain a command, with examples") {
    MayTake("COMMAND", words_, "what to explain; nothing: the program");
    Flag("--man", man_, "print the manual page, in roff");
    Shows("help push", "explain push");
    Shows("help --man | man -l -", "read the manual page");
  }

  Status Run(Session& session) override {
    if (man_) return session.output().Document("manual", ManPage(session.table(), Version()));
    std::string name;
    for (const auto& word : words_) name += (name.empty() ? "" : " ") + word;
    if (name == "man") {
      return session.output().Document("help",
                                       "The manual page is printed by --man, in roff. To read it:\n"
                                       "  banyan help --man | man -l -\n");
    }
    const auto columns = session.environment().terminal.Columns();
    return session.output().Document("help", TRY(HelpAbout(session.table(), name, columns)));
  }

 private:
  std::vector<std::string> words_;
  bool man_ = false;
};

class Completion final : public Command {
 public:
  Completion() : Command("completion", "print a script that completes commands in a shell") {
    Takes("SHELL", shell_, "for which shell").choices = {"bash", "zsh", "fish"};
    Shows("completion bash > ~/.local/share/bash-completion/completions/banyan",
          "complete in every new bash");
    Shows("completion fish > ~/.config/fish/completions/banyan.fish", "complete in fish");
  }

  Status Run(Session& session) override {
    const auto& table = session.table();
    if (shell_ == "bash") return session.output().Document("script", BashCompletion(table));
    if (shell_ == "zsh") return session.output().Document("script", ZshCompletion(table));
    return session.output().Document("script", FishCompletion(table));
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeHelp() { return std::make_unique<Help>(); }
std::unique_ptr<Command> MakeCompletion() { return std::make_unique<Completion>(); }

}  // namespace banyan::cli
