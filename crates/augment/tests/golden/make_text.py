"""Golden values of text statistics, by scikit-learn and SciPy: prints text.tsv.

Each line is a name and its values, separated by tabs. Made with scikit-learn 1.9.1, SciPy 1.17.1 and NumPy:

    python make_text.py > text.tsv

Conventions that differ from those of latent-augment:

- scikit-learn's idf without smoothing is ln(N / df) + 1: the 1 is taken off here. Its tf is a count: it is divided by the
  number of words here. It scales rows to length 1 unless `norm=None`.
- Its default pattern leaves out words of one letter and splits at apostrophes: the pattern here takes them, and the
  corpus has no apostrophe. What is a word otherwise is decided by the tokenizer alone.
- It sorts words as Rust does, by code points.
"""

import numpy as np
import scipy.linalg
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics.pairwise import cosine_similarity

CORPUS = [
    "The cat sat on the mat, and the mat was red.",
    "A dog sat on the red rug; the dog was old.",
    "The old man and the sea: a tale of the sea!",
    "Cats and dogs, dogs and cats. A tale?",
    "The sea was red and old",
    "The man sat.",
]
TEXT = "The old dog sat on the sea and sat"
WINDOW, SHIFT, DIMENSIONS, RATE = 2, 1.5, 4, 0.3


def line(name, values):
    print("\t".join([name, *(v if isinstance(v, str) else f"{v:.17g}" for v in values)]))


line("corpus", CORPUS)
counter = CountVectorizer(token_pattern=r"(?u)\b\w+\b")
counts = counter.fit_transform(CORPUS)
words = counter.get_feature_names_out()
transformer = TfidfTransformer(norm=None, smooth_idf=False).fit(counts)
idf = transformer.idf_ - 1.0
counts = counts.toarray()
shares = counts / counts.sum(axis=1, keepdims=True)
score = (shares * idf).sum(axis=0)
line("words", words)
line("idf", idf)
line("score", score)
weight = score.max() - score
line("probability", weight / weight.sum())

tokens = counter.build_analyzer()(TEXT)
of_text = counter.transform([TEXT]).toarray()[0] / len(tokens) * idf
t = np.array([of_text[counter.vocabulary_[token]] for token in tokens])
line("text", [TEXT])
line("scores of text", t)
below = t.max() - t
line("replacement", np.minimum(RATE * below / (below.sum() / len(tokens)), 1.0))

# Cosines between the sentences, of counts times idf.
line("cosines", cosine_similarity(counts * idf).ravel())

# Shifted positive PMI of neighbours at most WINDOW apart, and the cosines of its factors.
analyze = counter.build_analyzer()
pairs = np.zeros((len(words), len(words)))
for document in CORPUS:
    ids = [counter.vocabulary_[token] for token in analyze(document)]
    for i, w in enumerate(ids):
        for j in range(max(0, i - WINDOW), min(len(ids), i + WINDOW + 1)):
            if i != j:
                pairs[w, ids[j]] += 1
with np.errstate(divide="ignore"):
    pmi = np.log(pairs * pairs.sum() / np.outer(pairs.sum(axis=1), pairs.sum(axis=0)))
sppmi = np.maximum(pmi - np.log(SHIFT), 0)
line("sppmi", sppmi.ravel())
u, s, _ = scipy.linalg.svd(sppmi)
# A gap after the last value taken: the space it spans is well defined.
assert s[DIMENSIONS - 1] - s[DIMENSIONS] > 1e-3, s
line("embedding cosines", cosine_similarity(u[:, :DIMENSIONS] * np.sqrt(s[:DIMENSIONS])).ravel())
