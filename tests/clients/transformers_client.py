"""What users of transformers do without torch: configurations, tokenizers, weights as numpy arrays,
and pushing all of it."""
import json
import pathlib

import numpy
from huggingface_hub import HfApi, hf_hub_download
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (AutoConfig, AutoTokenizer, GenerationConfig, LlamaConfig,
                          PreTrainedTokenizerFast)
from transformers.utils import cached_file, has_file

import contents
from cells import (COLUMN, check_equal, folder, main, number, operation, raises,
                   version_of)

api = HfApi()
MODEL = "operator/tiny-llama-" + COLUMN
WORDS = ["<unk>", "<s>", "</s>", "habari", "ya", "dunia", "leo"]
WEIGHTS = {"embed": numpy.arange(56, dtype=numpy.float32).reshape(7, 8)}


def tokenizer():
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, "<unk>"))
    made.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>", bos_token="<s>",
                                   eos_token="</s>")


@operation
def config_pushed():
    api.create_repo(MODEL)
    LlamaConfig(vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
                num_key_value_heads=2).push_to_hub(MODEL)
    GenerationConfig(max_new_tokens=5).push_to_hub(MODEL)
    assert {"config.json", "generation_config.json"} <= set(api.list_repo_files(MODEL))


@operation
def tokenizer_pushed():
    made = tokenizer()
    made.chat_template = "{{ messages[0].content }}"
    made.push_to_hub(MODEL)
    assert {"tokenizer.json", "tokenizer_config.json"} <= set(api.list_repo_files(MODEL))


@operation
def weights_pushed():
    save_file(WEIGHTS, path := folder() / "model.safetensors")
    api.upload_file(repo_id=MODEL, path_or_fileobj=path, path_in_repo="model.safetensors")


@operation
def config_loaded():
    config = AutoConfig.from_pretrained(MODEL, cache_dir=folder())
    check_equal((config.model_type, config.hidden_size), ("llama", 8))
    generation = GenerationConfig.from_pretrained(MODEL, cache_dir=folder())
    check_equal(generation.max_new_tokens, 5)
    check_equal(AutoConfig.from_pretrained(contents.READS, revision="v1",
                                           cache_dir=folder()).model_type, "llama")


@operation
def tokenizer_loaded():
    cache = folder()
    loaded = AutoTokenizer.from_pretrained(MODEL, cache_dir=cache)
    check_equal(loaded("habari ya leo")["input_ids"][-3:], [3, 4, 6])
    said = loaded.apply_chat_template([{"role": "user", "content": "habari"}], tokenize=False)
    check_equal(said, "habari")
    again = AutoTokenizer.from_pretrained(MODEL, cache_dir=cache, local_files_only=True)
    check_equal(again.get_vocab(), loaded.get_vocab())


@operation
def weights_loaded():
    place = cached_file(MODEL, "model.safetensors", cache_dir=folder())
    assert numpy.array_equal(load_file(place)["embed"], WEIGHTS["embed"])


@operation
def files_asked_for():
    assert has_file(MODEL, "config.json") and not has_file(MODEL, "pytorch_model.bin")


@operation
def errors():
    with raises(OSError, "operator/none"):
        AutoConfig.from_pretrained("operator/none", cache_dir=folder())
    with raises(OSError, "v9"):
        AutoConfig.from_pretrained(MODEL, revision="v9", cache_dir=folder())
    newer = version_of("transformers") >= number("5")
    with raises(ValueError if newer else OSError, "model_type" if newer else "config.json"):
        AutoConfig.from_pretrained(contents.SHARDED, cache_dir=folder())
    with raises(OSError, "gated repo"):
        AutoConfig.from_pretrained(contents.GATED, token=False, cache_dir=folder())


@operation
def saved_config_is_readable():
    place = hf_hub_download(MODEL, "config.json", cache_dir=folder())
    check_equal(json.loads(pathlib.Path(place).read_text())["vocab_size"], 7)


main("transformers")
