// The only file that knows Avahi. Everything but Open, Seen, Problem and the destructor runs in the
// library's thread.
#include "node/neighbour_session.h"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/thread-watch.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "node/address_rules.h"
#include "storage/base/check.h"
#include "storage/base/logging.h"
#include "storage/base/mutex.h"

namespace banyan::node {
namespace {

using federation::Neighbour;

constexpr std::size_t kServicesMax = 64;  // looked at; in a flood of more the first ones count
constexpr std::size_t kTextsMax = 16;     // of a TXT record; more are not looked at
constexpr int kNamesMax = 8;              // tried, while others say that they have them
constexpr const char* kDomain = "local";

struct Free {
  void operator()(AvahiThreadedPoll* poll) const { ::avahi_threaded_poll_free(poll); }
  void operator()(AvahiClient* client) const { ::avahi_client_free(client); }
  void operator()(AvahiServiceResolver* resolver) const { ::avahi_service_resolver_free(resolver); }
  void operator()(AvahiStringList* list) const { ::avahi_string_list_free(list); }
  void operator()(char* text) const { ::avahi_free(text); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

sockaddr_storage SocketAddress(const AvahiAddress& address) {
  sockaddr_storage storage{};
  if (address.proto == AVAHI_PROTO_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, &address.data.ipv4.address, sizeof v4.sin_addr);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.data.ipv6.address, sizeof v6.sin6_addr);
  }
  return storage;
}

std::vector<std::string> Texts(AvahiStringList* list) {
  std::vector<std::string> texts;
  for (; list != nullptr && texts.size() < kTextsMax; list = ::avahi_string_list_get_next(list)) {
    const auto* text = reinterpret_cast<const char*>(::avahi_string_list_get_text(list));
    texts.emplace_back(text, ::avahi_string_list_get_size(list));
  }
  return texts;
}

Error Unavailable(int error) {
  std::string what = ::avahi_strerror(error);
  if (error == AVAHI_ERR_NO_DAEMON || error == AVAHI_ERR_DBUS_ERROR) {
    what = "no avahi-daemon answers on this machine (it is a package of that name)";
  }
  if (error == AVAHI_ERR_DISCONNECTED) what = "the avahi-daemon of this machine ended";
  return Error(Errc::Unavailable, what);
}

class Session final : public NeighbourSession {
 public:
  static Result<std::unique_ptr<NeighbourSession>> Open(const OwnAnnouncement& own);
  ~Session() override { ::avahi_threaded_poll_stop(poll_.get()); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::vector<Neighbour> Seen() override EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return seen_;
  }
  std::optional<Error> Problem() override EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return problem_;
  }

 private:
  // IPv4 first, one version of IP of one network link after the other.
  using Key = std::tuple<AvahiProtocol, AvahiIfIndex, std::string>;
  struct Service {
    Session* session = nullptr;
    Owned<AvahiServiceResolver> resolver;  // goes on telling what changes
    std::optional<Neighbour> neighbour;
  };

  explicit Session(const OwnAnnouncement& own)
      : own_(own), name_("banyan-" + own.node.Short()), poll_(::avahi_threaded_poll_new()) {}
  static void OnClient(AvahiClient* client, AvahiClientState state, void* self);
  static void OnGroup(AvahiEntryGroup* group, AvahiEntryGroupState state, void* self);
  static void OnBrowser(AvahiServiceBrowser*, AvahiIfIndex interface, AvahiProtocol protocol,
                        AvahiBrowserEvent event, const char* name, const char*, const char*,
                        AvahiLookupResultFlags flags, void* self);
  static void OnResolver(AvahiServiceResolver*, AvahiIfIndex, AvahiProtocol,
                         AvahiResolverEvent event, const char*, const char*, const char*,
                         const char*, const AvahiAddress* address, std::uint16_t port,
                         AvahiStringList* texts, AvahiLookupResultFlags, void* service);
  void Announce(AvahiClient* client);
  int AddService();
  bool TakeOtherName();
  void Watch(AvahiClient* client, const Key& key);
  void Publish() EXCLUDES(mutex_);
  void End(int error) EXCLUDES(mutex_);

