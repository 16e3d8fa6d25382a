"""Every error is one sentence made of its documented facts, and the drawn tree is the real one."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from lanchat import errors
from lanchat.errors import JoinRefused, LanchatError, LocalProtocolError
from lanchat.protocol.limits import Code


def tree(root: type[LanchatError], depth: int = 0) -> Iterator[tuple[int, str]]:
    """The classes in order of their definition, each with its depth below the root."""
    yield depth, root.__name__
    for child in root.__subclasses__():
        yield from tree(child, depth + 1)


CLASSES = [getattr(errors, name) for _, name in tree(LanchatError)]


def blanks(kind: type[LanchatError]) -> list[str]:
    """The facts that the sentence of `kind` is made of."""
    return [name for _, name, _, _ in Formatter().parse(kind.sentence) if name is not None]


def documented(kind: type[LanchatError]) -> str:
    return " ".join(base.__doc__ or "" for base in kind.__mro__ if issubclass(base, LanchatError))


def made(kind: type[LanchatError]) -> LanchatError:
    return kind(**{name: f"{{{name}}} 100 %" for name in blanks(kind)})


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│ ]*(?:[├└]── )?)([A-Z]\w+)", line)
        if match:
            drawn.append((len(match[1]) // 4, match[2]))
    assert drawn == list(tree(LanchatError))


@pytest.mark.parametrize("kind", CLASSES)
def test_a_sentence_is_made_of_documented_facts(kind: type[LanchatError]) -> None:
    for name in blanks(kind):
        assert re.search(rf"Facts: [^.]*\b{name}\b", documented(kind), re.DOTALL), name


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_reads_as_its_sentence(kind: type[LanchatError]) -> None:
    error = made(kind)
    text = str(error)
    for name in blanks(kind):
        assert getattr(error, name) == f"{{{name}}} 100 %"
        assert f"{{{name}}} 100 %" in text
    assert not kind.sentence.isspace()
    assert "\n" not in text


@pytest.mark.parametrize("kind", CLASSES)
def test_a_missing_fact_is_noticed_where_the_error_is_made(kind: type[LanchatError]) -> None:
    with pytest.raises(KeyError):
        kind()


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_survives_copying_and_pickling(kind: type[LanchatError]) -> None:
    error = made(kind)
    error.add_note("seen in the library")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert str(other) == str(error)
        assert vars(other) == vars(error)


def test_facts_that_the_sentence_does_not_show_are_kept() -> None:
    error = JoinRefused(host="studio", code=Code.NICK_TAKEN, detail="“Ana” is already here.", suggestion="Ana 2")
    assert str(error) == "“Ana” is already here."
    assert (error.host, error.code, error.suggestion) == ("studio", "nick_taken", "Ana 2")


def test_an_unknown_fact_is_no_attribute() -> None:
    error = LocalProtocolError(code=Code.INVALID, detail="No.")
    assert not hasattr(error, "suggestion")


@pytest.mark.parametrize("kind", CLASSES)
def test_sentences_end_as_sentences_do(kind: type[LanchatError]) -> None:
    """A sentence that ends in a fact leaves its full stop to the fact; a link at the end must stay intact."""
    assert kind.sentence.endswith((".", "}"))
    assert kind.sentence[0] in "{“" or kind.sentence[0].isupper()
    assert '"' not in kind.sentence, "sentences use typographic quotes"
    assert "'" not in kind.sentence
