#include "node/config.h"

#include "storage/base/json.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/source_directory.h"

using namespace banyan;
using namespace banyan::node;

namespace {

Result<Config> Load(std::string_view text,
                    std::vector<std::pair<std::string, std::string>> flags = {}) {
  MemoryFileSystem fs;
  MUST(WriteFileDurably(fs, "/node.toml", AsBytes(text)));
  return LoadConfig(fs, {"/node.toml", std::move(flags)});
}

std::string Complaint(std::string_view text) {
  const auto config = Load(text);
  return config ? "none" : config.error().message();
}

}  // namespace

TEST_CASE("ConfigReadsEveryTypeOfValue") {
  const auto config = MUST(Load(R"(
data = "/srv/banyan"
public_url = "https://hub.example.org/hf/"
[http]
trusted_proxies = ["10.0.0.0/8", "::1"]
max_connections = 17
header_timeout = "3s"
[access]
anonymous = false
[quota]
default = "10 GiB"
)"));
  CHECK(config.data == "/srv/banyan");
  CHECK(config.public_url == "https://hub.example.org/hf");
  CHECK(config.http_trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "::1"});
  CHECK(config.http_max_connections == 17);
  CHECK(config.http_header_timeout.ms == 3000);
  CHECK_FALSE(config.access_anonymous);
  CHECK(config.quota_default.bytes == 10ull << 30);
}

TEST_CASE("FlagsOverrideTheFile") {
  const auto config = MUST(Load("data = \"/a\"\nlisten = \"127.0.0.1:1\"\n",
                                {{"listen", "127.0.0.1:2"},
                                 {"listen", "127.0.0.1:3"},
                                 {"metrics-clients", "10.0.0.1,10.1.0.0/16"},
                                 {"log-access", "false"}}));
  CHECK(config.listen == "127.0.0.1:3");
  CHECK(config.public_url.empty());
  CHECK(config.metrics_clients == std::vector<std::string>{"10.0.0.1", "10.1.0.0/16"});
  CHECK_FALSE(config.log_access);
  const auto unknown = Load("data = \"/a\"", {{"lisen", "x"}});
  CHECK(unknown.error().message() == "there is no flag --lisen; did you mean --listen?");
}

TEST_CASE("AnUnknownKeyNamesItsLineAndTheNearestKey") {
  CHECK(Complaint("data = \"/a\"\nlisten_on = \"x\"\n") ==
        "/node.toml: line 2: there is no key \"listen_on\"; did you mean \"listen\"?");
  CHECK(Complaint("[tls]\ncertificat = \"x\"\n") ==
        "/node.toml: line 2: there is no key \"tls.certificat\"; did you mean "
        "\"tls.certificate\"?");
  CHECK(Complaint("min_free = \"1 GiB\"\n") ==
        "/node.toml: line 1: there is no key \"min_free\"; did you mean \"storage.min_free\"?");
  CHECK(Complaint("[nonsense]\nx = 1\n") == "/node.toml: line 1: there is no key \"nonsense\"");
}

TEST_CASE("AWrongValueNamesItsLineAndWhatIsExpected") {
  CHECK(Complaint("\nlisten = 5\n") == "/node.toml: line 2: listen: expected a text in quotes");
  CHECK(Complaint("\nlisten = []\n") == "/node.toml: line 2: listen: expected a text in quotes");
  CHECK(Complaint("[http]\nmax_connections = \"5\"\n") ==
        "/node.toml: line 2: http.max_connections: expected a number");
  CHECK(Complaint("[http]\nmax_connections = -5\n") ==
        "/node.toml: line 2: http.max_connections: expected a number that is not negative");
  CHECK(Complaint("[http]\nidle_timeout = \"5\"\n").find("is not a duration") != std::string::npos);
  CHECK(Complaint("[http]\ntrusted_proxies = [1]\n").find("a list may hold only texts") !=
        std::string::npos);
  CHECK(Complaint("data = 1979-05-27\n").find("line 1: data: ") != std::string::npos);
  CHECK(Complaint("data = \"/a\"\ndata = \"/b\"\n").find("/node.toml: line 2: ") == 0);
  CHECK(Complaint("data = \n").find("/node.toml: line 1: ") == 0);
}

