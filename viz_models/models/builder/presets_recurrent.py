"""Recurrent networks with names that people know."""

from viz_models.records import RnnSpec

PRESETS: dict[str, RnnSpec] = {
    # each row of an image is one step of a sequence; here of an 8x8 digit
    "rows": RnnSpec(),
    # the network of char-rnn with the settings that its command line begins with
    # (github.com/karpathy/char-rnn), over the 65 characters of its Shakespeare file; an embedding
    # stands in place of its one-hot vectors
    "char_rnn": RnnSpec(
        cell="lstm",
        layers=2,
        hidden=128,
        readout="every",
        source="tokens",
        vocabulary=65,
        length=50,
        embed=128,
    ),
    # a tag for every word, read from both sides: Huang et al. 2015, figure 4, arXiv:1508.01991;
    # the nine tags of CoNLL 2003, 50 features a word and 300 values a state as there; a small
    # vocabulary
    "bilstm_tagger": RnnSpec(
        cell="lstm",
        hidden=300,
        bidirectional=True,
        readout="every",
        source="tokens",
        vocabulary=8192,
        length=32,
        embed=50,
        classes=9,
    ),
}
