// Tags of GGUF repositories, as ollama and llama.cpp ask for them.
#include "node/gguf_choice.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

const std::vector<std::string> kMany = {"README.md",
                                        "imatrix.gguf",
                                        "m-IQ4_K_M.gguf",
                                        "m-Q4_0.gguf",
                                        "m-Q4_K_M.gguf",
                                        "m-Q8_0.gguf",
                                        "mmproj-m-f16.gguf",
                                        "mtp-m-Q4_K_M.gguf",
                                        "sub/m-F16-00001-of-00002.gguf",
                                        "sub/m-F16-00002-of-00002.gguf"};

std::string Model(const std::vector<std::string>& paths, std::string_view tag) {
  return MUST(ChooseGguf(paths, tag)).model;
}

}  // namespace

TEST_CASE("ATagNamesAQuantisationOrAFile") {
  CHECK(Model(kMany, "Q4_K_M") == "m-Q4_K_M.gguf");
  CHECK(Model(kMany, "q4_0") == "m-Q4_0.gguf");
  CHECK(Model(kMany, "iq4_k_m") == "m-IQ4_K_M.gguf");
  CHECK(Model(kMany, "M-q8_0.GGUF") == "m-Q8_0.gguf");
  CHECK(Model(kMany, "m-q8_0") == "m-Q8_0.gguf");
  CHECK(Model({"UD-Q4_K_XL.gguf"}, "UD-Q4_K_XL") == "UD-Q4_K_XL.gguf");
  MUST_FAIL(ChooseGguf(kMany, "Q4_K"), Errc::NotFound);
}

TEST_CASE("WithoutATagTheUsualQuantisationIsMeant") {
  for (const auto* tag : {"latest", "", "LATEST"}) {
    CHECK(Model(kMany, tag) == "m-Q4_K_M.gguf");
    CHECK(Model({"a-Q2_K.gguf", "b-Q8_0.gguf"}, tag) == "b-Q8_0.gguf");
    CHECK(Model({"a-Q2_K.gguf", "b-Q3_K.gguf"}, tag) == "a-Q2_K.gguf");
    CHECK(Model({"a.GGUF"}, tag) == "a.GGUF");
  }
}

TEST_CASE("PartsAndProjectorsBelongToTheModel") {
  const auto parts = MUST(ChooseGguf(kMany, "F16"));
  CHECK(parts.model == "sub/m-F16-00001-of-00002.gguf");
  CHECK(parts.parts == 2);
  CHECK(parts.projector == "mmproj-m-f16.gguf");
  CHECK(MUST(ChooseGguf(kMany, "m-f16-00001-of-00002")).parts == 2);
  CHECK(MUST(ChooseGguf({"m-00001-of-0000x.gguf"}, "")).parts == 1);
  CHECK(MUST(ChooseGguf({"m-00001-of-00000.gguf"}, "")).parts == 1);
  CHECK(MUST(ChooseGguf({"x.gguf"}, "")).projector.empty());
}

TEST_CASE("WhatThereIsIsSaidWhenATagMeansNothing") {
  const auto none = ChooseGguf({"README.md", "mmproj.gguf"}, "latest");
  MUST_FAIL(none, Errc::NotFound);
  CHECK(none.error().message().find("no GGUF files") != std::string::npos);
  const auto other = ChooseGguf(kMany, "Q9");
  MUST_FAIL(other, Errc::NotFound);
  CHECK(other.error().message().find("m-Q4_K_M.gguf") != std::string::npos);
}

TEST_CASE("TheNameSaysTheQuantisation") {
  CHECK(QuantisationOf("a/m-q4_k_m.gguf") == "Q4_K_M");
  CHECK(QuantisationOf("m.IQ3_XXS.gguf") == "IQ3_XXS");
  CHECK(QuantisationOf("m-BF16-00001-of-00003.gguf") == "BF16");
  CHECK(QuantisationOf("qwen2-f16-instruct.gguf") == "F16");
  CHECK(QuantisationOf("model.gguf").empty());
  CHECK(QuantisationOf("m-Q4_0.bin").empty());
}
