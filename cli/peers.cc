// peer add, list, show, remove.
#include "cli/admin_command.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "storage/base/json.h"

namespace banyan::cli {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// How its address became known.
std::string FoundText(const std::string& found) {
  if (found == "log") return "a log";
  if (found == "nearby") return "the local network";
  return "the operator";
}

Fields PeerFields(const Json& peer) {
  return {{"address", Member(peer, "address")},
          {"node", Member(peer, "node")},
          {"reached", Member(peer, "reached")},
          {"added", Member(peer, "added")},
          {"known from", FoundText(Member(peer, "found"))},
          {"answered last", Member(peer, "answered")},
          {"called last", Member(peer, "called")},
          {"problem", Printable(Member(peer, "problem"))},
          {"problem of pushing", Printable(Member(peer, "push_problem"))}};
}

class AddPeer final : public AdminCommand {
 public:
  AddPeer() : AdminCommand("peer add", "make a node one that this node asks") {
    Takes("ADDRESS", address_,
          "http://HOST[:PORT], https://HOST[:PORT], a folder, or the id of a node that calls");
    Flag("--push", push_, "it cannot reach this node: call it, and bring what it wants");
    Explain(
        "A peer is asked for what it holds, its own and what it mirrors; nothing that it says is "
        "believed without a proof. What is taken from it is said with `banyan follow`. A node that "
        "nobody can reach adds one that it can with --push; there its id is added as a peer, and "
        "named in accept_from of the policy.");
    Shows("peer add https://node.example.org", "then follow the node id that it prints");
    Shows("peer add https://node.example.org --push", "from behind a router");
    Shows("peer add NODE_ID", "such a node, at the one that it calls");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto peer = TRY(port.Call("peers/add", Json{{"address", address_}, {"push", push_}}));
    TRY(session.output().Print(peer, PeerFields(peer)));
    const auto node = Member(peer, "node");
    if (Member(peer, "reached") == "calls") {
      session.output().Note("It may bring what is asked of it when accept_from in the policy has " +
                            node);
    } else if (node.empty()) {
      session.output().Note("It has not answered yet; `banyan peer show` tells when it has");
    } else {
      session.output().Note("To mirror what it publishes: banyan follow " + node);
    }
    return Ok();
  }

  std::string address_;
  bool push_ = false;
};

class ListPeers final : public AdminCommand {
 public:
  ListPeers() : AdminCommand("peer list", "list the nodes that this node asks") {
    Shows("peer list", "with the ids of those that answered");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto peers = TRY(port.Call("peers/list", Json::object()));
    Table table({{"ADDRESS"},
                 {"NODE"},
                 {"REACHED"},
                 {"KNOWN FROM"},
                 {"ANSWERED LAST"},
                 {"PROBLEM", false, true}});
    for (const auto& peer : peers) {
      table.Add({Member(peer, "address"), Member(peer, "node"), Member(peer, "reached"),
                 FoundText(Member(peer, "found")), Member(peer, "answered"),
                 Member(peer, "problem")});
    }
    return session.output().Print(peers, table);
  }
};

class ShowPeer final : public AdminCommand {
 public:
  ShowPeer() : AdminCommand("peer show", "show one of the nodes that this node asks") {
    Takes("PEER", peer_, "its address, or its node id");
    Shows("peer show https://node.example.org", "when it answered last, and what was wrong");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    for (const auto& peer : TRY(port.Call("peers/list", Json::object()))) {
      if (peer_ != Member(peer, "address") && peer_ != Member(peer, "node")) continue;
      return session.output().Print(peer, PeerFields(peer));
    }
    return Error(Errc::NotFound, "no peer " + peer_ + ": `banyan peer list` lists them");
  }

  std::string peer_;
};

class RemovePeer final : public AdminCommand {
 public:
  RemovePeer() : AdminCommand("peer remove", "ask a node no more") {
    Takes("PEER", peer_, "its address, or its node id");
    Explain("What was mirrored stays, and goes on to come from other peers that have it.");
    Shows("peer remove https://node.example.org", "what is followed is followed still");
  }

 private:
  Status Perform(Session& session, AdminPort& port) override {
    const auto peer = TRY(port.Call("peers/remove", Json{{"peer", peer_}}));
    return session.output().Print(peer, "Removed " + Member(peer, "address"));
  }

  std::string peer_;
};

}  // namespace

std::unique_ptr<Command> MakePeerAdd() { return std::make_unique<AddPeer>(); }
std::unique_ptr<Command> MakePeerList() { return std::make_unique<ListPeers>(); }
std::unique_ptr<Command> MakePeerShow() { return std::make_unique<ShowPeer>(); }
std::unique_ptr<Command> MakePeerRemove() { return std::make_unique<RemovePeer>(); }

}  // namespace banyan::cli
