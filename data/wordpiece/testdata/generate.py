"""Writes a small vocabulary, as vocab.txt and as tokenizer.json, and what
Hugging Face's tokenizers make of a set of texts.

Needs tokenizers. Run in this folder: python generate.py
"""
import json
import random
import string

from tokenizers import BertWordPieceTokenizer

words = "the a an of and pie apple recipe chocolate cake with caf cafe noel straße un able token like play I The Apple Noël ÉCLAIR éclair".split()
tokens = ["[UNK]", "[PAD]", "[unused0]", "[CLS]", "[SEP]", "[MASK]"]  # not in the usual order
tokens += list(string.ascii_letters + string.digits + string.punctuation) + list("中国日本語—…“”£éñßжи")
tokens += ["##" + c for c in string.ascii_letters + string.digits + "éñßжи"] + words
tokens += ["##" + w for w in ["able", "ing", "s", "ed", "er", "ly", "ization", "pie", "é", "ss"]]
tokens = list(dict.fromkeys(tokens))
open("vocab.txt", "w").write("\n".join(tokens) + "\n")

texts = [
    "", " ", "The Apple pie recipe", "unable tokenization", "Café  Noël\tÉCLAIR", "CAFE\u0301 e\u0301clair", "straße", "中国 apple日本語",
    "don't-stop!?...", "“quoted” — £5", "a\u0000b\ufffdc\u200bd\u00ade", "x" * 100, "x" * 101, "unable[SEP]playing [MASK]ed [unused0] [sep]",
    "i\u0130stanbul", "playing, played; player & playly", "pie\u3000apple\u00a0cake\u2028the", "ТЕСТ жи", "emoji 🥧 pie", "a`b~c|d^e$f+g<h=i>j",
    "\u1100\u1161 한국", "ﬁne Ⅷ ½", "[CLS][CLS]", "[[MASK]]", "Å Å ṩ", "the\r\nend",
]
rng = random.Random(1)
pool = list("aábcdeéfghi jklmnño ppqrsßtuvwxyz ABCÉÑ  \t\n0123.,;:!?'\"()[]-—“”中日жи£$^`|\u0301\u200d\u00a0😀") + words + ["[MASK]", "[SEP]"]
texts += ["".join(rng.choice(pool) for _ in range(rng.randrange(1, 40))) for _ in range(150)]

expected = {"texts": texts}
for name, lower in [("uncased", True), ("cased", False)]:
    t = BertWordPieceTokenizer("vocab.txt", lowercase=lower)
    t.add_special_tokens(["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"])
    expected[name] = [t.encode(s).ids for s in texts]
    if lower:
        t.save("tokenizer.json")
        t.enable_truncation(6)
        expected["truncated"] = [t.encode(s).ids for s in texts]
json.dump(expected, open("expected.json", "w"))
