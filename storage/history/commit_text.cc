#include "storage/history/commit_text.h"

#include <algorithm>

#include "storage/base/utf8.h"

namespace banyan::storage {
namespace {

Status CheckLine(std::string_view what, std::string_view text) {
  const bool bad = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '<' || c == '>';
  });
  if (bad || text.size() > 255 || !IsUtf8(text)) {
    return Error(Errc::Invalid, std::string(what) +
                                    ": at most 255 bytes of UTF-8, without angle brackets and "
                                    "control characters");
  }
  return Ok();
}

// "name <email> seconds +0000"
Result<std::string> PersonLine(const Person& person, std::int64_t time_ms) {
  TRY(CheckLine("author name", person.name));
  TRY(CheckLine("author email", person.email));
  if (person.name.find_first_not_of(' ') == std::string::npos) {
    return Error(Errc::Invalid, "author name: must not be empty");
  }
  if (time_ms < 0) return Error(Errc::Invalid, "commit time: must not be before 1970");
  return person.name + " <" + person.email + "> " + std::to_string(time_ms / 1000) + " +0000";
}

Status CheckMessage(std::string_view message) {
  if (message.size() > kMaxMessageBytes || message.find('\0') != std::string_view::npos ||
      !IsUtf8(message)) {
    return Error(Errc::Invalid, "message: at most 64 KiB of UTF-8 without NUL");
  }
  return Ok();
}

Bytes ToBytes(const std::string& text) {
  const auto view = AsBytes(text);
  return Bytes(view.begin(), view.end());
}

}  // namespace

Result<Bytes> EncodeCommit(const CommitText& commit) {
  TRY(CheckMessage(commit.message));
  const std::string person = TRY(PersonLine(commit.author, commit.time_ms));
  std::string text = "tree " + commit.tree.ToString() + "\n";
  for (const auto& parent : commit.parents) text += "parent " + parent.ToString() + "\n";
  text += "author " + person + "\ncommitter " + person + "\n\n" + commit.message;
  if (text.back() != '\n') text += '\n';  // as git itself ends messages
  return ToBytes(text);
}

Result<Bytes> EncodeTag(const TagText& tag) {
  TRY(CheckMessage(tag.message));
  const std::string person = TRY(PersonLine(tag.tagger, tag.time_ms));
  std::string text = "object " + tag.commit.ToString() + "\ntype commit\ntag " + tag.name +
                     "\ntagger " + person + "\n\n" + tag.message;
  if (text.back() != '\n') text += '\n';
  return ToBytes(text);
}

std::string MessageOfTag(ByteView tag) {
  const auto text = AsText(tag);
  const auto begin = text.find("\n\n");
  if (begin == text.npos) return "";
  std::string message(text.substr(begin + 2));
  for (const char* form : {"PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"}) {
    const auto line = "-----BEGIN " + std::string(form) + "-----";
    const auto at = message.rfind(line);
    if (at == 0 || (at != message.npos && message[at - 1] == '\n')) message.erase(at);
  }
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return message;
}

}  // namespace banyan::storage
