"""The `if`s inside an expression, and the visits that it does sums with."""

import ast
from collections import Counter
from collections.abc import Iterator

from game.prove.trees import walk_terms
from game.story.expressions import Arithmetic, Call, Compare, Constant, Either, Expression, Logic, Not, Term, Visits


def endless_visits(term: Term | None) -> list[str]:
    """The scenes whose visits a term does more with than compare them with constants."""
    counts: Counter[str] = Counter()
    for part in walk_terms(term) if term is not None else ():
        match part:
            case Visits(scene):
                counts[scene] += 1
            case Compare(first, rest):
                chain = [first, *(t for _, t in rest)]
                for index, one in enumerate(chain):
                    beside = chain[max(index - 1, 0) : index] + chain[index + 1 : index + 2]
                    if isinstance(one, Visits) and all(isinstance(other, Constant) for other in beside):
                        counts[one.scene] -= 1
    return [scene for scene, count in counts.items() if count]


def branches(expression: Expression) -> Iterator[tuple[Term, tuple[Term, ...], str]]:
    """The `if`s of an expression, definitions left closed: each condition, what holds where it is asked, its text."""
    found = list(_eithers(expression.term, ()))
    if found:
        tests = [ast.unparse(node.test) for node in _in_order(ast.parse(expression.source, mode="eval"))]
        yield from ((test, path, text) for (test, path), text in zip(found, tests, strict=True))


def _in_order(node: ast.AST) -> Iterator[ast.IfExp]:
    if isinstance(node, ast.IfExp):
        yield node
    children = [node.test, node.body, node.orelse] if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node)
    for child in children:
        yield from _in_order(child)


def _eithers(term: Term, path: tuple[Term, ...]) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """As Python evaluates them: what stands behind an `and` or `or` is not always asked."""
    match term:
        case Either(condition, then, otherwise):
            yield condition, path
            yield from _eithers(condition, path)
            yield from _eithers(then, (*path, condition))
            yield from _eithers(otherwise, (*path, Not(condition)))
        case Not(inner):
            yield from _eithers(inner, path)
        case Logic(every, terms):
            for index, part in enumerate(terms):
                before = terms[:index] if every else tuple(Not(t) for t in terms[:index])
                yield from _eithers(part, (*path, *before))
        case Compare(first, rest):
            yield from _eithers(first, path)
            for index, (_, other) in enumerate(rest):
                yield from _eithers(other, (*path, Compare(first, rest[:index])) if index else path)
        case Arithmetic(_, left, right):
            yield from _eithers(left, path)
            yield from _eithers(right, path)
        case Call(_, terms):
            for part in terms:
                yield from _eithers(part, path)
