#include "storage/metadata/search_text.h"

#include "storage/base/sqlite.h"
#include "storage/metadata/search_characters.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

// A real index in memory; documents are numbered from 1.
class Index {
 public:
  explicit Index(const std::vector<std::string>& documents) {
    connection_ = MUST(Connection::Open({":memory:", "", true}));
    MUST(connection_->ExecuteScript(
        "CREATE VIRTUAL TABLE t USING fts5(c, tokenize=\"unicode61 remove_diacritics 2 "
        "categories 'L* N* Co M*'\")"));
    for (const auto& document : documents) {
      MUST(connection_->Execute("INSERT INTO t VALUES(?)", IndexText(document)));
    }
  }
  // The documents found, e.g. "1,3".
  std::string Find(std::string_view query) {
    const auto match = MUST(MatchQuery(query));
    INFO(match);
    auto rows = connection_->Query("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", match);
    std::string found;
    while (rows.Next()) found += (found.empty() ? "" : ",") + std::to_string(rows.Int(0));
    MUST(rows.status());
    return found;
  }

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace

TEST_CASE("EnglishIsFoundByWordsAndPrefix") {
  Index index({"A large Language Model for café chat", "language tools", "models in general"});
  REQUIRE(index.Find("language") == "1,2");
  REQUIRE(index.Find("LANGUAGE model") == "1");
  REQUIRE(index.Find("mod") == "1,3");      // prefix of the last word
  REQUIRE(index.Find("lang model") == "");  // but only of the last
  REQUIRE(index.Find("cafe") == "1");
  REQUIRE(index.Find("CAFÉ") == "1");
  REQUIRE(index.Find("m") == "");  // one letter is no prefix
}

TEST_CASE("ChineseWordsAreFoundInsideASentence") {
  Index index({"深度学习图像分类模型", "图像与文本", "像图一样", "量子"});
  REQUIRE(index.Find("图像") == "1,2");
  REQUIRE(index.Find("图像分类") == "1");
  REQUIRE(index.Find("模型") == "1");
  REQUIRE(index.Find("像") == "1,2,3");
  REQUIRE(index.Find("学习 模型") == "1");
  REQUIRE(index.Find("模型　学习") == "1");  // ideographic space, any order
  REQUIRE(index.Find("图像，模型！") == "1");
  REQUIRE(index.Find("类图") == "");
  REQUIRE(index.Find("𠀀") == "");
}

TEST_CASE("MixedTextIsFoundByEitherScript") {
  Index index({"Qwen-7B 模型", "Qwen 7B", "7B qwen模型", "ＱＷＥＮ－７Ｂ"});
  REQUIRE(index.Find("Qwen-7B 模型") == "1");
  REQUIRE(index.Find("qwen-7b") == "1,2,4");
  REQUIRE(index.Find("Qwen-7") == "1,2,4");
  REQUIRE(index.Find("qwen模型") == "1,3");
  REQUIRE(index.Find("７Ｂ") == "1,2,3,4");
}

TEST_CASE("ArabicIsFoundWithAndWithoutVowelSigns") {
  Index index(
      {"نَصٌّ مُشَكَّلٌ بِالكَامِلِ", "اللغـــة العربية", "إلى أحمد", "مدرسه ١٢٣", "می‌خواهم"});
  REQUIRE(index.Find("مشكل") == "1");
  REQUIRE(index.Find("مُشَكَّل") == "1");
  REQUIRE(index.Find("اللغة") == "2");      // tatweel
  REQUIRE(index.Find("العربيه") == "2");    // teh marbuta typed as heh
  REQUIRE(index.Find("الى احمد") == "3");   // alef and yeh forms
  REQUIRE(index.Find("مدرسة 123") == "4");  // digits
  REQUIRE(index.Find("میخواهم") == "5");    // joiner left out
  REQUIRE(index.Find("حمد") == "");
}

TEST_CASE("HindiWordsStayWhole") {
  Index index({"हिन्दी भाषा मॉडल", "हिन्द महासागर"});
  REQUIRE(index.Find("हिन्दी") == "1");
  REQUIRE(index.Find("भाषा मॉडल") == "1");
  REQUIRE(index.Find("ह") == "");
  REQUIRE(index.Find("मॉडल।") == "1");
}

TEST_CASE("ScriptsWithoutSpacesAreFoundInside") {
  Index index({"โมเดลภาษาไทยขนาดใหญ่", "ម៉ូដែលភាសាខ្មែរ", "မြန်မာဘာသာ", "ພາສາລາວ", "日本語のモデルです",
               "한국어 모델"});
  REQUIRE(index.Find("ภาษาไทย") == "1");
  REQUIRE(index.Find("ไทย ใหญ่") == "1");
  REQUIRE(index.Find("ภาษา") == "1");
  REQUIRE(index.Find("ខ្មែរ") == "2");
  REQUIRE(index.Find("ဘာသာ") == "3");
  REQUIRE(index.Find("ລາວ") == "4");
  REQUIRE(index.Find("モデル") == "5");
  REQUIRE(index.Find("日本") == "5");
  REQUIRE(index.Find("한국") == "6");  // prefix
  REQUIRE(index.Find("ไทยภาษา") == "");
}

TEST_CASE("NothingTheUserTypesIsSyntax") {
  Index index({"and or not near", "c", "he said \"hi\" (twice)", "a*b^c:d{e}"});
  REQUIRE(index.Find("AND") == "1");
  REQUIRE(index.Find("or NOT near") == "1");
  REQUIRE(index.Find("NEAR(a b)") == "");
  REQUIRE(index.Find("\"hi\" (twice)") == "3");
  REQUIRE(index.Find("hi\"") == "3");
  REQUIRE(index.Find("c:d") == "4");
  REQUIRE(index.Find("c : x") == "");
  REQUIRE(index.Find("a*b^c") == "4");
  REQUIRE(index.Find("'; DROP TABLE t; --") == "");
  REQUIRE(index.Find("and 🙂 or") == "1");  // a symbol alone is left out
  REQUIRE(index.Find("and … ‐ or") == "1");
  REQUIRE(index.Find(std::string_view("an\0d", 4)) == "");
  REQUIRE(index.Find("near\xFF") == "1");
}

TEST_CASE("EveryByteStringGivesAValidQueryOrInvalid") {
  Index index({"x"});
  std::uint32_t state = 7;
  for (int round = 0; round < 3000; ++round) {
    std::string query;
    static constexpr std::string_view kParts[] = {"\"",
                                                  "*",
                                                  "(",
                                                  ")",
                                                  "AND",
                                                  " ",
                                                  "^",
                                                  ":",
                                                  "-",
                                                  "+",
                                                  "模",
                                                  "a",
                                                  "\xFF",
                                                  "{",
                                                  "}",
                                                  "'",
                                                  "ไ",
                                                  "่",
                                                  "\xE2\x80\x8C",
                                                  ",",
                                                  "NEAR",
                                                  "\\",
                                                  std::string_view("\0", 1)};
    for (int i = 0; i < 8; ++i) {
      state = state * 1664525 + 1013904223;
      query += kParts[(state >> 16) % std::size(kParts)];
    }
    const auto match = MatchQuery(query);
    if (match) index.Find(query);
  }
}

TEST_CASE("QueryWithoutWordsIsInvalid") {
  for (const std::string_view query :
       {"", "   ", "-", "!?", "。，", "🙂", "　", "\xFF", "ـ", "\"\""}) {
    INFO(query);
    MUST_FAIL(MatchQuery(query), Errc::Invalid);
  }
  MUST_FAIL(MatchQuery(std::string(1025, 'a')), Errc::Invalid);
  std::string many;
  for (int i = 0; i < 33; ++i) many += "a ";
  MUST_FAIL(MatchQuery(many), Errc::Invalid);
}

TEST_CASE("IndexTextIsIdempotent") {
  for (const std::string_view text :
       {"Qwen-7B 模型 v2", "  a \t\n b  ", "โมเดล ่ ก่อน", "مُشَكَّل", "日本語のモデルです。", "か\u3099",
        "x\u0E48y", "模\u0E48", "\xFF\xFE", ""}) {
    const auto once = IndexText(text);
    INFO(once);
    REQUIRE(IndexText(once) == once);
  }
  REQUIRE(IndexText("Qwen-7B模型v2") == "Qwen-7B 模 型 v2");
  REQUIRE(IndexText("  a \t\n b  ") == "a b");
  REQUIRE(IndexText("ไทยนี่") == "ไ ท ย นี่");
}

TEST_CASE("CharacterTablesAgreeWithTheTokenizer") {
  // Whatever stands alone must be a token of its own to SQLite, or it could never be found.
  Index index({});
  for (const char32_t c : {U'模', U'ไ', U'ກ', U'ခ', U'ក', U'か', U'カ', U'々', U'〇', U'ｱ'}) {
    REQUIRE(StandsAlone(c));
    REQUIRE(IsWordCharacter(c));
    REQUIRE(FoldForSearch(c) == c);
  }
  for (const char32_t c : {U'a', U'é', U'ह', U'ع', U'한', U'-', U'。'})
    REQUIRE_FALSE(StandsAlone(c));
}
