"""What numba's own loops do not: rows of numbers added without asking whether they overlap.

A loop over two arrays is compiled twice, for arrays that overlap and for others, and to choose costs
as much as to add a row (a fifth of an E step). Asking for rows before they are needed gained nothing.
"""

from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core import cgutils

LANES = 16
FLOAT = ir.FloatType()
VECTOR = ir.VectorType(FLOAT, LANES)

intrinsic: Any = extending.intrinsic


def _rows(context, builder, array_type, array, rows):
    """Where rows of a matrix begin, and how long each is; of a vector, where it does."""
    struct = context.make_array(array_type)(context, builder, array)
    shape = cgutils.unpack_tuple(builder, struct.shape)
    if array_type.ndim == 1:
        return [struct.data], shape[0]
    return [builder.gep(struct.data, [builder.mul(row, shape[1])]) for row in rows], shape[1]


def _add(builder, into, sources, count):
    """`count` numbers of all `sources` to `into`: whole vectors first, then what is left over."""
    lanes = ir.Constant(count.type, LANES)
    whole = builder.udiv(count, lanes)
    with cgutils.for_range(builder, whole) as loop:
        _add_at(builder, into, sources, builder.mul(loop.index, lanes), VECTOR)
    done = builder.mul(whole, lanes)
    with cgutils.for_range(builder, builder.sub(count, done)) as loop:
        _add_at(builder, into, sources, builder.add(done, loop.index), FLOAT)


def _add_at(builder, into, sources, place, kind):
    at = [
        builder.bitcast(builder.gep(each, [place]), kind.as_pointer()) for each in (into, *sources)
    ]
    values = [builder.load(each, align=4) for each in at]
    while len(values) > 1:  # in pairs: a chain of additions would wait for each
        pairs = zip(values[::2], values[1::2], strict=False)
        odd = values[len(values) // 2 * 2 :]
        values = [builder.fadd(x, y, flags=("fast",)) for x, y in pairs] + odd
    builder.store(values[0], at[0], align=4)


def _adding(into, table, rows, *, to_row):
    """The code of one of the functions below."""

    def generate(context, builder, signature, arguments):
        of_matrix, of_vector = signature.args[:2] if to_row else signature.args[1::-1]
        matrix, vector = arguments[:2] if to_row else arguments[1::-1]
        in_matrix, count = _rows(context, builder, of_matrix, matrix, arguments[2:])
        in_vector, _ = _rows(context, builder, of_vector, vector, ())
        to, sources = (in_matrix[0], in_vector) if to_row else (in_vector[0], in_matrix)
        _add(builder, to, sources, count)
        return context.get_dummy_value()

    return types.void(into, table, *[types.int64] * rows), generate


@intrinsic
def add_to_row(_typing, matrix, vector, _row):
    """matrix[row] += vector; all single precision, C-contiguous."""
    return _adding(matrix, vector, 1, to_row=True)


@intrinsic
def add_row(_typing, vector, matrix, _row):
    """vector += matrix[row]."""
    return _adding(vector, matrix, 1, to_row=False)


@intrinsic
def add_rows(_typing, vector, matrix, _first, _second, _third, _fourth):
    """vector += matrix[first] + matrix[second] + matrix[third] + matrix[fourth]."""
    return _adding(vector, matrix, 4, to_row=False)
