#include "storage/metadata/markdown_text.h"

#include <chrono>

#include "storage/base/utf8.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("ReadmeGivesItsTitleAndFirstParagraphs") {
  const auto summary = SummariseMarkdown(R"(<p align="center"><img src="logo.png"></p>

# Tiny **Llama** `1.1B`

[![badge](https://b/x.svg)](https://b)

The *Tiny* model is [open](https://example.org) &amp; small,
trained on <b>text</b>.

## Use

```python
import x
```

| a | b |
|---|---|
| 1 | 2 |

- first item
- second ![chart](c.png) item
)");
  REQUIRE(summary.title == "Tiny Llama 1.1B");
  REQUIRE(summary.description ==
          "The Tiny model is open & small, trained on text.\nfirst item\nsecond item");
}

TEST_CASE("FirstHeadingIsTheTitleWithoutALevelOne") {
  REQUIRE(SummariseMarkdown("## Second\n\n### Third\n").title == "Second");
  REQUIRE(SummariseMarkdown("## Second\n\n# First\n\n# Other\n").title == "First");
  REQUIRE(SummariseMarkdown("Setext\n===\n").title == "Setext");
  REQUIRE(SummariseMarkdown("just text").title.empty());
  REQUIRE(SummariseMarkdown("").description.empty());
}

TEST_CASE("SummaryIsCutBetweenCharacters") {
  std::string text = "# ";
  for (int i = 0; i < 1000; ++i) text += "模";
  const auto summary = SummariseMarkdown(text + "\n\n" + text.substr(2), 100);
  REQUIRE(summary.title.size() == 255);
  REQUIRE(summary.description.size() == 99);
  REQUIRE(IsUtf8(summary.description));
}

TEST_CASE("HostileMarkdownIsReadFast") {
  std::string links;
  std::string quotes;
  std::string marks;
  for (int i = 0; i < 40000; ++i) {
    links += "[a](";
    quotes += "> ";
    marks += "*a_ ";
  }
  const auto start = std::chrono::steady_clock::now();
  for (const auto& text :
       {links, quotes, marks, std::string(100000, '['), std::string(100000, '`'),
        std::string(100000, '\xFF'), std::string(100000, '\0'), std::string(100000, '<')}) {
    const auto summary = SummariseMarkdown(text);
    REQUIRE(summary.description.size() <= 2048);
    REQUIRE(IsUtf8(summary.description));
  }
  REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}
