#pragma once
// One command of the program: what it is called, what it takes, how it is explained, and what it
// does. Help, completion, the man page and the parser all read the same description.
//
// A command's file defines a class that names its parameters in the constructor, binding each to
// a member, and uses them in Run:
//
//   class Rename final : public Command {
//    public:
//     Rename() : Command("rename", "give a thing another name") {
//       Takes("OLD", old_, "its present name");
//       Flag("-f,--force", force_, "even if the new name is taken");
//       Shows("rename a b", "call a b from now on");
//     }
//     Status Run(Session& session) override;

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "storage/base/result.h"

namespace banyan::cli {

class Session;

// What the shell offers for a value.
enum class Offers { Nothing, Files, Folders };

struct Parameter {
  enum class Kind { Argument, OptionalArgument, Flag, Option };
  using Target = std::variant<bool*, std::string*, std::optional<std::string>*,
                              std::vector<std::string>*, std::optional<std::uint64_t>*>;
  Kind kind = Kind::Flag;
  std::string name;   // "REPO" of an argument; "--rev" or "-r,--rev" of the others
  std::string value;  // what stands for an option's value in help
  std::string help;
  Target target;
  std::vector<std::string> choices = {};  // the only values allowed; empty: any
  Offers offers = Offers::Nothing;
  std::uint64_t at_least = 0;  // of a number

  bool IsArgument() const { return kind == Kind::Argument || kind == Kind::OptionalArgument; }
  bool IsRepeatable() const { return std::holds_alternative<std::vector<std::string>*>(target); }
  // "-r", "--rev".
  std::vector<std::string> Spellings() const;
};

// A list of parameters, in order. Targets must outlive the parse.
class Parameters {
 public:
  // An argument that must be given; a list takes all that follow.
  template <typename T>
  Parameter& Takes(std::string name, T& target, std::string help) {
    return Add({Parameter::Kind::Argument, std::move(name), "", std::move(help), &target});
  }
  // An argument that may be left out.
  template <typename T>
  Parameter& MayTake(std::string name, T& target, std::string help) {
    return Add({Parameter::Kind::OptionalArgument, std::move(name), "", std::move(help), &target});
  }
  Parameter& Flag(std::string name, bool& target, std::string help) {
    return Add({Parameter::Kind::Flag, std::move(name), "", std::move(help), &target});
  }
  // An option with a value; a list may be given several times.
  template <typename T>
  Parameter& Option(std::string name, std::string value, T& target, std::string help) {
    return Add(
        {Parameter::Kind::Option, std::move(name), std::move(value), std::move(help), &target});
  }
  const std::deque<Parameter>& all() const { return parameters_; }

 private:
  Parameter& Add(Parameter parameter) { return parameters_.emplace_back(std::move(parameter)); }
  std::deque<Parameter> parameters_;
};

struct Example {
  std::string command;  // after "banyan "
  std::string meaning;
};

class Command : private Parameters {
 public:
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Words separated by a space: "ls", "admin user create".
  const std::string& name() const { return name_; }
  const std::string& summary() const { return summary_; }
  const std::string& explanation() const { return explanation_; }
  const std::deque<Parameter>& parameters() const { return all(); }
  const std::vector<Example>& examples() const { return examples_; }
  bool takes_several_nodes() const { return takes_several_nodes_; }

  // Does it, with the parameters as parsed. An error's message reads "what was wrong: what to do".
  virtual Status Run(Session& session) = 0;

 protected:
  Command(std::string name, std::string summary)
      : name_(std::move(name)), summary_(std::move(summary)) {}

  // Paragraphs separated by an empty line.
  void Explain(std::string text) { explanation_ = std::move(text); }
  using Parameters::Flag;
  using Parameters::MayTake;
  using Parameters::Option;
  using Parameters::Takes;
  // --node may be given several times.
  void TakesSeveralNodes() { takes_several_nodes_ = true; }
  void Shows(std::string command, std::string meaning) {
    examples_.push_back({std::move(command), std::move(meaning)});
  }

 private:
  std::string name_;
  std::string summary_;
  std::string explanation_;
  std::vector<Example> examples_;
  bool takes_several_nodes_ = false;
};

}  // namespace banyan::cli
