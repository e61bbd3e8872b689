"""A model of the llama architecture that loads and answers, though nothing sensible: one layer of
random weights, and a vocabulary of the 256 bytes. GGUF version 3; standard library only."""
import array
import random
import struct

WIDTH, HEADS, HIDDEN, CONTEXT = 32, 2, 64, 256
WORDS = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
KINDS = [2, 3, 3, *[6] * 256]  # of words: unknown, control, byte
U16, U32, F32, STRING, ARRAY, I32 = 2, 4, 6, 8, 9, 5  # types of values
ALIGNMENT = 32


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def pair(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def numbers(key, kind, code, values):
    head = struct.pack("<IQ", kind, len(values))
    return pair(key, ARRAY, head + struct.pack(f"<{len(values)}{code}", *values))


def metadata():
    """Pairs that say what the model is."""
    sizes = {"context_length": CONTEXT, "embedding_length": WIDTH, "block_count": 1,
             "feed_forward_length": HIDDEN, "attention.head_count": HEADS,
             "rope.dimension_count": WIDTH // HEADS, "vocab_size": len(WORDS)}
    ids = {"unknown_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    words = struct.pack("<IQ", STRING, len(WORDS)) + b"".join(map(text, WORDS))
    return [pair("general.architecture", STRING, text("llama")),
            pair("llama.attention.layer_norm_rms_epsilon", F32, struct.pack("<f", 1e-5)),
            *(pair(f"llama.{key}", U32, struct.pack("<I", size)) for key, size in sizes.items()),
            *(pair(f"tokenizer.ggml.{key}", U32, struct.pack("<I", at)) for key, at in ids.items()),
            pair("tokenizer.ggml.model", STRING, text("llama")),
            pair("tokenizer.ggml.tokens", ARRAY, words),
            numbers("tokenizer.ggml.scores", F32, "f", [0.0] * len(WORDS)),
            numbers("tokenizer.ggml.token_type", I32, "i", KINDS)]


def shapes():
    square, up = [WIDTH, WIDTH], [WIDTH, HIDDEN]
    layer = {"attn_norm": [WIDTH], "attn_q": square, "attn_k": square, "attn_v": square,
             "attn_output": square, "ffn_norm": [WIDTH], "ffn_gate": up, "ffn_up": up,
             "ffn_down": up[::-1]}
    return {"token_embd.weight": [WIDTH, len(WORDS)], "output_norm.weight": [WIDTH],
            "output.weight": [WIDTH, len(WORDS)],
            **{f"blk.0.{name}.weight": shape for name, shape in layer.items()}}


def file(pairs, tensors):
    """`tensors` by name: shape and bytes."""
    infos, data = b"", b""
    for name, (shape, content) in tensors.items():
        infos += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        data += content + bytes(-len(content) % ALIGNMENT)
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(pairs)) + b"".join(pairs) + infos
    return head + bytes(-len(head) % ALIGNMENT) + data


def weights(seed):
    noise = random.Random(seed)
    for name, shape in shapes().items():
        size = shape[0] * (shape[1] if len(shape) > 1 else 1)
        values = (noise.gauss(0, 0.1) for _ in range(size))
        yield name, (shape, array.array("f", values).tobytes())


def model(seed, unused_bytes=0):
    """In one file, which a text that nobody reads makes larger."""
    unused = random.Random(seed).randbytes(unused_bytes)
    return file([*metadata(), pair("general.description", STRING,
                                   struct.pack("<Q", len(unused)) + unused)], dict(weights(seed)))


def parts(seed, count=2):
    """The same in files that follow one another: their names' ends, and content."""
    tensors = list(weights(seed))
    for at in range(count):
        split = [pair("split.no", U16, struct.pack("<H", at)),
                 pair("split.count", U16, struct.pack("<H", count)),
                 pair("split.tensors.count", I32, struct.pack("<i", len(tensors)))]
        mine = dict(tensors[at::count])
        yield (f"{at + 1:05}-of-{count:05}.gguf",
               file((metadata() if at == 0 else []) + split, mine))


MIB = 1 << 20
SMALL, LARGE, HALF = (f"tiny-{kind}.gguf" for kind in ("Q4_K_M", "Q8_0", "F16"))
MODELS = {SMALL: model(1), LARGE: model(2, 12 * MIB), "full/" + HALF: model(3)}
EXTRAS = {"template": b"{{ .Prompt }}", "params": b'{"temperature":0}', "system": b"Be brief.",
          "LICENSE": b"MIT License\n"}