  const OwnAnnouncement own_;
  const AddressRule may_dial_ = AddressRuleFor(federation::Found::Nearby);
  std::string name_;
  int names_tried_ = 1;
  const Owned<AvahiThreadedPoll> poll_;
  AvahiEntryGroup* group_ = nullptr;  // the client's
  Mutex mutex_;
  std::vector<Neighbour> seen_ GUARDED_BY(mutex_);
  std::optional<Error> problem_ GUARDED_BY(mutex_);
  Owned<AvahiClient> client_;  // after what its callbacks use
  std::map<Key, Service> services_;
};

Result<std::unique_ptr<NeighbourSession>> Session::Open(const OwnAnnouncement& own) {
  std::unique_ptr<Session> session(new Session(own));
  ENSURE(session->poll_ != nullptr);
  int error = AVAHI_OK;
  auto* client =
      ::avahi_client_new(::avahi_threaded_poll_get(session->poll_.get()),
                         static_cast<AvahiClientFlags>(0), OnClient, session.get(), &error);
  if (client == nullptr) return Unavailable(error);
  session->client_.reset(client);
  const auto* browser =
      ::avahi_service_browser_new(client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, kAnnouncedService,
                                  kDomain, AVAHI_LOOKUP_USE_MULTICAST, OnBrowser, session.get());
  if (browser == nullptr) return Unavailable(::avahi_client_errno(client));
  if (::avahi_threaded_poll_start(session->poll_.get()) < 0) return Unavailable(AVAHI_ERR_FAILURE);
  return std::unique_ptr<NeighbourSession>(std::move(session));
}

// First called while the client is being made.
void Session::OnClient(AvahiClient* client, AvahiClientState state, void* self) {
  auto& session = *static_cast<Session*>(self);
  switch (state) {
    case AVAHI_CLIENT_S_RUNNING: return session.Announce(client);
    case AVAHI_CLIENT_FAILURE: return session.End(::avahi_client_errno(client));
    case AVAHI_CLIENT_S_COLLISION:
    case AVAHI_CLIENT_S_REGISTERING:  // the host takes another name
      if (session.group_ != nullptr) ::avahi_entry_group_reset(session.group_);
      return;
    case AVAHI_CLIENT_CONNECTING: return;
  }
}

void Session::Announce(AvahiClient* client) {
  if (own_.reached == ReachedOver::Nothing) return;
  if (group_ == nullptr) group_ = ::avahi_entry_group_new(client, OnGroup, this);
  if (group_ == nullptr) return End(::avahi_client_errno(client));
  if (!::avahi_entry_group_is_empty(group_)) return;
  int error = AddService();
  while (error == AVAHI_ERR_COLLISION && TakeOtherName()) error = AddService();
  if (error == AVAHI_OK) error = ::avahi_entry_group_commit(group_);
  if (error != AVAHI_OK && error != AVAHI_ERR_COLLISION) End(error);
}

int Session::AddService() {
  auto protocol = AVAHI_PROTO_UNSPEC;
  if (own_.reached == ReachedOver::V4) protocol = AVAHI_PROTO_INET;
  if (own_.reached == ReachedOver::V6) protocol = AVAHI_PROTO_INET6;
  Owned<AvahiStringList> texts;
  for (const auto& text : AnnouncedTexts(own_.node, own_.uses_tls)) {
    texts.reset(::avahi_string_list_add(texts.release(), text.c_str()));
  }
  return ::avahi_entry_group_add_service_strlst(
      group_, AVAHI_IF_UNSPEC, protocol, static_cast<AvahiPublishFlags>(0), name_.c_str(),
      kAnnouncedService, nullptr, nullptr, own_.port, texts.get());
}

// False when it is to stay unnamed: somebody takes every name.
bool Session::TakeOtherName() {
  if (names_tried_ == kNamesMax) {
    log::Warning("federation", "event=neighbours_unnamed error=\"others have every name tried\"");
    return false;
  }
  ++names_tried_;
  name_ = Owned<char>(::avahi_alternative_service_name(name_.c_str())).get();
  return true;
}

void Session::OnGroup(AvahiEntryGroup* group, AvahiEntryGroupState state, void* self) {
  auto& session = *static_cast<Session*>(self);
  auto* client = ::avahi_entry_group_get_client(group);
  if (state == AVAHI_ENTRY_GROUP_FAILURE) return session.End(::avahi_client_errno(client));
  if (state != AVAHI_ENTRY_GROUP_COLLISION || !session.TakeOtherName()) return;
  ::avahi_entry_group_reset(group);
  session.Announce(client);
}

void Session::OnBrowser(AvahiServiceBrowser* browser, AvahiIfIndex interface,
                        AvahiProtocol protocol, AvahiBrowserEvent event, const char* name,
                        const char*, const char*, AvahiLookupResultFlags flags, void* self) {
  auto& session = *static_cast<Session*>(self);
  auto* client = ::avahi_service_browser_get_client(browser);
  if (event == AVAHI_BROWSER_FAILURE) return session.End(::avahi_client_errno(client));
  const bool is_own = (flags & AVAHI_LOOKUP_RESULT_OUR_OWN) != 0;
  if (event == AVAHI_BROWSER_NEW && !is_own) {
    session.Watch(client, {protocol, interface, name});
  } else if (event == AVAHI_BROWSER_REMOVE) {
    session.services_.erase({protocol, interface, name});
    session.Publish();
  }
}

void Session::Watch(AvahiClient* client, const Key& key) {
  if (services_.contains(key) || services_.size() == kServicesMax) return;
  const auto& [protocol, interface, name] = key;
  auto& service = services_[key];
  service.session = this;
  service.resolver.reset(::avahi_service_resolver_new(
      client, interface, protocol, name.c_str(), kAnnouncedService, kDomain, protocol,
      AVAHI_LOOKUP_USE_MULTICAST, OnResolver, &service));
  if (service.resolver == nullptr) services_.erase(key);
}

void Session::OnResolver(AvahiServiceResolver*, AvahiIfIndex, AvahiProtocol,
                         AvahiResolverEvent event, const char*, const char*, const char*,
                         const char*, const AvahiAddress* address, std::uint16_t port,
                         AvahiStringList* texts, AvahiLookupResultFlags, void* self) {
  auto& service = *static_cast<Service*>(self);
  auto& session = *service.session;
  service.neighbour.reset();
  if (event == AVAHI_RESOLVER_FOUND && address != nullptr) {
    service.neighbour =
        ReadAnnouncement({SocketAddress(*address), port, Texts(texts)}, session.may_dial_);
  }
  session.Publish();
}

void Session::Publish() {
  std::vector<Neighbour> seen;
  for (const auto& [key, service] : services_) {
    if (!service.neighbour || service.neighbour->node == own_.node) continue;
    if (std::ranges::count(seen, *service.neighbour) == 0) seen.push_back(*service.neighbour);
  }
  const MutexLock lock(mutex_);
  seen_ = std::move(seen);
}

void Session::End(int error) {
  const MutexLock lock(mutex_);
  if (!problem_) problem_ = Unavailable(error);
}

}  // namespace

Result<std::unique_ptr<NeighbourSession>> OpenAvahi(const OwnAnnouncement& own) {
  return Session::Open(own);
}

}  // namespace banyan::node
