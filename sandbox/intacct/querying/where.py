"""The SQL-like text of readByQuery: comparisons, ``in``, ``like``, ``is null``, AND, OR, NOT and parentheses.

Joins, functions and ordering are refused with DL02000001, as seen in the field for ``ORDER BY``.
"""

from __future__ import annotations

import re

from sandbox.intacct.problems import Refused, unprocessable
from sandbox.intacct.querying.conditions import MAX_VALUES, Comparison, Condition, Group, Negation

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:\\.|''|[^'\\])*')|(?P<sign><=|>=|<>|!=|=|<|>|\(|\)|,)|(?P<word>[^\s'=<>!(),]+))", re.DOTALL)
_SIGNS = {
    "=": "equalto",
    "!=": "notequalto",
    "<>": "notequalto",
    "<": "lessthan",
    "<=": "lessthanorequalto",
    ">": "greaterthan",
    ">=": "greaterthanorequalto",
}


def parse_where(text: str) -> Condition | None:
    """The condition of a query text; None for an empty one.

    Raises:
        Refused: DL02000001; the text is not of the language.
    """
    return _Parser(text).whole() if text.strip() else None


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self._at = 0
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._refused(text[position : position + 20])
            self._tokens.append(match.group().strip())
            position = match.end()

    def whole(self) -> Condition:
        condition = self._either()
        if self._at < len(self._tokens):
            raise self._refused(self._tokens[self._at])
        return condition

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._word("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def _one(self) -> Condition:
        if self._word("not"):
            return Negation(self._one())
        if self._word("("):
            inside = self._either()
            self._expect(")")
            return inside
        return self._comparison(self._next())

    def _comparison(self, field: str) -> Condition:
        if self._word("is"):
            operator = "isnotnull" if self._word("not") else "isnull"
            self._expect("null")
            return Comparison(operator, field)
        negated = self._word("not")
        if self._word("like"):
            return Comparison("notlike" if negated else "like", field, (self._value(),))
        if self._word("in"):
            return Comparison("notin" if negated else "in", field, self._list())
        sign = self._next()
        if negated or sign not in _SIGNS:
            raise self._refused(sign)
        return Comparison(_SIGNS[sign], field, (self._value(),))

    def _list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._value()]
        while self._word(","):
            values.append(self._value())
        self._expect(")")
        if len(values) > MAX_VALUES:
            raise self._refused(f"in ( {len(values)} values )")
        return tuple(values)

    def _value(self) -> str:
        token = self._next()
        if token.startswith("'"):
            return re.sub(r"\\(.)|''", lambda found: found.group(1) or "'", token[1:-1], flags=re.DOTALL)
        if token in _SIGNS or token in {"(", ")", ","}:
            raise self._refused(token)
        return token

    def _word(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].lower() == word:
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._word(word):
            raise self._refused(self._tokens[self._at] if self._at < len(self._tokens) else "the end")

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise self._refused("the end")
        self._at += 1
        return self._tokens[self._at - 1]

    @staticmethod
    def _refused(near: str) -> Refused:
        return Refused(unprocessable(f"query: syntax error near {near}"))
