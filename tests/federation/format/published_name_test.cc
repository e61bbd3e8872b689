#include "federation/format/published_name.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;

TEST_CASE("PublishedNamesAreReadAsTheyAreWritten") {
  const PublishedName name{NodeId(HashLeaf(AsBytes("genesis"))),
                           RepositoryKey::FromRaw(HashLeaf(AsBytes("card")).bytes())};
  const auto text = name.ToString();
  CHECK(text == name.node.ToString() + "/sha256:" + name.repository.ToString());
  CHECK(MUST(PublishedName::Parse(text)) == name);
  CHECK(name.Short() == text.substr(0, 8) + "/" + name.repository.ToString().substr(0, 12));
}

TEST_CASE("WhatIsNoPublishedNameIsRefused") {
  const std::string node(52, 'a');
  const std::string key(64, '0');
  MUST(PublishedName::Parse(node + "/sha256:" + key));
  for (const std::string& text :
       {std::string(), node, node + "/" + key, "/sha256:" + key, node + "/sha256:" + key + "/",
        node.substr(1) + "/sha256:" + key, node + "/git-sha1:" + key.substr(24)}) {
    INFO(text);
    MUST_FAIL(PublishedName::Parse(text), Errc::Invalid);
  }
}