TEST_CASE("ValuesThatContradictAreRefused") {
  const std::string data = "data = \"/a\"\n";
  CHECK(Complaint("").find("data: ") == 0);
  CHECK(Complaint(data + "listen = \"nowhere\"").find("listen: ") == 0);
  CHECK(Complaint(data + "[tls]\nkey = \"/k\"").find("tls: ") == 0);
  CHECK(Complaint(data + "public_url = \"ftp://x\"").find("public_url: ") == 0);
  CHECK(Complaint(data + "public_url = \"http:///x\"").find("public_url: ") == 0);
  CHECK(Complaint(data + "public_url = \"http://x?y\"").find("public_url: ") == 0);
  CHECK(Complaint(data + "[http]\ntrusted_proxies = [\"10.0.0.1/8\"]")
            .find("http.trusted_proxies: ") == 0);
  CHECK(Complaint(data + "[log]\nlevel = \"loud\"").find("log.level: ") == 0);
  CHECK(Complaint(data + "[upload]\npart = \"1 MiB\"").find("upload.part: ") == 0);
}

TEST_CASE("APrintedConfigReadsBackTheSame") {
  const auto config =
      MUST(Load("data = \"/a \\\"b\\\" \\\\ \\u0007\"\n[access]\nregistration = true\n"
                "[http]\ntrusted_proxies = [\"10.0.0.0/8\"]\n"));
  CHECK(MUST(Load(PrintConfig(config))) == config);
}

TEST_CASE("AConfigIsJsonForPrograms") {
  const auto config =
      MUST(Load("data = \"/a \\\"b\\\"\"\n[access]\nregistration = true\n"
                "[http]\ntrusted_proxies = [\"10.0.0.0/8\"]\nheader_timeout = \"90s\"\n"));
  const Json json = ConfigJson(config);
  CHECK(json["data"] == "/a \"b\"");
  CHECK(json["access"]["registration"] == true);
  CHECK(json["http"]["trusted_proxies"] == Json::array({"10.0.0.0/8"}));
  CHECK(json["http"]["header_timeout"] == "90s");
  CHECK(json["http"]["max_connections"] == 4000);
  CHECK(json["upload"]["part"].is_string());
  for (const auto& key : ListConfigKeys()) {
    INFO(key.name);
    const auto dot = key.name.find('.');
    const bool is_top = dot == key.name.npos;
    const Json& table = is_top ? json : json[key.name.substr(0, dot)];
    CHECK(table.contains(is_top ? key.name : key.name.substr(dot + 1)));
  }
}

TEST_CASE("TheExampleFileIsTheOneInTheTree") {
  const auto file = MUST(ReadFile(
      DiskFileSystem(), testing::SourceDirectory() + "/node/banyan.example.toml", 1 << 20));
  INFO("write ExampleConfig() to node/banyan.example.toml:\n" << ExampleConfig());
  CHECK(std::string(AsText(file)) == ExampleConfig());
}

TEST_CASE("TheExampleFileSetsNothingAndUncommentedSetsDefaults") {
  CHECK(Complaint(ExampleConfig()).find("data: ") == 0);
  std::string uncommented;
  std::string example = ExampleConfig();
  for (std::size_t at = 0; at < example.size();) {
    const auto end = example.find('\n', at) + 1;
    const auto line = example.substr(at, end - at);
    const bool is_key = line.starts_with('#') && !line.starts_with("# ");
    uncommented += is_key ? line.substr(1) : line;
    at = end;
  }
  auto config = MUST(Load(uncommented, {{"data", "/a"}}));
  Config defaults;
  defaults.data = "/a";
  CHECK(config == defaults);
}

TEST_CASE("EveryKeyHasAFlagAndAMeaning") {
  for (const auto& key : ListConfigKeys()) {
    INFO(key.name);
    CHECK(key.flag.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos);
    CHECK(key.about.ends_with('.'));
    CHECK_FALSE(key.default_value.empty());
  }
}
